package io.pgha.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The server's log, for the last lines of an error message: first the file its collector writes to, as PGDATA/current_logfiles
 * names it, then the file that catches what a server says before it has a collector.
 */
final class StartLog {

    private static final int TAIL_BYTES = 4096;
    private static final int TAIL_LINES = 6;
    private static final long MOST_BYTES = 16 << 20;

    private final Path startLog;
    private final Path data;

    StartLog(Path startLog, Path data) {
        this.startLog = startLog;
        this.data = data;
    }

    Path startLog() {
        return startLog;
    }

    /** Before a start: puts a log that has grown large aside, replacing the one put aside before. */
    void rotate() throws ControlFailed {
        try {
            if (Files.exists(startLog) && Files.size(startLog) > MOST_BYTES) {
                Files.move(
                        startLog,
                        startLog.resolveSibling(startLog.getFileName() + ".1"),
                        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new ControlFailed("putting aside " + startLog + ": " + e, e);
        }
    }

    /** Its last lines in one, or what is known instead. Never throws: it only adorns another error. */
    String tail() {
        StringBuilder words = new StringBuilder();
        collected().ifPresent(file -> append(words, file));
        append(words, startLog);
        return words.isEmpty() ? "; its log is empty or cannot be read" : words.toString();
    }

    private void append(StringBuilder words, Path file) {
        try {
            List<String> lines = end(file).lines().filter(l -> !l.isBlank()).toList();
            if (!lines.isEmpty()) {
                words.append("; last lines of ")
                        .append(file)
                        .append(": ")
                        .append(String.join(
                                " | ",
                                lines.subList(
                                        Math.max(0, lines.size() - TAIL_LINES), lines.size())));
            }
        } catch (IOException e) {
            words.append("; ")
                    .append(file)
                    .append(" cannot be read (")
                    .append(e)
                    .append(')');
        }
    }

    private Optional<Path> collected() {
        try {
            return Files.readAllLines(data.resolve("current_logfiles")).stream()
                    .filter(line -> line.startsWith("stderr "))
                    .map(line -> data.resolve(line.substring("stderr ".length()).strip()))
                    .filter(Files::exists)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String end(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long from = Math.max(0, channel.size() - TAIL_BYTES);
            channel.position(from);
            ByteBuffer bytes = ByteBuffer.allocate(TAIL_BYTES);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            // The first line is cut when the file is longer than what is shown.
            return from == 0 ? text : text.substring(text.indexOf('\n') + 1);
        }
    }
}
