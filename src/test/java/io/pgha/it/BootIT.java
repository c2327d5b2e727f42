package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** After every boot exactly one node is open, or none with a reason. Node 1 is the primary, whatever was booted before. */
@Tag("netns")
@NeedsNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BootIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PEER_WAIT = Duration.ofSeconds(3);

    private Lab lab;

    @BeforeAll
    void open() {
        lab = Lab.open(LabOptions.shipped());
    }

    @AfterAll
    void close() {
        lab.close();
    }

    @Test
    void bothNodesBootedTogetherEndWithExactlyOneOpenInBothOrders() {
        bootBoth(lab.node1(), lab.node2());
        bootBoth(lab.node2(), lab.node1());
    }

    private void bootBoth(LabNode first, LabNode second) {
        powerOff(first);
        powerOff(second);
        first.powerOn();
        second.powerOn();
        first.daemon().start();
        second.daemon().start();
        first.daemon().run(List.of("check-start", "--yes"));
        second.daemon().run(List.of("check-start", "--yes"));

        lab.expect("node1 is open", PATIENCE, () -> lab.isOpen(lab.node1()));
        assertFalse(lab.isOpen(lab.node2()), lab::diagnosis);
        assertTrue(lab.node1().postgres().isPrimary(), lab::diagnosis);
        lab.expect("node2 follows", PATIENCE, () -> lab.node2().postgres().isStreaming());
    }

    @Test
    void underBootManualABootedStandbyWaitsForAPerson() {
        try (Lab manual = Lab.open(LabOptions.shipped().with(List.of("boot = manual")))) {
            LabNode standby = manual.node2();
            standby.powerOff();
            standby.powerOn();
            standby.daemon().start();
            Run hook = standby.daemon().run(List.of("check-start", "--yes", "--at-boot"));
            assertEquals(5, hook.code(), hook::toString);

            manual.expect(
                    "a person is called",
                    PATIENCE,
                    () -> standby.daemon().run(List.of("status")).out().contains("boot = manual"));
            assertFalse(standby.postgres().runs(), manual::diagnosis);

            standby.daemon().run(List.of("check-start", "--yes")).orFail();
            manual.expect("node2 follows", PATIENCE, standby.postgres()::isStreaming);
        }
    }

    @Test
    void aLastKnownPrimaryBootedAloneOpensUnderFailcountWhenItHasWaited() {
        powerOff(lab.node2());
        powerOff(lab.node1());
        lab.node1().daemon().configure(Optional.of(impatient()));
        long booted = System.nanoTime();

        lab.powerOn(lab.node1());

        lab.expect("node1 is open", PATIENCE, () -> lab.isOpen(lab.node1()));
        assertTrue(System.nanoTime() - booted > PEER_WAIT.toNanos(), lab::diagnosis);
        lab.node1().daemon().configure(Optional.empty());
    }

    @Test
    void aLastKnownPrimaryStaysClosedBesideAServerThatAcceptsWritesThoughItsDaemonIsSilent() {
        try (Lab pair = Lab.open(LabOptions.shipped().with(List.of("boot_peer_wait = 3s")))) {
            pair.node1().powerOff();
            pair.expect("node2 took over", PATIENCE, () -> pair.isOpen(pair.node2()));
            pair.node2().daemon().kill();

            pair.powerOn(pair.node1());

            pair.expect(
                    "node1 says what it sees",
                    PATIENCE,
                    () -> pair.node1()
                            .daemon()
                            .run(List.of("status"))
                            .out()
                            .contains("accepts writes"));
            // Longer than it waits for a peer, and than one probe in five takes to come round.
            pair.watch("node1 starts nothing", PEER_WAIT.multipliedBy(4), () -> {
                Run hook = pair.node1().daemon().run(List.of("check-start", "--yes"));
                return hook.code() == 5 && !pair.isOpen(pair.node1());
            });
        }
    }

    private static void powerOff(LabNode node) {
        if (node.machine().runs()) {
            node.powerOff();
        }
    }

    /** The lab's configuration, but waiting for the peer as long as it takes to see it, not half a minute. */
    private Path impatient() {
        Path file = lab.home().resolve("impatient.conf");
        Template.write(
                file,
                LivePair.read(lab.home().resolve("pgha.conf")) + "boot_peer_wait = "
                        + PEER_WAIT.toSeconds() + "s\n");
        return file;
    }
}
