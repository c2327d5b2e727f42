package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The laws of the test bed itself: a bed that cannot fail a product proves nothing. */
@Tag("netns")
@NeedsNamespaces
class LabIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void anUndisturbedRunLosesNothingAndHasOnePrimary() {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            lab.trafficManager();
            Recorder recorder = lab.record();

            lab.expect(
                    "500 rows", SOON, () -> recorder.recording().acknowledged().size() > 500);
            Recording recording = recorder.stop();

            assertEquals(Set.of(), recording.lost(lab.node1()));
            assertEquals(0, recording.twoPrimariesMillis());
            assertTrue(recording.longestGapMillis() < 5_000);
            assertFalse(recording.accepting(1).isEmpty());
            assertTrue(recording.accepting(2).isEmpty());
        }
    }

    @Test
    void aHandMadeSecondPrimaryIsSeen() {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            lab.trafficManager();
            Recorder recorder = lab.record();

            lab.node2().postgres().pgCtl(List.of("-w", "promote")).orFail();
            lab.expect(
                    "both accept writes",
                    SOON,
                    () -> recorder.recording().twoPrimariesMillis() > 200);
        }
    }

    @Test
    void aRowThatOnlyTheOldPrimaryHasIsLost() {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            lab.trafficManager();
            Recorder recorder = lab.record();

            lab.node1().cut(Wires.Side.PEER);
            recorder.awaitWrites();
            lab.node2().postgres().pgCtl(List.of("-w", "promote")).orFail();
            Recording recording = recorder.stop();

            assertFalse(recording.lost(lab.node2()).isEmpty());
            assertEquals(Set.of(), recording.lost(lab.node1()));
        }
    }

    @Test
    void aPowerCutStopsEverythingAtOnceAndForgetsWhatIsNotOnDisk() {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            LabNode node = lab.node1();
            List<String> rule = List.of("nft", "add", "table", "inet", "remembered");
            Run.of(node.machine().root(rule)).orFail();
            Path run = node.machine().root("/run/postgresql/.s.PGSQL.5432");
            assertTrue(Files.exists(run));
            List<Long> processes = node.machine().processes();
            assertFalse(processes.isEmpty());

            long cut = node.powerOff();
            long took = (System.nanoTime() - cut) / 1_000_000;

            processes.forEach(p -> assertTrue(isGone(p), "process " + p + " still runs"));
            assertTrue(took < 10_000, "took " + took + " ms");
            assertFalse(lab.isOpen(node));
            node.powerOn();
            assertEquals(
                    "",
                    Run.of(node.machine().root(List.of("nft", "list", "ruleset")))
                            .out());
            assertFalse(Files.exists(node.machine().root("/run/postgresql/.s.PGSQL.5432")));
            node.postgres().start();
            assertTrue(lab.isOpen(node));
            lab.expect("node2 streams again", SOON, lab.node2().postgres()::isStreaming);
        }
    }

    @Test
    void aCutIsTotalAndASilencedNodeStillHears() {
        LabOptions options = LabOptions.bare().withLinks(2);
        try (Lab lab = Lab.open(options)) {
            LabNode node = lab.node1();
            LabNode peer = lab.node2();
            String second = Wires.address(2, 1);

            assertTrue(pings(node, peer.address()) && pings(node, second));
            node.cut(Wires.Side.PEER);
            assertFalse(pings(node, peer.address()) || pings(node, second));
            assertTrue(pings(node, Wires.GATEWAY) && pings(node, Wires.CLIENT));
            lab.heal();
            node.cut(Wires.Side.CLIENTS);
            assertFalse(pings(node, Wires.CLIENT));
            assertTrue(pings(node, peer.address()) && pings(node, Wires.GATEWAY));
            assertFalse(lab.isOpen(node));
            lab.heal();
            node.cut(Wires.Side.GATEWAY);
            assertFalse(pings(node, Wires.GATEWAY));
            assertTrue(pings(peer, Wires.GATEWAY) && pings(node, peer.address()));
            lab.heal();
            node.cut(Wires.Side.EVERYTHING);
            assertFalse(pings(node, Wires.GATEWAY) || pings(node, peer.address()));
            assertTrue(pings(peer, Wires.GATEWAY));
            lab.heal();
            lab.wires().cutLink(0);
            assertFalse(pings(node, peer.address()));
            assertTrue(pings(node, second));
            lab.heal();
            assertTrue(pings(node, peer.address()));
            node.silence(Wires.Side.CLIENTS);
            long before = received(node);
            Run.of(lab.client().root(List.of("ping", "-c", "1", "-W", "0.3", node.address())));
            assertTrue(received(node) > before);
            assertFalse(pings(node, Wires.CLIENT));
            assertTrue(pings(node, Wires.GATEWAY));
        }
    }

    @Test
    void aHungPostmasterKeepsItsSessionsAndAHungClusterAnswersNobody() {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            LabPostgres postgres = lab.node1().postgres();
            lab.trafficManager();
            Recorder recorder = lab.record();

            postgres.hang();
            recorder.awaitWrites();
            postgres.resume();
            long frozen = postgres.hangAll();
            lab.expect("a write fails", SOON, () -> failedAfter(recorder.recording(), frozen));
            postgres.resume();
            recorder.awaitWrites();

            assertEquals(Set.of(), recorder.stop().lost(lab.node1()));
        }
    }

    @Test
    void aCrashLeavesNoZombieAndALabLeavesNothing() {
        Path home;
        List<Long> processes;
        try (Lab lab = Lab.open(LabOptions.bare())) {
            home = lab.home();
            processes = lab.node2().machine().processes();
            LabNode node = lab.node1();

            node.postgres().crash();

            lab.expect("no postmaster", SOON, () -> !node.postgres().runs());
            lab.expect(
                    "no process is left", SOON, () -> node.machine().processes().isEmpty());
        }

        assertFalse(Files.exists(home));
        processes.forEach(p -> assertTrue(isGone(p), "process " + p + " still runs"));
    }

    private static boolean failedAfter(Recording recording, long moment) {
        return recording.of(Recording.Kind.FAILED).stream().anyMatch(a -> a.sent() > moment);
    }

    private static boolean isGone(long process) {
        return !Files.exists(Path.of("/proc/" + process + "/ns/pid"))
                || !isReadable(Path.of("/proc/" + process + "/ns/pid"));
    }

    private static boolean isReadable(Path link) {
        try {
            Files.readSymbolicLink(link);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static long received(LabNode node) {
        String file = "/proc/" + node.machine().pid() + "/net/dev";
        String line = Run.of(List.of("cat", file))
                .out()
                .lines()
                .filter(l -> l.contains("eth0:"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no eth0 in " + file));
        return Long.parseLong(line.strip().split("\\s+", -1)[2]);
    }

    private static boolean pings(LabNode node, String address) {
        List<String> ping = List.of("ping", "-n", "-c", "1", "-W", "0.3", address);
        return Run.of(node.machine().root(ping)).code() == 0;
    }
}
