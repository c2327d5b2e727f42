package io.pgha.postgres;

import io.pgha.model.ControlData;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/**
 * What a primary that crashed had begun to write and did not finish. As a standby it would take the first pages of such a record
 * for those of a whole one, ask the new primary for the rest, and wait for ever: that history went on elsewhere ("requested
 * starting point is ahead of the WAL flush position"). A full disk leaves it so each time, at the end of the last segment that
 * there was room for.
 */
public final class TornWal {

    /** pg_control's words for a server that was not shut down, and was no standby. */
    private static final Set<String> CRASHED = Set.of("in production", "in crash recovery");

    private static final int PIECE = 1 << 16;

    private TornWal() {}

    /**
     * Ends the local WAL in zeroes where its last whole record ends, as crash recovery does by itself; on disk on return. Leaves alone
     * what is no crashed primary's, and WAL whose end is not known, and says so.
     *
     * @param stopped what pg_control says of the server, which does not run
     * @param endOfWal finds where its WAL ends; asked only where that may be within a record
     * @return what a person should know; empty: there was nothing to cut off
     */
    public static Optional<String> cut(Path dataDirectory, ControlData stopped, EndOfWal endOfWal)
            throws IOException {
        if (!CRASHED.contains(stopped.clusterState())
                || Files.exists(dataDirectory.resolve("backup_label"))) {
            return Optional.empty();
        }
        ControlData control = endOfWal.of(stopped);
        if (control.unread().isPresent()) {
            return control.unread()
                    .map(
                            why -> "whether the WAL here ends within a record is not known (" + why
                                    + "); if the standby asks for WAL ahead of the primary's: pgha initialize");
        }
        try (WalSegments segments = WalSegments.of(dataDirectory, control.timeline())) {
            Path file = segments.path(control.end().value());
            boolean torn = Files.exists(file)
                    && zero(file, control.end().value() % segments.size(), segments.size());
            return torn
                    ? Optional.of("an unfinished record was cut off at " + control.end())
                    : Optional.empty();
        }
    }

    private static boolean zero(Path file, long from, long to) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            boolean found = false;
            for (long at = from; at < to; at += PIECE) {
                ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, to - at));
                fill(channel, piece, at);
                if (!isZero(piece)) {
                    found = true;
                    write(channel, ByteBuffer.allocate(piece.capacity()), at);
                }
            }
            if (found) {
                channel.force(true);
            }
            return found;
        }
    }

    private static void fill(FileChannel channel, ByteBuffer piece, long at) throws IOException {
        while (piece.hasRemaining()) {
            if (channel.read(piece, at + piece.position()) < 0) {
                return;
            }
        }
    }

    private static void write(FileChannel channel, ByteBuffer piece, long at) throws IOException {
        while (piece.hasRemaining()) {
            channel.write(piece, at + piece.position());
        }
    }

    private static boolean isZero(ByteBuffer piece) {
        return piece.clear().mismatch(ByteBuffer.allocate(piece.capacity())) < 0;
    }
}
