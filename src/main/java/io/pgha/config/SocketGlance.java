package io.pgha.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the control socket without reading the whole configuration, for commands that monitoring calls all day: the full
 * reading costs 0.3 s of CPU. It answers only where the text leaves no doubt; where it does not, {@link SettingsFile} is
 * asked.
 */
public final class SocketGlance {

    private static final int LARGEST_BYTES = 1 << 20;
    private static final Path DEFAULT = Path.of("/run/pgha");
    private static final Pattern PLAIN =
            Pattern.compile("run_directory\\s*[=:]\\s*\"(/[^\"\\\\$]*)\"\\s*(?:(?:#|//).*)?");

    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");
    private static final Pattern COMMENT = Pattern.compile("(?:#|//).*");

    private SocketGlance() {}

    /**
     * The socket, when run_directory is not mentioned at all, or once, as a plain line outside of blocks. Empty also
     * when the file cannot be read: the full reading says why.
     */
    public static Optional<Path> of(Path file) {
        try {
            if (Files.size(file) > LARGEST_BYTES) {
                return Optional.empty();
            }
            return ofText(Files.readAllLines(file)).map(Settings::controlSocketIn);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Optional<Path> ofText(List<String> lines) {
        int depth = 0;
        Optional<Path> found = Optional.empty();
        for (String line : lines) {
            String text = line.strip();
            if (text.startsWith("#") || text.startsWith("//")) {
                continue;
            }
            if (line.contains("include") || line.contains("\"\"\"") || line.contains("\\")) {
                return Optional.empty();
            }
            if (line.contains("run_directory")) {
                Matcher plain = PLAIN.matcher(text);
                if (depth != 0 || found.isPresent() || !plain.matches()) {
                    return Optional.empty();
                }
                found = Optional.of(Path.of(plain.group(1)));
            }
            depth += blocks(line);
        }
        return found.or(() -> Optional.of(DEFAULT));
    }

    /** How many blocks a line opens, less those that it closes; what is quoted or a comment does not count. */
    private static int blocks(String line) {
        String bare = COMMENT.matcher(QUOTED.matcher(line).replaceAll("")).replaceAll("");
        return (int) (bare.chars().filter(c -> c == '{').count()
                - bare.chars().filter(c -> c == '}').count());
    }
}
