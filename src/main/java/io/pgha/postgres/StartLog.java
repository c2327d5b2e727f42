package io.pgha.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The file that catches what a server says before it has a collector, or all it ever says without one; and the last lines of both
 * logs, for an error message.
 */
final class StartLog {

    private static final int TAIL_LINES = 6;
    private static final long MOST_BYTES = 16 << 20;

    private final Path file;
    private final Path data;

    StartLog(Path file, Path data) {
        this.file = file;
        this.data = data;
    }

    Path file() {
        return file;
    }

    /** Before a start: puts a log that has grown large aside, replacing the one put aside before. */
    void rotate() throws ControlFailed {
        try {
            if (Files.exists(file) && Files.size(file) > MOST_BYTES) {
                Path aside = file.resolveSibling(file.getFileName() + ".1");
                Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new ControlFailed("putting aside " + file + ": " + e, e);
        }
    }

    /** The last lines as the end of a sentence, or why there are none. Never throws: it only adorns another error. */
    String tail() {
        StringBuilder words = new StringBuilder();
        try {
            ServerLog.current(data).ifPresent(collected -> append(words, collected));
        } catch (IOException e) {
            words.append("; current_logfiles cannot be read (").append(e).append(')');
        }
        append(words, file);
        return words.isEmpty() ? "; it has not logged anything" : words.toString();
    }

    private static void append(StringBuilder words, Path log) {
        if (!Files.exists(log)) {
            return;
        }
        try {
            List<String> lines =
                    ServerLog.lastLines(log).stream().filter(l -> !l.isBlank()).toList();
            if (!lines.isEmpty()) {
                words.append("; last lines of ")
                        .append(log)
                        .append(": ")
                        .append(String.join(
                                " | ",
                                lines.subList(
                                        Math.max(0, lines.size() - TAIL_LINES), lines.size())));
            }
        } catch (IOException e) {
            words.append("; ").append(log).append(" cannot be read (").append(e).append(')');
        }
    }
}
