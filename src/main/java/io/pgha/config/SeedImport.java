package io.pgha.config;

import java.io.IOException;
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
 * Turns the settings of the failover scripts ({@code /etc/sysconfig/pgsql-replication}, a file of shell assignments) into
 * a configuration file. The file is read as text and never executed.
 *
 * <p>The scripts behaved as {@code guard = failcount} does. The import says so and still leaves the choice to the operator:
 * the result is refused until guard (and postgres.bin, which the scripts did not know) is written.
 */
public final class SeedImport {

    private static final Pattern ASSIGNMENT =
            Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)");

    private static final Pattern SECRET = Pattern.compile("(?i).*(passw|secret|token).*");

    private final Map<String, String> values = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();

    private SeedImport() {}

    /**
     * What came out.
     *
     * @param text the configuration file, with comments; each warning is also a comment at its top
     * @param warnings what could not be carried over, or means something else now; one sentence each
     */
    public record Imported(String text, List<String> warnings) {
        public Imported {
            warnings = List.copyOf(warnings);
        }
    }

    /** Reads the file; {@link IOException} when that cannot be done. */
    public static Imported convert(Path sysconfig) throws IOException {
        return convert(Files.readAllLines(sysconfig));
    }

    /** Converts the lines of the file. */
    public static Imported convert(List<String> lines) {
        SeedImport seed = new SeedImport();
        for (int i = 0; i < lines.size(); i++) {
            seed.read(i + 1, lines.get(i));
        }
        String body = new SeedText(seed.values, seed.warnings).body();
        StringBuilder text = new StringBuilder(
                "# Made by pgha config import from the settings of the failover scripts.\n");
        text.append("# The shipped pgha.conf explains every key.\n");
        for (String warning : seed.warnings) {
            text.append("# WARNING: ").append(warning).append('\n');
        }
        return new Imported(text.append('\n').append(body).toString(), seed.warnings);
    }

    private void read(int number, String line) {
        if (line.isBlank() || line.strip().startsWith("#")) {
            return;
        }
        Matcher m = ASSIGNMENT.matcher(line);
        if (!m.matches()) {
            warnings.add("line " + number
                    + " is no assignment and was not executed; look whether it sets something");
            return;
        }
        String key = String.valueOf(m.group(1));
        if (SECRET.matcher(key).matches()) {
            warnings.add("line " + number + ": " + key
                    + " looks like a password and was not read; passwords stand in the"
                    + " file that postgres.pass_file names");
        } else if (!SeedText.KNOWN.contains(key)) {
            String near = Names.nearest(
                            key,
                            SeedText.KNOWN.stream()
                                    .map(k -> k.toLowerCase(java.util.Locale.ROOT))
                                    .toList())
                    .map(name -> "; did the scripts mean " + name.toUpperCase(java.util.Locale.ROOT)
                            + "?")
                    .orElse("");
            warnings.add("line " + number + ": " + key
                    + " is no key of the scripts and was left out" + near);
        } else {
            value(String.valueOf(m.group(2)).strip())
                    .ifPresentOrElse(
                            value -> values.put(key, value),
                            () -> warnings.add("line " + number + ": " + key
                                    + " is computed by the shell, which is not"
                                    + " run; write its value by hand"));
        }
    }

    /** The value of a right-hand side: quotes taken off, keys of lines above filled in; empty when a shell would be needed. */
    private Optional<String> value(String right) {
        if (right.startsWith("'")) {
            int end = right.indexOf('\'', 1);
            return end < 0 ? Optional.empty() : Optional.of(right.substring(1, end));
        }
        String text = right;
        if (right.startsWith("\"")) {
            int end = right.indexOf('"', 1);
            if (end < 0) {
                return Optional.empty();
            }
            text = right.substring(1, end);
        } else {
            text = right.replaceFirst("\\s.*$", "");
        }
        for (Map.Entry<String, String> known : values.entrySet()) {
            text = text.replace("${" + known.getKey() + "}", known.getValue())
                    .replaceAll(
                            "\\$" + known.getKey() + "(?![A-Za-z0-9_])",
                            Matcher.quoteReplacement(known.getValue()));
        }
        return text.contains("$") || text.contains("`") || text.contains("\\")
                ? Optional.empty()
                : Optional.of(text);
    }
}
