package io.pgha.sim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One deliberate break of the product: text that is looked for in one source file, white space apart, and what takes its place.
 *
 * @param name what is broken
 * @param guard under which it is looked for; empty: any
 * @param file the source file
 * @param search the right text
 * @param replace the wrong one
 */
record Tooth(String name, String guard, Path file, String search, String replace) {

    /** Reads all of them: "== name", "guard NAME", "file PATH", lines of "- " and lines of "+ ". */
    static List<Tooth> read(Path list) throws IOException {
        List<Tooth> teeth = new ArrayList<>();
        String name = "";
        String guard = "";
        Path file = list;
        StringBuilder search = new StringBuilder();
        StringBuilder replace = new StringBuilder();
        List<String> lines = new ArrayList<>(Files.readAllLines(list, StandardCharsets.UTF_8));
        lines.add("== ");
        for (String line : lines) {
            if (line.startsWith("== ")) {
                if (!name.isEmpty()) {
                    teeth.add(new Tooth(name, guard, file, search.toString(), replace.toString()));
                }
                name = line.substring(3).strip();
                guard = "";
                search.setLength(0);
                replace.setLength(0);
            } else if (line.startsWith("guard ")) {
                guard = line.substring(6).strip();
            } else if (line.startsWith("file ")) {
                file = Path.of("src/main/java/io/pgha", line.substring(5).strip());
            } else if (line.startsWith("- ")) {
                search.append(line.substring(2)).append('\n');
            } else if (line.startsWith("+ ")) {
                replace.append(line.substring(2)).append('\n');
            }
        }
        return List.copyOf(teeth);
    }

    /**
     * The broken source.
     *
     * @throws IOException when the text is not there, or more than once: the break has to be written anew
     */
    String broken() throws IOException {
        String source = Files.readString(file, StandardCharsets.UTF_8);
        StringBuilder pattern = new StringBuilder();
        search.codePoints()
                .filter(c -> !Character.isWhitespace(c))
                .forEach(c ->
                        pattern.append(Pattern.quote(Character.toString(c))).append("\\s*"));
        Matcher matcher = Pattern.compile(pattern.toString()).matcher(source);
        if (!matcher.find()) {
            throw new IOException(name + ": the text is not in " + file + " any more");
        }
        String broken =
                source.substring(0, matcher.start()) + replace + source.substring(matcher.end());
        if (matcher.find()) {
            throw new IOException(name + ": the text is in " + file + " more than once");
        }
        return broken;
    }
}
