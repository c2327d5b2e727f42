package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A primary with thousands of sessions: all of them end in one go, so that their applications connect anew at once. */
@Tag("netns")
@Tag("alone")
@NeedsNamespaces
class ManySessionsIT {

    private static final int SESSIONS = 5_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long KNOCK_NANOS = 20_000_000;
    private static final long MEDIAN_MILLIS = 3_000;
    private static final long WORST_MILLIS = 6_000;

    @Test
    void fiveThousandIdleClientsKnowWithinSecondsThatTheGateIsClosed() throws IOException {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            allowMany(lab);
            try (IdleClients clients = IdleClients.begin(lab, lab.node1(), "app", SESSIONS)) {
                lab.expect("all are in", PATIENCE, () -> clients.ready() == SESSIONS);

                Process release = lab.node1().daemon().begin(List.of("release", "--yes"));
                long closed = firstRefusal(lab);
                lab.expect("all are out", PATIENCE, () -> clients.ended().size() == SESSIONS);

                List<Long> millis = clients.ended().stream()
                        .map(at -> Math.max(0, at - closed) / 1_000_000)
                        .sorted()
                        .toList();
                long median = millis.get(SESSIONS / 2);
                long worst = millis.get(SESSIONS - 1);
                System.err.println("SESSIONS n=" + SESSIONS + " first_ms=" + millis.get(0)
                        + " median_ms=" + median + " worst_ms=" + worst);
                lab.expect("the release ends", PATIENCE, () -> !release.isAlive());
                assertEquals(0, release.exitValue(), lab::diagnosis);
                assertTrue(median <= MEDIAN_MILLIS, () -> "median " + median + " ms");
                assertTrue(worst <= WORST_MILLIS, () -> "worst " + worst + " ms");
            }
        }
    }

    /** Restarts both servers, the standby first, with room for that many; the daemons are away meanwhile. */
    private static void allowMany(Lab lab) throws IOException {
        List<LabNode> nodes = List.of(lab.node2(), lab.node1());
        nodes.forEach(node -> node.daemon().stop());
        for (LabNode node : nodes) {
            node.postgres().append("postgresql.conf", "max_connections = 5100\n");
            Path access = node.postgres().data().resolve("pg_hba.conf");
            Template.write(access, "host app app 10.77.9.0/24 trust\n" + Files.readString(access));
            node.postgres().stop();
            node.postgres().start();
        }
        nodes.forEach(node -> node.daemon().start());
        nodes.forEach(
                node -> lab.expect(node.name() + " is steady", PATIENCE, node.daemon()::isSteady));
        lab.expect("node1 is open", PATIENCE, () -> lab.isOpen(lab.node1()));
    }

    /** Knocks until the gate answers with a reset; the moment before that knock. */
    private static long firstRefusal(Lab lab) {
        try (InNetwork network = InNetwork.of(lab.client())) {
            InetSocketAddress door = new InetSocketAddress(lab.node1().address(), 5432);
            while (true) {
                long before = System.nanoTime();
                boolean open = network.call(() -> {
                    try (Socket knock = new Socket()) {
                        knock.connect(door, 2_000);
                        return true;
                    } catch (IOException e) {
                        return false;
                    }
                });
                if (!open) {
                    return before;
                }
                LockSupport.parkNanos(KNOCK_NANOS);
            }
        }
    }
}
