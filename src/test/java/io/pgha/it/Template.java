package io.pgha.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A cluster made once per JVM by initdb, with roles, tables and slot, stopped cleanly; every lab copies it for both of
 * its nodes, since a copy of a stopped cluster is a base backup.
 */
final class Template {

    static final String PASSWORD = "secret-of-the-lab";

    /** What clients, probes and replication log in as; each with a password, since they come over the network. */
    private static final String ROLES = """
            create role pgha login password '%1$s';
            grant pg_monitor, pg_signal_backend, pg_checkpoint to pgha;
            grant alter system on parameter synchronous_standby_names to pgha;
            grant execute on function pg_reload_conf() to pgha;
            create role replicator login replication in role pg_monitor password '%1$s';
            grant execute on function pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean),
              pg_read_binary_file(text), pg_read_binary_file(text, bigint, bigint, boolean) to replicator;
            create role app login password '%1$s';
            create database app owner app;
            \\c app app
            create table recorded (id bigint primary key);
            create table observed (id bigint generated always as identity, at timestamptz default now());
            """.formatted(PASSWORD);

    private static final String ACCESS = """
            local   all          all                            trust
            host    all          pgha,app     127.0.0.1/32      scram-sha-256
            host    all          pgha         10.77.0.0/23      scram-sha-256
            host    all          replicator   10.77.0.0/23      scram-sha-256
            host    replication  replicator   10.77.0.0/23      scram-sha-256
            host    app          app          10.77.9.0/24      scram-sha-256
            """;

    private static final String SETTINGS = """
            listen_addresses = '*'
            unix_socket_directories = '/run/postgresql'
            password_encryption = 'scram-sha-256'
            wal_level = 'replica'
            wal_log_hints = on
            hot_standby = on
            max_wal_senders = 10
            max_replication_slots = 10
            max_slot_wal_keep_size = '1GB'
            max_connections = 60
            shared_buffers = '32MB'
            min_wal_size = '64MB'
            log_line_prefix = '%m [%p] %q%u@%d '
            log_min_error_statement = 'panic'
            logging_collector = off
            """;

    private static final Template ONLY = new Template(LabDirectory.make("template"));

    private final Path home;

    private Template(LabDirectory home) {
        this.home = home.path();
        Runtime.getRuntime().addShutdownHook(new Thread(home::remove, "remove the template"));
        Path data = home.path().resolve("data");
        home.handToPostgres();
        command(List.of("initdb", "-D", data.toString(), "-U", "postgres", "-N", "-E", "UTF8"));
        write(data.resolve("pg_hba.conf"), ACCESS);
        write(data.resolve("postgresql.auto.conf"), "");
        try {
            String made = Files.readString(data.resolve("postgresql.conf"));
            write(data.resolve("postgresql.conf"), made + SETTINGS);
        } catch (IOException e) {
            throw new IllegalStateException("could not write the template's settings", e);
        }
        home.handToPostgres();
        String alone = "-F -c listen_addresses= -c unix_socket_directories=" + home.path();
        String log = home.path().resolve("log").toString();
        command(List.of("pg_ctl", "-D", data.toString(), "-l", log, "-o", alone, "-w", "start"));
        try {
            String slot = "select pg_create_physical_replication_slot('pgha');";
            List<String> psql = List.of(
                    program("psql"),
                    "-X",
                    "-q",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-h",
                    home.path().toString(),
                    "-U",
                    "postgres");
            Run.fed(slot + ROLES, Run.SHORT, Machine.asPostgres("-all", psql)).orFail();
        } finally {
            command(List.of("pg_ctl", "-D", data.toString(), "-m", "fast", "-w", "stop"));
        }
    }

    private static void command(List<String> command) {
        List<String> all = new ArrayList<>(command);
        all.set(0, program(command.get(0)));
        Run.within(Duration.ofSeconds(60), Machine.asPostgres("-all", all)).orFail();
    }

    /** Copies the stopped cluster to {@code data}, which must not exist yet. */
    static void copyTo(Path data) {
        String from = ONLY.home.resolve("data").toString();
        Run.within(Duration.ofSeconds(60), List.of("cp", "-a", from, data.toString()))
                .orFail();
    }

    /** The newest PostgreSQL's program of that name on this machine. */
    static String program(String name) {
        return bin().resolve(name).toString();
    }

    /** The directory of the newest PostgreSQL's programs. */
    static Path bin() {
        try (var versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(v -> v.resolve("bin"))
                    .filter(v -> Files.isExecutable(v.resolve("pg_basebackup")))
                    .max(Comparator.comparingInt(Template::version))
                    .orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException("no PostgreSQL in /usr/lib/postgresql", e);
        }
    }

    private static int version(Path bin) {
        return Integer.parseInt(String.valueOf(bin.getName(bin.getNameCount() - 2)));
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new IllegalStateException("could not write " + file, e);
        }
    }
}
