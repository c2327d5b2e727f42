package io.pgha.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What must be known of the peer's database before it is copied.
 *
 * @param systemId its system identifier
 * @param major its major version, as PG_VERSION would say
 * @param inRecovery it is a standby itself
 * @param dataBytes size without tablespaces and WAL
 * @param tablespaces its tablespaces, with where they lie at the peer
 */
record PeerCluster(
        String systemId,
        String major,
        boolean inRecovery,
        long dataBytes,
        List<SizedTablespace> tablespaces) {

    /** Counting the files of a large database takes a while. */
    private static final int QUERY_SECONDS = 120;

    PeerCluster {
        tablespaces = List.copyOf(tablespaces);
    }

    /**
     * A tablespace with its size.
     *
     * @param oid its OID
     * @param location its directory at the node it comes from
     * @param bytes its size
     */
    record SizedTablespace(long oid, Path location, long bytes) {}

    static PeerCluster ask(Connection connection) throws SQLException {
        long dataBytes = 0;
        List<SizedTablespace> tablespaces = new ArrayList<>();
        String query = "select oid::bigint, pg_tablespace_location(oid), pg_tablespace_size(oid)"
                + " from pg_tablespace";
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setQueryTimeout(QUERY_SECONDS);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String location = rows.getString(2);
                    // Empty for pg_default and pg_global, relative for developers' in-place
                    // tablespaces: part of PGDATA.
                    if (location.startsWith("/")) {
                        tablespaces.add(new SizedTablespace(
                                rows.getLong(1), Path.of(location), rows.getLong(3)));
                    } else {
                        dataBytes += rows.getLong(3);
                    }
                }
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select system_identifier::text, current_setting('server_version_num')::int"
                                + " / 10000, pg_is_in_recovery() from pg_control_system()")) {
            row.next();
            return new PeerCluster(
                    row.getString(1), row.getString(2), row.getBoolean(3), dataBytes, tablespaces);
        }
    }
}
