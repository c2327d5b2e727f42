package io.pgha.config;

import static io.pgha.config.Key.perNode;

import io.pgha.config.Settings.Control;

import java.nio.file.Path;
import java.util.List;

/** The keys of the block postgres. */
final class PostgresKeys {

    /** PostgreSQL cuts longer identifiers silently (NAMEDATALEN - 1). */
    static final Form<String> ROLE = Forms.text(
            "[^\\p{Cntrl}]{1,63}", "a name of 1 to 63 characters without control characters");

    static final Key<Integer> PORT = perNode(
            "postgres.port",
            Forms.port(),
            new Default.Fixed<>(5432),
            "PostgreSQL's port on the node, and the port that the peer probes. It must be PostgreSQL's own, never a"
                    + " pooler's.");

    static final Key<Path> DATA_DIRECTORY = perNode(
            "postgres.data_directory",
            Forms.path(),
            new Default.Required<>(),
            "PostgreSQL's data directory (PGDATA). pgha initialize replaces it as a whole, so nothing else belongs in"
                    + " it.");

    static final Key<Path> CONFIG_DIRECTORY = perNode(
            "postgres.config_directory",
            Forms.path(),
            new Default.Derived<>("postgres.data_directory"),
            "Where postgresql.conf and pg_hba.conf lie. Debian and Ubuntu keep them outside the data directory.");

    static final Key<Path> BIN = perNode(
            "postgres.bin",
            Forms.path(),
            new Default.Required<>(),
            "Directory of PostgreSQL's programs (pg_ctl, pg_basebackup, pg_rewind); of the same major version as the data"
                    + " directory.");

    static final Key<List<String>> WRAPPER = perNode(
            "postgres.wrapper",
            Forms.list(Forms.text("[^\\p{Cntrl}]+", "text"), 16, Forms.Repeats.ALLOWED),
            new Default.Fixed<>(List.of()),
            "Words put before every PostgreSQL program, one list element a word, for example for a software collection."
                    + " No shell reads them.");

    static final Key<Control> CONTROL = perNode(
            "postgres.control",
            Forms.choice(Control.class),
            new Default.Fixed<>(Control.PG_CTL),
            "How PostgreSQL is started and stopped. Where a systemd unit exists, pg_ctl would start a second one behind its"
                    + " back: use systemd there.");

    static final Key<String> UNIT = perNode(
            "postgres.unit",
            Forms.text("[A-Za-z0-9:_.@\\\\-]{1,200}", "the name of a systemd unit"),
            new Default.Unset<>("none"),
            "PostgreSQL's systemd unit; needed with control = systemd, refused otherwise. It must not be enabled at boot:"
                    + " pgha decides whether PostgreSQL may start.");

    static final Key<String> OPTIONS = perNode(
            "postgres.options",
            Forms.text("[^\\p{Cntrl}]*", "one line of text"),
            new Default.Fixed<>(""),
            "Options for the server with control = pg_ctl (pg_ctl -o). Passwords do not belong here: everybody on the"
                    + " machine can read them.");

    static final Key<Path> SOCKET_DIRECTORY = perNode(
            "postgres.socket_directory",
            Forms.path(),
            new Default.Unset<>("none, the programs use TCP to 127.0.0.1"),
            "Directory of PostgreSQL's unix socket for the programs that can use one.");

    static final Key<String> USER = perNode(
            "postgres.user",
            ROLE,
            new Default.Fixed<>("pgha"),
            "Role for probes and control; member of pg_monitor and with the rights that the README lists. pgha check names"
                    + " what it lacks.");

    static final Key<String> DATABASE = perNode(
            "postgres.database",
            ROLE,
            new Default.Fixed<>("postgres"),
            "Database that probes connect to. It must exist on both nodes for ever, so better not an application's.");

    static final Key<String> REPLICATION_USER = perNode(
                    "postgres.replication_user",
                    ROLE,
                    new Default.Fixed<>("replicator"),
                    "Role with REPLICATION for streaming and base backups; pg_hba.conf of both nodes must admit it from the"
                            + " other.")
            .fromStandbySetup();

    static final Key<Path> PASS_FILE = perNode(
                    "postgres.pass_file",
                    Forms.path(),
                    new Default.Unset<>("none"),
                    "libpq's password file for both roles, readable for PostgreSQL's owner alone. Passwords stand nowhere"
                            + " else.")
            .fromStandbySetup();

    static final Key<String> SSL_MODE = perNode(
                    "postgres.ssl_mode",
                    Forms.choice(List.of(
                            "disable", "allow", "prefer", "require", "verify-ca", "verify-full")),
                    new Default.Fixed<>("prefer"),
                    "libpq's sslmode for connections to the peer. Below verify-full somebody between the nodes could pose as"
                            + " the peer.")
            .fromStandbySetup();

    static final Key<String> SLOT = perNode(
                    "postgres.slot",
                    Forms.text(
                            "[a-z0-9_]{1,63}",
                            "a slot name: lower-case letters, digits and underscores, at most 63"),
                    new Default.Fixed<>("pgha"),
                    "Physical replication slot that this node uses at its peer. It keeps the WAL that a standby still needs,"
                            + " up to max_slot_wal_keep_size.")
            .fromStandbySetup();

    static final Key<Long> MAX_SLOT_WAL_KEEP_SIZE = perNode(
                    "postgres.max_slot_wal_keep_size",
                    Forms.size(64L << 20, 1L << 50),
                    new Default.Fixed<>(10L << 30),
                    "Proposed for PostgreSQL's setting of that name: WAL kept for an absent standby. Larger endures a longer"
                            + " absence and must fit on the disk; beyond it the standby has to be rebuilt.")
            .fromStandbySetup();

    private PostgresKeys() {}

    static List<Key<?>> all() {
        return List.of(
                PORT,
                DATA_DIRECTORY,
                CONFIG_DIRECTORY,
                BIN,
                WRAPPER,
                CONTROL,
                UNIT,
                OPTIONS,
                SOCKET_DIRECTORY,
                USER,
                DATABASE,
                REPLICATION_USER,
                PASS_FILE,
                SSL_MODE,
                SLOT,
                MAX_SLOT_WAL_KEEP_SIZE);
    }
}
