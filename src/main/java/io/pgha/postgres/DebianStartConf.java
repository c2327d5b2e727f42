package io.pgha.postgres;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * start.conf in a cluster's configuration directory: Debian's word on whether the cluster is started at boot (man
 * pg_createcluster). Its units are made from it at boot, so systemctl enable has no say there. It is read as
 * postgresql-common's systemd generator reads it: without comments and blanks, and a cluster of Debian's without the file is
 * started.
 */
final class DebianStartConf {

    private static final Path CLUSTERS = Path.of("/etc/postgresql");
    private static final Set<String> WORDS = Set.of("auto", "manual", "disabled");

    /** A byte is a character, so that a comment in whatever character set goes back as it was. */
    private static final Charset BYTES = StandardCharsets.ISO_8859_1;

    private final Path file;
    private final Path clusters;

    DebianStartConf(Path configurationDirectory) {
        this(configurationDirectory, CLUSTERS);
    }

    /** @param clusters where Debian's clusters have their directories, as VERSION/NAME */
    DebianStartConf(Path configurationDirectory, Path clusters) {
        this.file = configurationDirectory.resolve("start.conf");
        this.clusters = clusters;
    }

    /**
     * The file says so, as it was read back; on disk on return.
     *
     * @return what was changed, empty text when nothing had to be; empty when this is no cluster of Debian's
     * @throws ControlFailed also when what the file says is none of Debian's words: nothing is changed then
     */
    Optional<String> set(PostgresControl.AtBoot atBoot) throws ControlFailed {
        String wanted = switch (atBoot) {
            case STARTED -> "auto";
            case LEFT_ALONE -> "manual";
        };
        try {
            Optional<List<String>> there = lines();
            if (there.isEmpty()) {
                return Optional.empty();
            }
            List<String> lines = there.get();
            String before = word(lines);
            if (!WORDS.contains(before)) {
                throw new ControlFailed(file + " says '" + before
                        + "' and not one of auto, manual, disabled: whether PostgreSQL is started at boot is not known."
                        + " Type: echo " + wanted + " > " + file);
            }
            if (before.equals(wanted)) {
                return Optional.of("");
            }
            String text = lines.stream()
                            .map(line -> code(line).isEmpty() ? line : changed(line, wanted))
                            .collect(Collectors.joining("\n"))
                    + "\n";
            DurableFiles.replace(file, text.getBytes(BYTES));
            String after = word(lines().orElse(List.of()));
            if (!after.equals(wanted)) {
                throw new ControlFailed(file + " was to say " + wanted + " and says '" + after
                        + "'. Type: echo " + wanted + " > " + file);
            }
            return Optional.of(file + " now says " + wanted);
        } catch (IOException e) {
            throw new ControlFailed("changing " + file + " to " + wanted + ": " + e, e);
        }
    }

    /** Empty when this is no cluster of Debian's. */
    private Optional<List<String>> lines() throws IOException {
        try {
            return Optional.of(Files.readAllLines(file, BYTES));
        } catch (NoSuchFileException e) {
            return isCluster() ? Optional.of(List.of("auto")) : Optional.empty();
        }
    }

    /** Debian looks for VERSION/NAME/postgresql.conf, a dead link included. */
    private boolean isCluster() {
        Path directory = DurableFiles.parent(file);
        Path version = directory.getParent();
        return version != null
                && clusters.equals(version.getParent())
                && Files.exists(directory.resolve("postgresql.conf"), LinkOption.NOFOLLOW_LINKS);
    }

    private static String word(List<String> lines) {
        return lines.stream()
                .map(DebianStartConf::code)
                .filter(code -> !code.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String code(String line) {
        int comment = line.indexOf('#');
        return (comment < 0 ? line : line.substring(0, comment)).strip();
    }

    private static String changed(String line, String wanted) {
        return line.replaceFirst("^(\\s*)\\w+", "$1" + wanted);
    }
}
