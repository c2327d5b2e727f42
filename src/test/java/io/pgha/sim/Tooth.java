package io.pgha.sim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One deliberate break of the product.
 *
 * @param name what is broken
 * @param terms under which it is looked for, as {@link Bite#terms} reads them; empty: any
 * @param quick found at once
 * @param real how an integration test notices it, where only a real firewall can; empty: the simulator does
 * @param changes what is changed; more than one where two safeguards cover each other
 */
record Tooth(String name, String terms, boolean quick, Optional<Real> real, List<Change> changes) {

    Tooth {
        changes = List.copyOf(changes);
    }

    /**
     * Text that is looked for in one source file, white space apart, and what takes its place.
     *
     * @param file the source file
     * @param search the right text
     * @param replace the wrong one
     */
    record Change(Path file, String search, String replace) {

        private String applied(String source) throws IOException {
            StringBuilder pattern = new StringBuilder();
            search.codePoints()
                    .filter(c -> !Character.isWhitespace(c))
                    .forEach(c ->
                            pattern.append(Pattern.quote(Character.toString(c))).append("\\s*"));
            Matcher matcher = Pattern.compile(pattern.toString()).matcher(source);
            if (!matcher.find()) {
                throw new IOException("the text is not in " + file + " any more: " + search);
            }
            String broken = source.substring(0, matcher.start())
                    + replace
                    + source.substring(matcher.end());
            if (matcher.find()) {
                throw new IOException("the text is in " + file + " more than once: " + search);
            }
            return broken;
        }
    }

    /**
     * The integration test that notices it.
     *
     * @param type its class
     * @param broken the law that does not hold any more
     * @param because words with which it fails
     * @param held a law of the same class that must hold all the same
     */
    record Real(String type, String broken, String because, String held) {
        @Override
        public String toString() {
            return type.substring(type.lastIndexOf('.') + 1) + "#" + broken;
        }
    }

    /** What has been read of one break so far. */
    private static final class Draft {
        private final String name;
        private String terms = "";
        private boolean quick;
        private String broken = "";
        private String because = "";
        private String held = "";
        private Path file = Path.of("");
        private final List<Change> changes = new ArrayList<>();
        private final StringBuilder search = new StringBuilder();
        private final StringBuilder replace = new StringBuilder();

        Draft(String name) {
            this.name = name;
        }

        void line(String line) {
            if (line.startsWith("- ")) {
                if (replace.length() > 0) {
                    change();
                }
                search.append(line.substring(2)).append('\n');
            } else if (line.startsWith("+ ")) {
                replace.append(line.substring(2)).append('\n');
            } else if (line.startsWith("guard ") || line.startsWith("faults ")) {
                terms = (terms + line.substring(line.indexOf(' '))).strip();
            } else if (line.equals("quick")) {
                quick = true;
            } else if (line.startsWith("it ")) {
                broken = line.substring(3).strip();
            } else if (line.startsWith("because ")) {
                because = line.substring(8).strip();
            } else if (line.startsWith("held ")) {
                held = line.substring(5).strip();
            } else if (line.startsWith("file ")) {
                change();
                file = Path.of("src/main/java/io/pgha", line.substring(5).strip());
            }
        }

        private void change() {
            if (search.length() > 0) {
                changes.add(new Change(file, search.toString(), replace.toString()));
            }
            search.setLength(0);
            replace.setLength(0);
        }

        Tooth done() {
            change();
            int at = broken.indexOf('#');
            Optional<Real> real = Optional.of(at)
                    .filter(i -> i > 0)
                    .map(i -> new Real(
                            "io.pgha.it." + broken.substring(0, i),
                            broken.substring(i + 1),
                            because,
                            held));
            return new Tooth(name, terms, quick, real, changes);
        }
    }

    /** Reads all of them, in the form that the list describes at its top. */
    static List<Tooth> read(Path list) throws IOException {
        List<Draft> drafts = new ArrayList<>();
        for (String line : Files.readAllLines(list, StandardCharsets.UTF_8)) {
            if (line.startsWith("== ")) {
                drafts.add(new Draft(line.substring(3).strip()));
            } else if (!drafts.isEmpty()) {
                drafts.get(drafts.size() - 1).line(line);
            }
        }
        return drafts.stream().map(Draft::done).toList();
    }

    /**
     * The broken sources.
     *
     * @throws IOException when a text is not there, or more than once: the break has to be written anew
     */
    Map<Path, String> broken() throws IOException {
        Map<Path, String> sources = new LinkedHashMap<>();
        for (Change change : changes) {
            String source = sources.getOrDefault(
                    change.file(), Files.readString(change.file(), StandardCharsets.UTF_8));
            sources.put(change.file(), change.applied(source));
        }
        return sources;
    }
}
