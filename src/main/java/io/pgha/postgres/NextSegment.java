package io.pgha.postgres;

import io.pgha.model.Fork;
import io.pgha.model.Lsn;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * The segment of WAL that a copy needs first from a primary. A primary removes the oldest first, so that it has all later ones
 * when it has this one.
 */
public final class NextSegment {

    private NextSegment() {}

    /**
     * Its name when the primary has it no more; empty: it is there.
     *
     * @param primary a role that may pg_ls_waldir there, as pg_monitor may
     * @param from where the copy's own WAL ends
     * @param timeline that the primary writes
     * @param forks its timeline history
     * @throws SQLException when the primary cannot tell
     */
    public static Optional<String> missing(
            Connection primary, Lsn from, int timeline, List<Fork> forks) throws SQLException {
        long size = segmentBytes(primary);
        String name = name(from, timeline, forks, size);
        // One that nothing was written to yet need not be there.
        try (PreparedStatement statement =
                primary.prepareStatement("select pg_current_wal_flush_lsn() > ?::pg_lsn"
                        + " and not exists (select from pg_ls_waldir() where name = ?)")) {
            statement.setString(1, begin(from, size).toString());
            statement.setString(2, name);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1) ? Optional.of(name) : Optional.empty();
            }
        }
    }

    /**
     * A segment within which the timeline changed is sent from the file of the newer one, which begins with a copy of the
     * older's part (WalSndSegmentOpen in walsender.c).
     */
    static String name(Lsn from, int timeline, List<Fork> forks, long segmentBytes) {
        long segment = Long.divideUnsigned(from.value(), segmentBytes);
        int file = forks.stream()
                .filter(fork -> Long.divideUnsigned(fork.at().value(), segmentBytes) > segment)
                .mapToInt(Fork::timeline)
                .findFirst()
                .orElse(timeline);
        return DivergedWal.name(file, from, segmentBytes);
    }

    private static Lsn begin(Lsn at, long segmentBytes) {
        return new Lsn(at.value() - Long.remainderUnsigned(at.value(), segmentBytes));
    }

    private static long segmentBytes(Connection primary) throws SQLException {
        try (Statement statement = primary.createStatement();
                ResultSet row = statement.executeQuery(
                        "select setting::bigint from pg_settings where name = 'wal_segment_size'")) {
            row.next();
            return row.getLong(1);
        }
    }
}
