package io.pgha.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * This node's physical replication slot at its peer.
 *
 * @param name the slot
 * @param active somebody streams from it
 * @param retainedBytes WAL that the peer keeps for it
 * @param walStatus reserved, extended, unreserved or lost, in PostgreSQL's words; none when it never held anything back
 * @param maximumKeep the peer's max_slot_wal_keep_size in force, such as -1 for without limit, in its own words
 * @param proposedKeepBytes what pgha proposes for it, so that a standby that is away cannot fill the primary's disk
 */
public record PeerSlot(
        String name,
        boolean active,
        long retainedBytes,
        String walStatus,
        String maximumKeep,
        long proposedKeepBytes) {

    private static final String LOOK =
            "select slot_type, active, coalesce(wal_status, 'none'), coalesce(pg_wal_lsn_diff("
                    + "case when pg_is_in_recovery() then pg_last_wal_receive_lsn()"
                    + " else pg_current_wal_lsn() end, restart_lsn), 0)::bigint,"
                    + " current_setting('max_slot_wal_keep_size')"
                    + " from pg_replication_slots where slot_name = ?";

    private static final String NOTHING_YET = "none";
    private static final String DUPLICATE = "42710";

    /**
     * The slot exists at the peer and holds WAL back from now on at the latest. One that is there stays as it is, unless its
     * WAL is gone, which no standby could use any more. A second call changes nothing.
     *
     * @param connection to the peer, with a role that has REPLICATION
     * @throws DataDirectoryException when the name is taken by a logical slot
     * @throws SQLException whatever the peer said
     */
    public static PeerSlot ensure(Connection connection, String name, long proposedKeepBytes)
            throws SQLException, DataDirectoryException {
        Optional<PeerSlot> found = look(connection, name, proposedKeepBytes);
        if (found.isPresent() && !found.get().reserves() && !found.get().active()) {
            call(connection, "select pg_drop_replication_slot(?)", name);
            found = Optional.empty();
        }
        if (found.isPresent()) {
            return found.get();
        }
        try {
            call(connection, "select pg_create_physical_replication_slot(?, true)", name);
        } catch (SQLException e) {
            if (!DUPLICATE.equals(e.getSQLState())) {
                throw e;
            }
        }
        return look(connection, name, proposedKeepBytes)
                .orElseThrow(() -> DataDirectoryException.failed(
                        "slot " + name + " was created at the peer and is gone again"));
    }

    /** False when its WAL is gone or it never held any back. */
    private boolean reserves() {
        return !walStatus.equals("lost") && !walStatus.equals(NOTHING_YET);
    }

    /** Reads the slot; empty when the peer has none of that name. */
    public static Optional<PeerSlot> look(
            Connection connection, String name, long proposedKeepBytes)
            throws SQLException, DataDirectoryException {
        try (PreparedStatement statement = connection.prepareStatement(LOOK)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                if (!"physical".equals(row.getString(1))) {
                    throw DataDirectoryException.refused("the peer has a logical slot named " + name
                            + ": choose another postgres.slot");
                }
                return Optional.of(new PeerSlot(
                        name,
                        row.getBoolean(2),
                        row.getLong(4),
                        row.getString(3),
                        row.getString(5),
                        proposedKeepBytes));
            }
        }
    }

    /**
     * Drops the slot, if it is there and nobody streams from it. A standby keeps WAL back for its slots as a primary does.
     *
     * @throws DataDirectoryException when the name is taken by a logical slot
     * @throws SQLException whatever the server said
     */
    public static void drop(Connection connection, String name)
            throws SQLException, DataDirectoryException {
        if (look(connection, name, 0).filter(slot -> !slot.active()).isPresent()) {
            call(connection, "select pg_drop_replication_slot(?)", name);
        }
    }

    private static void call(Connection connection, String function, String name)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(function)) {
            statement.setString(1, name);
            statement.execute();
        }
    }
}
