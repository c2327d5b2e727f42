package io.pgha.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The peer's server as the source of a rewind, under the role that pg_rewind will use.
 *
 * @param systemId its system identifier
 * @param inRecovery it is a standby itself
 * @param timeline that it writes
 * @param checkpointed the timeline of its last checkpoint, from which pg_rewind before PostgreSQL 16 takes the timeline
 * @param fullPageWrites whether a page that is copied while it is written comes right by WAL
 * @param lacking functions that the role may not call
 * @param role its name
 * @param walBytes of its pg_wal, which is copied as a whole
 */
record RewindSource(
        String systemId,
        boolean inRecovery,
        int timeline,
        int checkpointed,
        boolean fullPageWrites,
        List<String> lacking,
        String role,
        long walBytes) {

    private static final String LOOK =
            "select (select system_identifier::text from pg_control_system()), pg_is_in_recovery(),"
                    + " case when pg_is_in_recovery() then '00000000' else pg_walfile_name(pg_current_wal_lsn()) end,"
                    + " (select timeline_id from pg_control_checkpoint()), current_setting('full_page_writes') = 'on',"
                    + " current_user::text, (select coalesce(sum(size), 0)::bigint from pg_ls_waldir())";

    private static final List<String> FUNCTIONS = List.of(
            "pg_ls_dir(text, boolean, boolean)",
            "pg_stat_file(text, boolean)",
            "pg_read_binary_file(text)",
            "pg_read_binary_file(text, bigint, bigint, boolean)");

    RewindSource {
        lacking = List.copyOf(lacking);
    }

    /** Asks; a source that does not answer is an exception. */
    static RewindSource ask(SqlSource peer) throws DataDirectoryException {
        try (Connection connection = peer.open();
                Statement statement = connection.createStatement()) {
            List<String> lacking = new ArrayList<>();
            for (String function : FUNCTIONS) {
                try (ResultSet row =
                        statement.executeQuery("select has_function_privilege('pg_catalog."
                                + function + "', 'execute')")) {
                    row.next();
                    if (!row.getBoolean(1)) {
                        lacking.add(function);
                    }
                }
            }
            try (ResultSet row = statement.executeQuery(LOOK)) {
                row.next();
                return new RewindSource(
                        row.getString(1),
                        row.getBoolean(2),
                        Integer.parseUnsignedInt(row.getString(3).substring(0, 8), 16),
                        row.getInt(4),
                        row.getBoolean(5),
                        lacking,
                        row.getString(6),
                        row.getLong(7));
            }
        } catch (SQLException e) {
            throw DataDirectoryException.failed(
                    "asking the peer's PostgreSQL whether it can be rewound to", e);
        }
    }

    /** What a person must mend there, each with its remedy. */
    List<String> complaints(String database) {
        List<String> complaints = new ArrayList<>();
        if (!lacking.isEmpty()) {
            complaints.add("role " + role + " may not read files of the peer: there, in database "
                    + database + ": " + grant(role));
        }
        if (!fullPageWrites) {
            complaints.add("full_page_writes is off on the peer: alter system set full_page_writes"
                    + " = on there");
        }
        return complaints;
    }

    /** What gives that role the right to be rewound to; in the database that it logs in to. */
    static String grant(String role) {
        return "grant execute on function " + String.join(", ", FUNCTIONS) + " to " + role;
    }

    /** True once pg_rewind can tell its timeline. */
    boolean isCheckpointed() {
        return checkpointed == timeline;
    }

    /** The last look before it is used. */
    void requireReady() throws DataDirectoryException {
        if (inRecovery) {
            throw DataDirectoryException.refused(
                    "the peer is in recovery: only a primary is rewound to");
        }
        if (!isCheckpointed()) {
            throw DataDirectoryException.refused("the peer has made no checkpoint on timeline "
                    + timeline + " yet: type checkpoint there");
        }
    }
}
