package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;

import org.postgresql.ds.PGSimpleDataSource;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a server is set up so that pgha can do its work on it: settings, and the rights of pgha's role. For {@code pgha
 * check}; looks only.
 */
public final class ServerReadiness {

    private static final String SETTINGS =
            "select name, setting from pg_settings where name in ('wal_level', 'max_wal_senders',"
                    + " 'max_replication_slots', 'hot_standby', 'fsync', 'full_page_writes', 'listen_addresses',"
                    + " 'max_slot_wal_keep_size', 'restart_after_crash', 'server_version', 'server_version_num',"
                    + " 'data_directory') union all select 'system_identifier', system_identifier::text from pg_control_system()";

    private static final String RIGHTS =
            "select rolsuper as super, pg_has_role(current_user, 'pg_monitor', 'member') as monitor,"
                    + " pg_has_role(current_user, 'pg_signal_backend', 'member') as signal,"
                    + " coalesce((select pg_has_role(current_user, r.oid, 'member') from pg_roles r"
                    + " where r.rolname = 'pg_checkpoint'), false) as checkpoint,"
                    + " current_user::text as name from pg_roles where rolname = current_user";

    private final List<Lack> lacks = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>();

    private ServerReadiness() {}

    /**
     * Something that is missing.
     *
     * @param fatal pgha cannot do its work without it; otherwise it can, and something will hurt
     * @param words what is missing, and what that means
     * @param remedy what to type, in SQL or a shell
     */
    public record Lack(boolean fatal, String words, String remedy) {}

    /**
     * What was seen.
     *
     * @param version server_version
     * @param major its first number
     * @param systemId the database's identifier
     * @param dataDirectory where it lies on its host; empty: the role may not see it
     * @param lacks empty: ready
     */
    public record Report(
            String version,
            int major,
            String systemId,
            Optional<String> dataDirectory,
            List<Lack> lacks) {
        public Report {
            lacks = List.copyOf(lacks);
        }
    }

    /**
     * Looks at a server over a fresh connection of pgha's role.
     *
     * @param limit of connecting and of each statement
     * @throws SQLException when it cannot be asked
     */
    public static Report look(PostgresSettings own, String host, int port, Duration limit)
            throws SQLException {
        Login login = new Login(own);
        PGSimpleDataSource source = login.source(host, port, "pgha-check", limit);
        login.password(host, port).ifPresent(source::setPassword);
        ServerReadiness readiness = new ServerReadiness();
        try (Connection connection = source.getConnection()) {
            readiness.readSettings(connection);
            readiness.judgeSettings(own.maxSlotWalKeepBytes());
            readiness.judgeRights(connection);
            readiness.judgeReplicationRole(connection, own.replicationUser());
        }
        return new Report(
                readiness.setting("server_version"),
                (int) (readiness.number("server_version_num") / 10_000),
                readiness.setting("system_identifier"),
                Optional.ofNullable(readiness.settings.get("data_directory")),
                readiness.lacks);
    }

    private void readSettings(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SETTINGS)) {
            while (row.next()) {
                settings.put(String.valueOf(row.getString(1)), String.valueOf(row.getString(2)));
            }
        }
    }

    private String setting(String name) {
        return settings.getOrDefault(name, "");
    }

    private void lack(boolean fatal, String words, String remedy) {
        lacks.add(new Lack(fatal, words, remedy));
    }

    private void judgeSettings(long proposedKeepBytes) {
        if (setting("wal_level").equals("minimal")) {
            lack(
                    true,
                    "wal_level is minimal: nothing can follow",
                    "alter system set wal_level = replica, restart");
        }
        if (number("max_wal_senders") < 4) {
            lack(
                    number("max_wal_senders") < 2,
                    "max_wal_senders is " + setting("max_wal_senders")
                            + ": a base backup needs two beside the standby's one",
                    "alter system set max_wal_senders = 10, restart");
        }
        if (number("max_replication_slots") < 2) {
            lack(
                    number("max_replication_slots") < 1,
                    "max_replication_slots is " + setting("max_replication_slots"),
                    "alter system set max_replication_slots = 10, restart");
        }
        if (setting("hot_standby").equals("off")) {
            lack(
                    true,
                    "hot_standby is off: a standby cannot be asked anything",
                    "alter system set hot_standby = on, restart");
        }
        for (String name : List.of("fsync", "full_page_writes")) {
            if (setting(name).equals("off")) {
                lack(
                        false,
                        name + " is off: a power loss can destroy this copy",
                        "alter system set " + name + " = on; select pg_reload_conf()");
            }
        }
        if (setting("listen_addresses").equals("localhost")
                || setting("listen_addresses").isEmpty()) {
            lack(
                    true,
                    "listen_addresses is '" + setting("listen_addresses")
                            + "': neither clients nor the peer can connect",
                    "alter system set listen_addresses = '*', restart (the gate guards the port)");
        }
        if (setting("max_slot_wal_keep_size").equals("-1")) {
            lack(
                    false,
                    "max_slot_wal_keep_size is -1: a standby that is away fills this disk",
                    "alter system set max_slot_wal_keep_size = '" + (proposedKeepBytes >> 20)
                            + "MB'; select pg_reload_conf()");
        }
    }

    private long number(String name) {
        return Long.parseLong(setting(name));
    }

    private void judgeRights(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(RIGHTS)) {
            if (!row.next() || row.getBoolean("super")) {
                return;
            }
            String name = String.valueOf(row.getString("name"));
            if (!row.getBoolean("monitor")) {
                lack(
                        true,
                        "role " + name + " is no member of pg_monitor: replication cannot be seen",
                        "grant pg_monitor to " + name);
            }
            if (!row.getBoolean("signal")) {
                lack(
                        true,
                        "role " + name
                                + " may not end client sessions: a primary cannot be closed cleanly",
                        "grant pg_signal_backend to " + name);
            }
            if (number("server_version_num") >= 150000 && !row.getBoolean("checkpoint")) {
                lack(
                        false,
                        "role " + name + " may not checkpoint: a release takes longer",
                        "grant pg_checkpoint to " + name);
            }
        }
    }

    private void judgeReplicationRole(Connection connection, String role) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select rolreplication or rolsuper, rolcanlogin, has_function_privilege(oid,"
                        + " 'pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)', 'execute')"
                        + " from pg_roles where rolname = ?")) {
            statement.setString(1, role);
            try (ResultSet row = statement.executeQuery()) {
                Optional<Boolean> ready = row.next()
                        ? Optional.of(row.getBoolean(1) && row.getBoolean(2))
                        : Optional.empty();
                if (ready.isEmpty()) {
                    lack(
                            true,
                            "role " + role
                                    + " (postgres.replication_user) does not exist: nothing can follow",
                            "create role " + role + " login replication password '...'");
                } else if (!ready.get()) {
                    lack(
                            true,
                            "role " + role + " may not log in for replication",
                            "alter role " + role + " login replication");
                } else if (!row.getBoolean(3)) {
                    lack(
                            false,
                            "role " + role
                                    + " may not read files: a primary that was replaced is copied anew, not rewound",
                            RewindSource.grant(role));
                }
            }
        }
    }
}
