package io.pgha.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** The end of PostgreSQL's own log, where it says why it cannot go on. */
public final class ServerLog {

    private static final int TAIL_BYTES = 64 << 10;

    private ServerLog() {}

    /**
     * The log file that the logging collector writes at present (file current_logfiles in PGDATA); empty when the collector is
     * off, and the log is then where whoever started PostgreSQL sent it.
     *
     * @throws IOException when current_logfiles is there and cannot be read
     */
    public static Optional<Path> current(Path dataDirectory) throws IOException {
        Path list = dataDirectory.resolve("current_logfiles");
        if (!Files.exists(list)) {
            return Optional.empty();
        }
        return Files.readAllLines(list).stream()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .findFirst()
                .map(dataDirectory::resolve);
    }

    /**
     * The last lines, oldest first, at most 64 kB of them.
     *
     * @throws IOException when the file cannot be read
     */
    public static List<String> lastLines(Path log) throws IOException {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
            long from = Math.max(0, channel.size() - TAIL_BYTES);
            ByteBuffer buffer = ByteBuffer.allocate(TAIL_BYTES);
            while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
                // A read may return less than was asked for.
            }
            buffer.flip();
            List<String> lines =
                    StandardCharsets.UTF_8.decode(buffer).toString().lines().toList();
            // The first line is cut, unless it is the file's first.
            return from == 0 || lines.isEmpty() ? lines : lines.subList(1, lines.size());
        }
    }
}
