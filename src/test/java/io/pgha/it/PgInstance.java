package io.pgha.it;

import io.pgha.config.Settings.Control;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.os.FreePort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * One real PostgreSQL on loopback for integration tests: made in a temporary directory, run as the user postgres while the
 * test is root, ended and removed by {@link #close()} whatever state the test left it in.
 */
public final class PgInstance implements AutoCloseable {

    /** What is put before every PostgreSQL program, because PostgreSQL refuses to run as root. */
    public static final List<String> AS_POSTGRES =
            List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups");

    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Test JVMs that run side by side begin at different places. */
    private final Path base;

    private final Path data;
    private final Path bin;
    private final int port;

    private PgInstance(Path base, Path bin, int port) {
        this.base = base;
        this.data = base.resolve("data");
        this.bin = bin;
        this.port = port;
    }

    /** A fresh cluster: trust on loopback, role postgres, not started. */
    public static PgInstance create(String... configurationLines) {
        return create(newestBin(), configurationLines);
    }

    /** The same with the programs of another version. */
    static PgInstance create(Path bin, String... configurationLines) {
        PgInstance instance = allocate(bin);
        instance.run(
                instance.bin.resolve("initdb").toString(),
                "-D",
                instance.data.toString(),
                "-U",
                "postgres",
                "-A",
                "trust",
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C");
        instance.configure(
                "port = " + instance.port,
                "listen_addresses = '127.0.0.1'",
                "unix_socket_directories = '" + instance.base + "'",
                "fsync = off",
                "max_wal_size = 256MB",
                "wal_retrieve_retry_interval = 200ms");
        instance.configure(configurationLines);
        return instance;
    }

    /** A fresh cluster that has been started. */
    public static PgInstance started(String... configurationLines) {
        PgInstance instance = create(configurationLines);
        instance.start();
        return instance;
    }

    /** A standby of this one with its own port: copied, set up to stream, not started. */
    public PgInstance standby(String... configurationLines) {
        PgInstance standby = allocate(bin);
        standby.run(
                standby.bin.resolve("pg_basebackup").toString(),
                "-D",
                standby.data.toString(),
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-U",
                "postgres",
                "-R",
                "-c",
                "fast",
                "--no-sync",
                "-X",
                "stream");
        standby.configure(
                "port = " + standby.port, "unix_socket_directories = '" + standby.base + "'");
        standby.configure(configurationLines);
        return standby;
    }

    /** A place for a cluster that is not made yet. */
    static PgInstance allocate(Path bin) {
        try {
            Path base = Files.createTempDirectory("pgha-it-");
            PgInstance instance = new PgInstance(base, bin, FreePort.next());
            Process chown = new ProcessBuilder("chown", "postgres:postgres", base.toString())
                    .inheritIO()
                    .start();
            chown.waitFor(10, TimeUnit.SECONDS);
            return instance;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Directory of the newest installed PostgreSQL's programs. */
    public static Path newestBin() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(v -> v.resolve("bin"))
                    .filter(b -> Files.isExecutable(b.resolve("pg_basebackup")))
                    .max(Comparator.comparing(
                            b -> Integer.valueOf(b.getName(b.getNameCount() - 2).toString())))
                    .orElseThrow(() -> new IllegalStateException("no PostgreSQL is installed"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public Path data() {
        return data;
    }

    public Path bin() {
        return bin;
    }

    /** The directory around PGDATA; owned by postgres. */
    public Path base() {
        return base;
    }

    /** Settings for this instance: role postgres, control by pg_ctl, the wrapper that changes the user. */
    public PostgresSettings settings() {
        return settings("postgres", Optional.empty());
    }

    /** The same with another role and a password file. */
    public PostgresSettings settings(String user, Optional<Path> passFile) {
        return new PostgresSettings(
                port,
                Optional.of(base),
                data,
                data,
                bin,
                AS_POSTGRES,
                Control.PG_CTL,
                Optional.empty(),
                "",
                user,
                "postgres",
                "postgres",
                passFile,
                "prefer",
                "pgha_test",
                1L << 30);
    }

    /** Appends lines to postgresql.conf. */
    public void configure(String... lines) {
        append("postgresql.conf", lines);
    }

    /** Replaces pg_hba.conf. */
    public void hba(String... lines) {
        try {
            Files.writeString(data.resolve("pg_hba.conf"), String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void append(String file, String... lines) {
        try {
            Path path = data.resolve(file);
            Files.writeString(path, Files.readString(path) + String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it and waits until it accepts connections. */
    public void start() {
        awaitReaped();
        pgCtl("start", "-w", "-t", "60", "-l", log().toString());
    }

    /** Starts it without waiting. */
    public void startWithoutWaiting() {
        awaitReaped();
        pgCtl("start", "-W", "-l", log().toString());
    }

    /** A killed postmaster keeps its number until PID 1 collects it, and PostgreSQL does not start meanwhile. */
    private void awaitReaped() {
        if (Files.exists(data.resolve("postmaster.pid"))) {
            Path process = Path.of("/proc/" + pid());
            await("the killed postmaster to be collected", () -> !Files.exists(process));
        }
    }

    /** Where its messages go when a test started it. */
    public Path log() {
        return base.resolve("log");
    }

    /** pg_ctl stop with the given mode: smart, fast, immediate. */
    public void stop(String mode) {
        pgCtl("stop", "-w", "-t", "60", "-m", mode);
    }

    /** pg_ctl promote, waiting until it is done. */
    public void promote() {
        pgCtl("promote", "-w", "-t", "60");
    }

    private void pgCtl(String verb, String... more) {
        List<String> argv = new ArrayList<>(
                List.of(bin.resolve("pg_ctl").toString(), verb, "-D", data.toString(), "-s"));
        argv.addAll(List.of(more));
        run(argv.toArray(String[]::new));
    }

    /** The postmaster's process id, from postmaster.pid. */
    public long pid() {
        try {
            return Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a signal (KILL, STOP, CONT, INT) to the postmaster. */
    public void signal(String name) {
        signal(pid(), name);
    }

    /** Sends a signal to a process of this instance. */
    public void signal(long pid, String name) {
        runPlain(List.of("kill", "-" + name, Long.toString(pid)));
    }

    /** SIGKILL to the postmaster; returns when no process of the cluster is left. */
    public void kill() {
        signal("KILL");
        await("every process of the cluster to end", () -> processes().isEmpty());
    }

    /** Process ids that have PGDATA as working directory, zombies left out. */
    public List<Long> processes() {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(p -> p.getFileName().toString().matches("\\d+"))
                    .filter(p -> {
                        try {
                            return Files.readSymbolicLink(p.resolve("cwd")).equals(data);
                        } catch (IOException | RuntimeException gone) {
                            return false;
                        }
                    })
                    .map(p -> Long.valueOf(p.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection as role postgres over loopback. */
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "postgres");
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "60");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties);
    }

    /** Runs statements, each on its own, over one connection. */
    public void sql(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** First column of the first row as text. */
    public String ask(String query) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Looks every 20 ms until it is true; fails after 60 s. */
    public static void await(String what, BooleanSupplier condition) {
        long limit = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - limit > 0) {
                throw new AssertionError("waited " + LIMIT + " in vain for " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    /** Runs a program as postgres; fails the test with its output when it does not exit with 0. */
    public String run(String... argv) {
        List<String> whole = new ArrayList<>(AS_POSTGRES);
        whole.addAll(List.of(argv));
        return runPlain(whole);
    }

    private String runPlain(List<String> argv) {
        try {
            Path output = Files.createTempFile("pgha-it-", ".out");
            try {
                Process process = new ProcessBuilder(argv)
                        .directory(base.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
                String said = Files.readString(output);
                if (!ended || process.exitValue() != 0) {
                    process.destroyForcibly();
                    throw new AssertionError(argv + " failed: " + said + tail());
                }
                return said;
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String tail() throws IOException {
        return Files.exists(log()) ? "\n" + Files.readString(log()) : "";
    }

    @Override
    public void close() {
        for (int i = 0; i < 100 && !processes().isEmpty(); i++) {
            processes()
                    .forEach(
                            pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
        try (Stream<Path> files = Files.walk(base)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
