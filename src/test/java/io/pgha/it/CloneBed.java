package io.pgha.it;

import io.pgha.config.Settings;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.NodeId;
import io.pgha.os.FreePort;
import io.pgha.postgres.Conninfo;
import io.pgha.postgres.SqlSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A primary with a tablespace, and a stopped older copy of it to be replaced, all on loopback. The servers run as postgres; the
 * code under test runs as root in this process, or as postgres in one of its own ({@link CloneDriver}).
 */
final class CloneBed {

    static final Path BIN = PgInstance.newestBin();
    static final long ROWS_OLD = 100;
    static final long ROWS_NEW = 1000;
    private static final String SECRET = "s3cret";

    final Path root;
    final int primaryPort;
    final Path passFile;
    private final List<Path> started = new ArrayList<>();
    private final List<Path> mounts = new ArrayList<>();
    private int copies;

    CloneBed() throws Exception {
        root = Files.createTempDirectory("pgha-clone-");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        give(root);
        passFile = Files.writeString(root.resolve("passfile"), "*:*:*:repl:" + SECRET + "\n");
        Files.setPosixFilePermissions(passFile, PosixFilePermissions.fromString("rw-------"));
        give(passFile);
        primaryPort = FreePort.next();
    }

    /** Makes and starts the primary. Apart from the constructor, so that a bed half made can be closed. */
    void makePrimary() throws Exception {
        Path data = root.resolve("primary");
        postgres("initdb", "-D", data.toString(), "-N", "-A", "trust", "--no-instructions");
        Files.writeString(data.resolve("pg_hba.conf"), """
                local all all trust
                local replication all trust
                host all repl 127.0.0.1/32 scram-sha-256
                host replication repl 127.0.0.1/32 scram-sha-256
                host all all 127.0.0.1/32 trust
                """);
        configure(data, primaryPort, "primary");
        give(Files.createDirectory(root.resolve("space-primary")));
        start(data);
        sql(
                primaryPort,
                "create role repl replication login password '" + SECRET + "'",
                "grant pg_monitor to repl",
                "create tablespace extra location '" + root.resolve("space-primary") + "'",
                "create table t as select i, repeat('x', 200) p from generate_series(1, " + ROWS_OLD
                        + ") i",
                "create table s tablespace extra as select * from t",
                "alter system set primary_slot_name = 'of_another_node'",
                "alter system set recovery_target_time = '2001-01-01 00:00:00'");
        String copy = "-h %1$s -p %2$d -U postgres -D %1$s/template -N -c fast"
                + " -T %1$s/space-primary=%1$s/space-template";
        postgres("pg_basebackup", copy.formatted(root, primaryPort).split(" ", -1));
        // Recovers once, so that it is a cleanly stopped old primary with rows of its own.
        configure(root.resolve("template"), FreePort.next(), "template");
        Files.delete(root.resolve("template/postgresql.auto.conf"));
        start(root.resolve("template"));
        stop(root.resolve("template"));
        sql(
                primaryPort,
                "insert into t select i, repeat('y', 200) from generate_series(" + (ROWS_OLD + 1)
                        + ", " + ROWS_NEW + ") i",
                "insert into s select * from t where i > " + ROWS_OLD);
    }

    private void configure(Path data, int port, String name) throws Exception {
        String conf = "port = %d%nlisten_addresses = '127.0.0.1'%nunix_socket_directories = '%s'%n"
                        .formatted(port, root)
                + "fsync = off\nshared_buffers = 16MB\nwal_log_hints = on\nmax_wal_size = 64MB\n"
                + "min_wal_size = 32MB\nhot_standby = on\ncluster_name = '" + name + "'\n";
        Files.writeString(data.resolve("postgresql.conf"), conf);
        give(data.resolve("postgresql.conf"));
    }

    /**
     * A stopped older copy in {@code data}, with its tablespace and, if wanted, its pg_wal elsewhere, configured for its own
     * port.
     */
    int oldCopy(Path data, boolean walElsewhere) throws Exception {
        int number = ++copies;
        int port = FreePort.next();
        run(List.of("cp", "-a", root.resolve("template") + "/.", data.toString()));
        Path space = root.resolve("space-" + number);
        run(List.of("cp", "-a", root.resolve("space-template").toString(), space.toString()));
        Path link;
        try (Stream<Path> links = Files.list(data.resolve("pg_tblspc"))) {
            link = links.findFirst().orElseThrow();
        }
        Files.delete(link);
        Files.createSymbolicLink(link, space);
        if (walElsewhere) {
            Path wal = root.resolve("wal-" + number);
            run(List.of("mv", data.resolve("pg_wal").toString(), wal.toString()));
            Files.createSymbolicLink(data.resolve("pg_wal"), wal);
        }
        configure(data, port, "copy" + number);
        return port;
    }

    Path directory(String name) throws Exception {
        Path directory = Files.createDirectory(root.resolve(name));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        give(directory);
        return directory;
    }

    Path mount(String name, String size) throws Exception {
        Path directory = directory(name);
        run(List.of(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=" + size + ",mode=0700,uid=postgres,gid=postgres",
                "tmpfs",
                directory.toString()));
        mounts.add(directory);
        return directory;
    }

    static PostgresSettings settings(Path data, int port, Path passFile) {
        return new PostgresSettings(
                port,
                Optional.empty(),
                data,
                data,
                BIN,
                System.getProperty("user.name").equals("root") ? PgInstance.AS_POSTGRES : List.of(),
                Settings.Control.PG_CTL,
                Optional.empty(),
                "",
                "postgres",
                "postgres",
                "repl",
                Optional.of(passFile),
                "prefer",
                "b_slot",
                1L << 30);
    }

    static Conninfo conninfo(int primaryPort, PostgresSettings postgres) {
        List<String> loopback = List.of("127.0.0.1");
        return Conninfo.to(
                new Settings.Node(new NodeId("a"), "127.0.0.1", loopback, primaryPort, 1, "a_slot"),
                new NodeId("b"),
                postgres);
    }

    SqlSource primary() {
        return () -> connect(primaryPort);
    }

    static Connection connect(int port) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port
                + "/postgres?user=repl&connectTimeout=5&socketTimeout=20&password=" + SECRET);
    }

    void sql(int port, String... statements) throws SQLException {
        try (Connection connection = admin(port);
                Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }

    long number(int port, String query) throws SQLException {
        try (Connection connection = admin(port);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Connection admin(int port) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port
                + "/postgres?user=postgres&connectTimeout=5&socketTimeout=20");
    }

    /** Asks until the answer is as wanted. */
    void await(String what, int port, String query, long wanted) throws Exception {
        long limit = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        String last = "";
        while (System.nanoTime() < limit) {
            try {
                long is = number(port, query);
                if (is == wanted) {
                    return;
                }
                last = "" + is;
            } catch (SQLException e) {
                last = String.valueOf(e.getMessage());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError(what + ": still " + last);
    }

    void start(Path data) throws Exception {
        started.add(data);
        postgres("pg_ctl", "-D", data.toString(), "-l", log(data).toString(), "-w", "start");
    }

    /** Starts it without waiting until it takes connections. */
    void begin(Path data) throws Exception {
        started.add(data);
        postgres("pg_ctl", "-D", data.toString(), "-l", log(data).toString(), "-W", "start");
    }

    /** With a capability that its owner's other programs have not. */
    void beginPrivileged(Path data) throws Exception {
        started.add(data);
        List<String> rights = List.of("--inh-caps=+net_raw", "--ambient-caps=+net_raw");
        asPostgres(
                rights, "pg_ctl", "-D", data.toString(), "-l", log(data).toString(), "-w", "start");
    }

    Path log(Path data) {
        return root.resolve(data.getFileName() + ".log");
    }

    void stop(Path data) throws Exception {
        started.remove(data);
        postgres("pg_ctl", "-D", data.toString(), "-m", "fast", "-w", "stop");
    }

    /** The law of every failure: the old copy starts, read-write, with all its rows. */
    void oldCopyIsIntact(Path data, int port) throws Exception {
        start(data);
        long rows = number(port, "select (select count(*) from t) + (select count(*) from s)");
        stop(data);
        if (rows != 2 * ROWS_OLD) {
            throw new AssertionError("the old copy has " + rows + " rows");
        }
    }

    void postgres(String program, String... arguments) throws Exception {
        asPostgres(List.of(), program, arguments);
    }

    private void asPostgres(List<String> rights, String program, String... arguments)
            throws Exception {
        List<String> all = new ArrayList<>(PgInstance.AS_POSTGRES);
        all.addAll(rights);
        all.add(BIN.resolve(program).toString());
        all.addAll(List.of(arguments));
        run(all);
    }

    void run(List<String> arguments) throws Exception {
        Path output = Files.createTempFile("pgha-clone-", ".out");
        Process process = new ProcessBuilder(arguments)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        String said = Files.readString(output);
        Files.delete(output);
        if (!ended || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(arguments + ": " + said);
        }
    }

    void give(Path path) throws Exception {
        run(List.of("chown", "-h", "postgres:postgres", path.toString()));
    }

    /** Ends what was started and removes what was made. */
    void close() throws Exception {
        for (Path data : List.copyOf(started)) {
            try {
                postgres("pg_ctl", "-D", data.toString(), "-m", "immediate", "-w", "stop");
            } catch (AssertionError e) {
                // It had ended already.
                started.remove(data);
            }
        }
        for (Path mount : mounts) {
            run(List.of("umount", mount.toString()));
        }
        run(List.of("rm", "-rf", "--one-file-system", root.toString()));
    }
}
