package io.pgha.it;

import java.time.Duration;
import java.util.List;

/** Sessions that come through the traffic manager and write now and then, beside the few that are recorded. */
final class Crowd implements AutoCloseable {

    /** As many as one bed of two processors can serve beside all else. */
    static final int MOST = 500;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Beside the crowd a server has recorded clients, observers, and both daemons. */
    private static final int OTHERS = 60;

    private final Lab lab;
    private final int sessions;
    private final ClientProgram program;

    /**
     * Lets them in on both nodes, and starts them. Without a password: to check it takes the client longer than the server, and
     * here both have the same processors.
     */
    Crowd(Lab lab, int sessions) {
        this.lab = lab;
        this.sessions = sessions;
        for (LabNode node : List.of(lab.node1(), lab.node2())) {
            node.postgres().admit("host app crowd 10.77.9.0/24 trust");
        }
        primary().postgres().sql("app", "create role crowd login");
        primary()
                .postgres()
                .sql("app", "create table crowd (at timestamptz); grant insert on crowd to crowd");
        this.program = ClientProgram.start(
                lab.client(),
                CrowdMain.class,
                List.of("-Xmx192m", "-Xss256k"),
                List.of("" + sessions, Wires.CLIENT + ":5432/app"),
                lab.home().resolve("client/crowd.log"));
    }

    /** The line of postgresql.conf that makes room for that many. */
    static String room(int sessions) {
        return "max_connections = " + (sessions + OTHERS);
    }

    /** Waits until the primary has a session for each of them. */
    void awaitAll() {
        String count = "select count(*) from pg_stat_activity where usename = 'crowd'";
        lab.expect(sessions + " sessions are there", PATIENCE, () -> {
            program.mustRun();
            return Integer.parseInt(primary().postgres().sql("app", count)) >= sessions;
        });
    }

    private LabNode primary() {
        return lab.node1().postgres().isPrimary() ? lab.node1() : lab.node2();
    }

    @Override
    public void close() {
        program.close();
    }
}
