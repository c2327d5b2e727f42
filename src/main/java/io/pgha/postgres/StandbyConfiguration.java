package io.pgha.postgres;

import io.pgha.config.Settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a standby of the peer needs in postgresql.auto.conf.
 *
 * @param conninfo primary_conninfo
 * @param slot primary_slot_name
 * @param restoreCommand restore_command; empty: no archive is configured, and one that a person set is left alone
 */
public record StandbyConfiguration(
        Conninfo conninfo, String slot, Optional<String> restoreCommand) {

    /**
     * A recovery target makes a standby stop replaying or promote itself. The empty value unsets it, also where
     * postgresql.conf, which belongs to the operator, sets it.
     */
    private static final List<String> TARGETS = List.of(
            "recovery_target",
            "recovery_target_name",
            "recovery_target_time",
            "recovery_target_xid",
            "recovery_target_lsn");

    /** Settings that would promote or stop a standby behind pgha's back, whoever wrote them. */
    private static final Set<String> STALE = Set.of(
            "recovery_target_inclusive",
            "recovery_target_action",
            "recovery_target_timeline",
            "promote_trigger_file",
            "trigger_file",
            "standby_mode");

    /** What belongs to the node a copy came from and would be wrong on any other. */
    private static final Set<String> OF_ANOTHER_NODE = Set.of(
            "primary_conninfo",
            "primary_slot_name",
            "restore_command",
            "archive_cleanup_command",
            "recovery_end_command",
            "synchronous_standby_names",
            "cluster_name",
            "port",
            "listen_addresses",
            "unix_socket_directories",
            "external_pid_file",
            "log_directory",
            "ssl_cert_file",
            "ssl_key_file",
            "ssl_ca_file",
            "ssl_crl_file");

    /**
     * The 5 s trap: a promotion that meets a dying WAL receiver sleeps this long, and so does a standby whose primary was
     * restarted.
     */
    private static final String RETRY_INTERVAL = "200ms";

    /**
     * From the settings of this node.
     *
     * @param restoreCommand what stands behind restore_command when an archive is configured
     */
    public static StandbyConfiguration of(Settings settings, Optional<String> restoreCommand) {
        return new StandbyConfiguration(
                Conninfo.toPeer(settings), settings.postgres().slot(), restoreCommand);
    }

    /** The settings by name, in the order in which they are written. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("primary_conninfo", conninfo.text());
        settings.put("primary_slot_name", slot);
        settings.put("recovery_target_timeline", "latest");
        settings.put("wal_retrieve_retry_interval", RETRY_INTERVAL);
        restoreCommand.ifPresent(command -> settings.put("restore_command", command));
        TARGETS.forEach(name -> settings.put(name, ""));
        return settings;
    }

    /**
     * Writes the settings for the next start and removes what would work against them. On disk when it returns; a second
     * call changes nothing.
     *
     * @param dataDirectory of a PostgreSQL that does not run: a running one may rewrite the file at any time
     * @throws DataDirectoryException when PostgreSQL runs there or the file cannot be written
     */
    public void write(Path dataDirectory) throws DataDirectoryException {
        try {
            ClusterProcesses.requireNone(
                    Layout.resolve(dataDirectory), "writing the standby's configuration");
            if (!Files.exists(dataDirectory.resolve("PG_VERSION"))) {
                throw DataDirectoryException.refused(
                        dataDirectory + " holds no database to be configured as standby");
            }
            new AutoConf(dataDirectory).change(STALE::contains, settings());
        } catch (IOException e) {
            throw DataDirectoryException.failed(
                    "writing postgresql.auto.conf in " + dataDirectory, e);
        }
    }

    /**
     * The same on a running server, by ALTER SYSTEM and a reload; the WAL receiver reconnects by itself. Needs a superuser,
     * or from PostgreSQL 15 on the right to ALTER SYSTEM these parameters. Recovery targets need a restart to take effect.
     *
     * @param connection to the local server, in autocommit mode; its deadlines are the caller's
     */
    public void alterSystem(Connection connection) throws SQLException {
        String format = "select format('alter system set %I = %L', ?::text, ?::text)";
        try (Statement statement = connection.createStatement();
                PreparedStatement quoting = connection.prepareStatement(format)) {
            for (Map.Entry<String, String> setting : settings().entrySet()) {
                quoting.setString(1, setting.getKey());
                quoting.setString(2, setting.getValue());
                try (ResultSet row = quoting.executeQuery()) {
                    row.next();
                    statement.execute(row.getString(1));
                }
            }
            statement.execute("select pg_reload_conf()");
        }
    }

    /** Removes from a fresh copy what its postgresql.auto.conf says about the node it was taken from. */
    static void forgetOrigin(Path copy) throws IOException {
        new AutoConf(copy)
                .change(
                        name -> OF_ANOTHER_NODE.contains(name)
                                || STALE.contains(name)
                                || TARGETS.contains(name),
                        Map.of());
    }
}
