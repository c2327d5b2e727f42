package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Fencing under guard failcount: the standby opens beside nobody, and holds where it could not see the primary off. */
@Tag("netns")
@NeedsNamespaces
class FenceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private PowerStrip strip;

    @BeforeEach
    void plugIn(@TempDir Path home) throws IOException {
        strip = PowerStrip.make(home);
    }

    @AfterEach
    void pullOut() {
        strip.close();
    }

    @Test
    void aPowerLossIsFencedByARealAgentAndTakenOver() throws IOException {
        try (Lab lab = Lab.open(LabOptions.shipped().with(strip.levels("real")))) {
            Run check = lab.node2().daemon().run(List.of("check"));
            assertTrue(check.out().contains("would switch node1 off"), check::toString);
            Run test = lab.node2().daemon().run(List.of("fence", "test"));
            assertEquals(0, test.code(), test::toString);
            Run refused = lab.node2().daemon().run(List.of("fence", "test", "--off", "--yes"));
            assertEquals(5, refused.code(), refused::toString);
            lab.trafficManager();
            Recorder recorder = lab.record();

            long off = lab.node1().powerOff();
            recorder.awaitWrites(lab.node2());

            Recording recording = recorder.stop();
            System.out.println("power loss, fenced by fence_dummy: write gap "
                    + recording.longestGap(off, Long.MAX_VALUE).millis() + " ms, lost "
                    + recording.lost(lab.node2()).size());
            assertTrue(strip.isDummyOff(1), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
            expectSaid(lab, "node1's machine is off: switched off by");
            lab.expect(
                    "its status says how it comes back",
                    PATIENCE,
                    () -> status(lab).contains("is rebuilt there by pgha initialize"));
        }
    }

    @Test
    void aCutOffPrimaryIsOffBeforeTheStandbyOpens() {
        try (Lab lab = Lab.open(LabOptions.shipped().with(strip.levels("works")))) {
            strip.serve(lab);
            lab.trafficManager();
            Recorder recorder = lab.record();

            lab.node1().cut(Wires.Side.PEER);
            recorder.awaitWrites(lab.node2());

            Recording recording = recorder.stop();
            System.out.println("cut off, fenced: write gap " + recording.longestGapMillis()
                    + " ms, two primaries " + recording.twoPrimariesMillis() + " ms");
            assertTrue(strip.isOrdered(1), lab::diagnosis);
            assertFalse(strip.isOrdered(2), lab::diagnosis);
            assertFalse(lab.node1().machine().runs(), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
        }
    }

    @Test
    void guardManualTakesOverFromASilentPrimaryOnceItIsSeenOff() {
        LabOptions manual = LabOptions.shipped().withGuard("manual");
        try (Lab lab = Lab.open(manual.with(strip.levels("works")))) {
            strip.serve(lab);
            lab.node1().cut(Wires.Side.PEER);

            lab.expect("node2 is open", PATIENCE, () -> lab.isOpen(lab.node2()));

            assertFalse(lab.node1().machine().runs(), lab::diagnosis);
        }
    }

    /** The machine is gone although the kernel had closed its gate already: a paused one could not wake up open. */
    @Test
    void withALeaseThePrimaryIsSwitchedOffAfterTheClaim() {
        List<String> lines = new ArrayList<>(strip.levels("works"));
        lines.add("claim_timeout = 2m");
        try (Lab lab = Lab.open(LabOptions.shipped().withGuard("witness").with(lines))) {
            strip.serve(lab);
            lab.trafficManager();
            Recorder recorder = lab.record();

            lab.node1().cut(Wires.Side.EVERYTHING);
            recorder.awaitWrites(lab.node2());

            Recording recording = recorder.stop();
            System.out.println("cut off under witness, fenced: write gap "
                    + recording.longestGapMillis() + " ms, two primaries "
                    + recording.twoPrimariesMillis() + " ms");
            assertFalse(lab.node1().machine().runs(), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
            String log = lab.node2().daemon().logged();
            assertTrue(log.indexOf("claim epoch") < log.indexOf("switch node1's machine off"), log);
        }
    }

    @Test
    void whereTheAgentFailsNothingIsTakenOverAndStatusSaysWhy() {
        try (Lab lab = Lab.open(LabOptions.shipped().with(strip.levels("broken")))) {
            lab.node1().powerOff();

            lab.expect("node2 says why it holds", PATIENCE, () -> {
                String said = status(lab);
                return said.contains("node1 is silent, but fencing it failed (level 1")
                        && said.contains("pgha promote");
            });

            assertFalse(lab.node2().postgres().isPrimary(), lab::diagnosis);
            assertFalse(lab.isOpen(lab.node2()), lab::diagnosis);
            Run promoted = lab.node2().daemon().run(List.of("promote", "--yes"));
            assertEquals(0, promoted.code(), () -> promoted + lab.diagnosis());
            assertTrue(lab.node2().postgres().isPrimary(), lab::diagnosis);
        }
    }

    @Test
    void anAgentThatHangsIsKilledAtItsDeadlineAndTheNextLevelIsUsed() {
        try (Lab lab = Lab.open(LabOptions.shipped().with(strip.levels("slow", "works")))) {
            strip.serve(lab);
            lab.node1().cut(Wires.Side.PEER);

            lab.expect(
                    "node2 takes over", PATIENCE, () -> lab.node2().postgres().isPrimary());

            expectSaid(lab, "level 2, and seen off");
            assertFalse(lab.node1().machine().runs(), lab::diagnosis);
            assertEquals(List.of(), sleepers(lab.node2()), lab::diagnosis);
        }
    }

    @Test
    void aPrimaryThatIsHeardAgainIsNotSwitchedOff() {
        try (Lab lab = Lab.open(LabOptions.shipped().with(strip.levels("slow")))) {
            strip.serve(lab);
            lab.node1().cut(Wires.Side.PEER);
            lab.expect(
                    "the agent is asked", PATIENCE, () -> !sleepers(lab.node2()).isEmpty());

            lab.heal();

            lab.expect(
                    "the agent is ended", PATIENCE, () -> sleepers(lab.node2()).isEmpty());
            lab.expect(
                    "node2 follows",
                    PATIENCE,
                    () -> lab.node2().daemon().isSteady()
                            && lab.node2().daemon().isIdle());
            expectSaid(lab, "node1 is heard again");
            assertTrue(lab.isOpen(lab.node1()), lab::diagnosis);
            assertFalse(strip.isOrdered(1), lab::diagnosis);
        }
    }

    private static void expectSaid(Lab lab, String words) {
        lab.expect(words, PATIENCE, () -> lab.node2().daemon().logged().contains(words));
    }

    private static String status(Lab lab) {
        return lab.node2().daemon().status().map(answer -> answer.text()).orElse("");
    }

    /** Children of the slow agent that live. */
    private static List<Long> sleepers(LabNode node) {
        return node.machine().processes().stream()
                .filter(pid -> commandLine(pid).contains("sleep\000987"))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
        } catch (IOException e) {
            return ""; // It ended meanwhile.
        }
    }
}
