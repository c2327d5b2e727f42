package io.pgha.booted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The commands of the readme's section Install, as they stand there but for the address. */
final class ReadmeInstall {

    private static final Path README = Path.of("README.md");
    private static final String PEER = "10.0.0.12";

    /** Where a line is typed begins with these words, as a comment before it. */
    private static final Map<String, Where> PLACES = Map.of(
            "# on the primary", Where.PRIMARY,
            "# on the other node", Where.OTHER,
            "# on both nodes", Where.BOTH);

    private ReadmeInstall() {}

    private enum Where {
        PRIMARY,
        OTHER,
        BOTH
    }

    /**
     * A line of it.
     *
     * @param command with this network's address
     * @param remark what the readme says behind it
     */
    record Line(Where where, String command, String remark) {

        List<BootedNode> nodes(BootedLab lab) {
            return switch (where) {
                case PRIMARY -> List.of(lab.node1());
                case OTHER -> List.of(lab.node2());
                case BOTH -> lab.nodes();
            };
        }

        /** Whether it is typed, after all that has been said so far. */
        boolean isMeant(String said) {
            return !remark.startsWith("only if setup says so") || said.contains(command);
        }

        /** What a person answers to what it asks. */
        String answers(String guard) {
            if (command.startsWith("pgha setup --peer")) {
                return "\n" + guard + "\nyes\n";
            }
            boolean asks =
                    command.startsWith("pgha setup") || command.startsWith("pgha initialize");
            return asks ? "yes\n" : "";
        }
    }

    /** All of them, in the order in which they are typed. */
    static List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        Where where = Where.BOTH;
        for (String line : block().lines().toList()) {
            if (line.startsWith("#")) {
                where = PLACES.entrySet().stream()
                        .filter(place -> line.startsWith(place.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(README + " says nowhere: " + line));
            } else {
                String[] part = line.split(" +# ", 2);
                String command = part[0].replace(PEER, BootedLab.PEER);
                lines.add(new Line(where, command, part.length > 1 ? part[1] : ""));
            }
        }
        return lines;
    }

    /** The first block of the section. */
    private static String block() {
        try {
            String page = Files.readString(README);
            int from = page.indexOf("\n```\n", page.indexOf("\n## Install\n")) + 5;
            return page.substring(from, page.indexOf("\n```\n", from));
        } catch (IOException e) {
            throw new IllegalStateException("could not read " + README, e);
        }
    }
}
