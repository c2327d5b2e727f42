package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.NodeId;
import io.pgha.peer.Keygen;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** The peer link between two machines with two networks, cut, frozen and killed. */
@Tag("netns")
@NeedsNamespaces
class PeerLinkIT {

    private static final Duration HEARTBEAT = Duration.ofMillis(200);
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    /** Deadline, one heartbeat, and what a busy test machine adds. */
    private static final long DOWN_WITHIN_MILLIS = 4_000;

    @TempDir
    static Path directory;

    private static Path key;

    private Machine router;
    private Machine client;
    private Machine machine1;
    private Machine machine2;
    private Wires wires;
    private LinkProcess node1;
    private LinkProcess node2;

    @BeforeAll
    static void makeKey() throws Exception {
        key = directory.resolve("pair.key");
        new Keygen(Keygen.keytool(), Keygen.VALIDITY)
                .create(
                        key,
                        new NodeId("n1"),
                        new NodeId("n2"),
                        Instant.EPOCH,
                        Keygen.Existing.REFUSE);
    }

    @BeforeEach
    void connect() {
        router = Machine.boot("router");
        client = Machine.boot("client");
        machine1 = Machine.boot("node1");
        machine2 = Machine.boot("node2");
        wires = new Wires(router, client, 2);
        wires.plug(1, machine1);
        wires.plug(2, machine2);
        node1 = new LinkProcess(machine1, key, 1, HEARTBEAT, DEADLINE);
        node2 = new LinkProcess(machine2, key, 2, HEARTBEAT, DEADLINE);
        node1.awaitUp(2);
        node2.awaitUp(2);
    }

    @AfterEach
    void disconnect() {
        node1.close();
        node2.close();
        machine2.die();
        machine1.die();
        client.die();
        router.die();
    }

    @Test
    void aFrozenPeerIsDownWithinTheDeadlineAndUpAgainWhenItThaws() {
        node2.forget();
        long before = node2.awaitUp(2).atMillis();
        node1.freeze();

        LinkProcess.Line down = node2.await("down", line -> line.up() == 0);
        assertTrue(down.trouble().contains("does not answer"), down.toString());
        assertTrue(down.atMillis() - before < DOWN_WITHIN_MILLIS, down.toString());
        // Its kernel still accepts connections: that must not count as a sign of life.
        LinkProcess.Line later =
                node2.await("a while later", line -> line.atMillis() > down.atMillis() + 3_000);
        assertEquals(0, later.up());
        assertEquals(down.count(), later.count());
        assertTrue(later.contactAge() > 3_000, later.toString());

        node1.thaw();
        node2.awaitUp(2);
        node1.awaitUp(2);
    }

    @Test
    void whatWasReceivedDuringAPauseOfThisProcessDoesNotLookFresh() {
        long known = node1.awaitUp(2).count();
        node1.freeze();
        node1.forget();
        node2.forget();
        node2.await("a message that node 1 cannot read yet", line -> line.count() >= 0);
        LinkProcess.Line down = node2.await("down", line -> line.up() == 0);
        node2.await("a pause", line -> line.atMillis() > down.atMillis() + 1_000);
        node2.kill();
        node1.forget();
        node1.thaw();

        LinkProcess.Line woken = node1.await("down", line -> line.up() == 0);

        assertTrue(woken.heardAge() > 1_500, woken.toString());
        assertTrue(woken.contactAge() > 1_500, woken.toString());
        assertTrue(woken.count() >= known, woken.toString());
        LinkProcess.Line later =
                node1.await("later", line -> line.atMillis() > woken.atMillis() + 1_000);
        assertEquals(woken.count(), later.count());
    }

    @Test
    void aOneWayCutEndsContactOnBothSidesAndHeals() {
        wires.silence(1, Wires.Side.PEER);

        LinkProcess.Line at1 = node1.await("down", line -> line.up() == 0);
        LinkProcess.Line at2 = node2.await("down", line -> line.up() == 0);
        assertFalse(at1.trouble().isEmpty());
        assertFalse(at2.trouble().isEmpty());
        LinkProcess.Line later =
                node1.await("later", line -> line.atMillis() > at1.atMillis() + 2_000);
        assertTrue(later.contactAge() > 2_000, later.toString());

        wires.heal();
        node1.awaitUp(2);
        node2.awaitUp(2);
    }

    @Test
    void contactGoesOnOverTheSecondNetwork() {
        wires.cutLink(0);

        LinkProcess.Line one = node1.await("one link", line -> line.up() == 1);
        assertEquals("", one.trouble());
        node1.await(
                "in contact later",
                line -> line.atMillis() > one.atMillis() + 3_000
                        && line.contactAge() < DOWN_WITHIN_MILLIS / 2);

        wires.heal();
        node1.awaitUp(2);
    }

    @Test
    void aPulledCableIsNoticedWithinTheDeadline() {
        node1.forget();
        long before = node1.awaitUp(2).atMillis();
        wires.unplug(2);

        LinkProcess.Line down = node1.await("down", line -> line.up() == 0);

        assertTrue(down.atMillis() - before < DOWN_WITHIN_MILLIS, down.toString());
        wires.replug(2);
        node1.awaitUp(2);
    }
}
