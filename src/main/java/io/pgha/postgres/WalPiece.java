package io.pgha.postgres;

import io.pgha.model.Lsn;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The bytes of WAL just before a position, of the segment that holds them: what replication has carried is the same to the
 * byte, and what two promotions wrote apart is not, also under the same number of timeline.
 *
 * @param from where it begins
 * @param length how many bytes
 * @param segmentBytes size of a segment
 */
record WalPiece(Lsn from, int length, long segmentBytes) {

    private static final int MOST_BYTES = 64 << 10;

    /** As much as is in the segment, and at most some pages. */
    static WalPiece before(Lsn at, long segmentBytes) {
        long inSegment = Long.remainderUnsigned(at.value() - 1, segmentBytes) + 1;
        int length = (int) Math.min(MOST_BYTES, inSegment);
        return new WalPiece(new Lsn(at.value() - length), length, segmentBytes);
    }

    /** Whether both hold the same; empty: one of them has no such segment any more. */
    Optional<Boolean> isSame(Path dataDirectory, Connection peer, List<Integer> timelines)
            throws IOException, SQLException {
        Optional<byte[]> mine = Optional.empty();
        Optional<byte[]> theirs = Optional.empty();
        for (int timeline : timelines) {
            String segment = DivergedWal.name(timeline, from, segmentBytes);
            mine = mine.isPresent()
                    ? mine
                    : read(dataDirectory.resolve("pg_wal").resolve(segment));
            theirs = theirs.isPresent() ? theirs : read(peer, "pg_wal/" + segment);
        }
        Optional<byte[]> other = theirs;
        return mine.flatMap(m -> other.map(o -> Arrays.equals(m, o)));
    }

    private long offset() {
        return Long.remainderUnsigned(from.value(), segmentBytes);
    }

    private Optional<byte[]> read(Path segment) throws IOException {
        if (!Files.exists(segment)) {
            return Optional.empty();
        }
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "r")) {
            byte[] bytes = new byte[length];
            file.seek(offset());
            file.readFully(bytes);
            return Optional.of(bytes);
        }
    }

    private Optional<byte[]> read(Connection peer, String segment) throws SQLException {
        try (PreparedStatement statement =
                peer.prepareStatement("select pg_read_binary_file(?, ?, ?, true)")) {
            statement.setString(1, segment);
            statement.setLong(2, offset());
            statement.setLong(3, length);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return Optional.ofNullable(row.getBytes(1));
            }
        }
    }
}
