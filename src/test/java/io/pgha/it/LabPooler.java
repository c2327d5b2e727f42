package io.pgha.it;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** PgBouncer in the client machine, as the README shows it: its database is the traffic manager. */
final class LabPooler implements AutoCloseable {

    /** What a client writes as host, port and database; its statements are not prepared, since they go to any session. */
    static final String DOOR =
            Wires.CLIENT + ":6432/app?prepareThreshold=0&socketTimeout=60&socketFactoryArg=60000";

    /** The line of pgha.conf that names it. */
    static final String NAMED = "pgbouncer.hosts = [\"" + Wires.CLIENT + "\"]";

    private static final String SETTINGS = """
            [databases]
            app = host=%1$s port=5432
            [pgbouncer]
            listen_addr = %1$s
            listen_port = 6432
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = %2$s
            admin_users = pgha
            stats_users = watcher
            pool_mode = transaction
            server_login_retry = 0.1
            """;

    private final Lab lab;
    private final Process process;
    private final Path log;

    LabPooler(Lab lab) {
        this.lab = lab;
        Path settings = lab.home().resolve("client/pgbouncer.ini");
        Path users = lab.home().resolve("client/pgbouncer.users");
        this.log = lab.home().resolve("client/pgbouncer.log");
        Template.write(
                users,
                List.of("app", "pgha", "watcher").stream()
                        .map(user -> '"' + user + "\" \"" + Template.PASSWORD + "\"\n")
                        .collect(java.util.stream.Collectors.joining()));
        Template.write(settings, SETTINGS.formatted(Wires.CLIENT, users));
        this.process = lab.client()
                .spawn(lab.client().postgres(List.of("pgbouncer", settings.toString())), log);
        lab.expect("PgBouncer answers", Duration.ofSeconds(10), () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("PgBouncer ended, see " + log);
            }
            return console("SHOW VERSION").code() == 0;
        });
    }

    /** An order at its console. */
    Run console(String order) {
        return Run.of(psql("pgha", "pgbouncer", order));
    }

    /** How often it has been told to let clients wait. */
    long pauses() {
        return LivePair.read(log)
                .lines()
                .filter(l -> l.contains("PAUSE command"))
                .count();
    }

    /** It does nothing more, until {@link #thaw}. */
    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .forEach(p -> Run.of(List.of("kill", "-" + name, Long.toString(p.pid())))
                        .orFail());
    }

    /** Begins a transaction of a client that lasts that long, and returns when the server knows of it. */
    Process transaction(Duration time) {
        String sleep = "select pg_sleep(" + time.toSeconds() + ")";
        Process client = lab.client().spawn(psql("app", "app", sleep), log);
        lab.expect(
                "it runs",
                Duration.ofSeconds(10),
                () -> sleeps(lab.node1(), sleep) || sleeps(lab.node2(), sleep));
        return client;
    }

    private static boolean sleeps(LabNode node, String statement) {
        String count = "select count(*) from pg_stat_activity where state = 'active' and query = '"
                + statement + "'";
        return node.postgres().sql("app", count).strip().equals("1");
    }

    private List<String> psql(String user, String database, String order) {
        return lab.client()
                .postgres(List.of(
                        "env",
                        "PGPASSWORD=" + Template.PASSWORD,
                        Template.program("psql"),
                        "-XAt",
                        "-h",
                        Wires.CLIENT,
                        "-p",
                        "6432",
                        "-U",
                        user,
                        "-c",
                        order,
                        database));
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
