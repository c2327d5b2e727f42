package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.http.Answer;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The daemon is killed at each step of a workflow (promise P6): run again, the command succeeds and nothing is lost. */
@Tag("netns")
@NeedsNamespaces
class InterruptedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A node without daemon and with PostgreSQL stopped is a dead one: here the standby waits for its return. */
    private static final LabOptions PATIENT =
            LabOptions.shipped().withProfile("fast").with(List.of("max_primary_failcount = 100"));

    private static final int RELEASE_STEPS = 11;
    private static final int INITIALIZE_PRIMARY_STEPS = 8;
    private static final int INITIALIZE_STANDBY_STEPS = 9;

    private final Set<Integer> releaseKilledAt = new TreeSet<>();
    private final Set<Integer> initializeKilledAt = new TreeSet<>();

    @Test
    void releaseAndInitializeSurviveAKillAtEachStep() {
        try (Lab lab = Lab.open(PATIENT)) {
            lab.trafficManager();
            Recorder recorder = lab.record();
            LabNode primary = lab.node1();
            for (int step = 0; step < RELEASE_STEPS; step++) {
                LabNode standby = lab.other(primary);
                killAt(lab, primary, step, List.of("release", "--yes"), releaseKilledAt);
                releaseAgain(lab, primary);
                if (step < INITIALIZE_PRIMARY_STEPS) {
                    killAt(
                            lab,
                            standby,
                            step,
                            List.of("initialize", "--as", "primary", "--yes"),
                            initializeKilledAt);
                }
                initializeAgain(lab, standby);
                lab.expect(standby.name() + " is open", PATIENCE, () -> lab.isOpen(standby));
                LabNode released = primary;
                lab.expect("it follows", PATIENCE, () -> released.postgres().isStreaming());
                lab.expect("it is steady", PATIENCE, () -> released.daemon().isSteady());
                primary = standby;
            }
            recorder.awaitWrites();
            Recording recording = recorder.stop();
            System.out.println("release killed at " + releaseKilledAt
                    + ", initialize as primary at " + initializeKilledAt);
            assertEquals(0, recording.lost(primary).size(), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
        }
    }

    @Test
    void aRebuildSurvivesAKillAtEachStepAndNeverHarmsThePrimary() {
        try (Lab lab = Lab.open(LabOptions.shipped().withProfile("fast"))) {
            lab.trafficManager();
            Recorder recorder = lab.record();
            Set<Integer> killedAt = new TreeSet<>();
            for (int step = 0; step < INITIALIZE_STANDBY_STEPS; step++) {
                List<String> rebuild = List.of("initialize", "--as", "standby", "--yes");
                killAt(lab, lab.node2(), step, rebuild, killedAt);
                lab.expect("node2 is idle", PATIENCE, () -> isIdle(lab.node2()));
                if (!lab.node2().postgres().isStreaming()) {
                    Run again = lab.node2().daemon().run(rebuild);
                    assertEquals(0, again.code(), () -> again + "\n" + lab.diagnosis());
                }
                lab.expect("node2 streams", PATIENCE, lab.node2().postgres()::isStreaming);
                lab.expect(
                        "node2 is steady", PATIENCE, () -> lab.node2().daemon().isSteady());
            }
            recorder.awaitWrites();
            Recording recording = recorder.stop();
            System.out.println("initialize as standby killed at " + killedAt);
            assertEquals(0, recording.lost(lab.node1()).size(), lab::diagnosis);
            assertTrue(recording.longestGapMillis() < 2_000, lab::diagnosis);
        }
    }

    /** Types the command, kills the daemon as soon as its journal shows the step, and starts the daemon again. */
    private static void killAt(
            Lab lab, LabNode node, int step, List<String> command, Set<Integer> killedAt) {
        JournalWatch journal = new JournalWatch(node);
        List<Run> typed = new ArrayList<>();
        Thread typing = new Thread(() -> typed.add(node.daemon().run(command)), "typing");
        typing.start();
        int at = journal.await(step);
        node.daemon().kill();
        if (at < Integer.MAX_VALUE) {
            killedAt.add(at);
        }
        try {
            typing.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertTrue(at >= 0, () -> "never begun: " + typed + "\n" + lab.diagnosis());
        node.daemon().start();
        lab.expect(node.name() + " answers", PATIENCE, () -> node.daemon().answers());
        lab.expect(node.name() + " is idle", PATIENCE, () -> isIdle(node));
    }

    private static boolean isIdle(LabNode node) {
        return json(node).contains("\"running\":null");
    }

    /** The node's own state is the first in its status; the peer's comes later. */
    private static boolean isState(LabNode node, String state) {
        String status = json(node);
        String key = "\"state\":\"";
        return status.startsWith(state, status.indexOf(key) + key.length());
    }

    private static String json(LabNode node) {
        return node.daemon().status().map(Answer::text).orElse("").replaceAll("\\s", "");
    }

    private static void releaseAgain(Lab lab, LabNode primary) {
        if (isState(primary, "RELEASED")) {
            return;
        }
        lab.expect("it serves again", PATIENCE, () -> lab.isOpen(primary));
        lab.expect(
                "it is followed", PATIENCE, () -> lab.other(primary).postgres().isStreaming());
        Run again = primary.daemon().run(List.of("release", "--yes"));
        assertEquals(0, again.code(), () -> again + "\n" + lab.diagnosis());
    }

    private static void initializeAgain(Lab lab, LabNode standby) {
        if (isState(standby, "PRIMARY")) {
            return;
        }
        Run again = standby.daemon().run(List.of("initialize", "--as", "primary", "--yes"));
        assertEquals(0, again.code(), () -> again + "\n" + lab.diagnosis());
    }
}
