package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The daemon is killed at each step of a workflow (promises P4 and P6): it resumes or undoes, run again the command
 * succeeds, and no acknowledged row is missing. One pair serves all tests, and is healthy after each.
 */
@Tag("netns")
@NeedsNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InterruptedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A node without daemon and with PostgreSQL stopped is a dead one: here the standby waits for its return. */
    private static final LabOptions PATIENT =
            LabOptions.shipped().withProfile("fast").with(List.of("max_primary_failcount = 100"));

    // The steps that the journal shows: what is only recorded goes to the disk with the one before.
    private static final List<Integer> SWITCHOVER = List.of(0, 1, 2, 4, 5, 6, 7, 9);
    private static final List<Integer> RELEASE = List.of(0, 1, 3, 4, 5, 6, 7, 8, 10);
    private static final List<Integer> INITIALIZE_PRIMARY = List.of(0, 1, 3, 4, 6, 7);
    private static final List<Integer> INITIALIZE_STANDBY = List.of(0, 1, 2, 3, 4, 5, 6, 8);
    private static final List<Integer> RELEASE_TO_FILE = List.of(0, 2, 3, 4, 5, 6, 7);
    private static final List<Integer> INITIALIZE_FROM_FILE = List.of(0, 1, 2, 3, 4, 6, 8, 9);
    /** Two come to each step; the others are for those that a kill was too late for. */
    private static final int ROUNDS = 5;

    private Lab lab;

    @BeforeAll
    void open() {
        lab = Lab.open(PATIENT);
        lab.trafficManager();
    }

    @AfterAll
    void close() {
        lab.close();
    }

    @Test
    void releaseAndInitializeSurviveAKillAtEachStep() {
        Interruption release = new Interruption(lab, RELEASE);
        Interruption initialize = new Interruption(lab, INITIALIZE_PRIMARY);
        Recorder recorder = record();
        for (int round = 0; round < ROUNDS && isLeft(release, initialize); round++) {
            LabNode from = primary();
            handOver(from, release, List.of(), initialize, List.of());
        }
        System.out.println("release " + release + "; initialize as primary " + initialize);
        nothingIsLost(recorder);
    }

    @Test
    void aSwitchoverSurvivesAKillAtEachStep() {
        Interruption switchover = new Interruption(lab, SWITCHOVER);
        Recorder recorder = record();
        for (int round = 0; round < ROUNDS && !switchover.isComplete(); round++) {
            LabNode from = primary();
            switchover.of(from, List.of("switchover", "--yes"));
            lab.expect(
                    "one is open",
                    PATIENCE,
                    () -> lab.isOpen(lab.node1()) != lab.isOpen(lab.node2()));
            follows(lab.other(primary()));
        }
        System.out.println("switchover " + switchover);
        nothingIsLost(recorder);
    }

    @Test
    void releaseAndInitializeThroughAFileSurviveAKillAtEachStep() {
        Interruption release = new Interruption(lab, RELEASE_TO_FILE);
        Interruption initialize = new Interruption(lab, INITIALIZE_FROM_FILE);
        Recorder recorder = record();
        for (int round = 0; round < ROUNDS && isLeft(release, initialize); round++) {
            LabNode from = primary();
            String file = from.mountPoint().resolve("release" + round + ".tar").toString();
            handOver(
                    from, release, List.of("--archive", file), initialize, List.of("--from", file));
        }
        System.out.println("release to a file " + release + "; initialize from it " + initialize);
        nothingIsLost(recorder);
    }

    @Test
    void aRebuildSurvivesAKillAtEachStepAndNeverHarmsThePrimary() {
        Interruption rebuild = new Interruption(lab, INITIALIZE_STANDBY);
        List<String> command = List.of("initialize", "--as", "standby", "--yes");
        LabNode standby = lab.other(primary());
        Recorder recorder = record();
        for (int round = 0; round < ROUNDS && !rebuild.isComplete(); round++) {
            rebuild.of(standby, command);
            if (!standby.postgres().isStreaming()) {
                again(standby, command);
            }
            follows(standby);
        }
        System.out.println("initialize as standby " + rebuild);
        Recording recording = nothingIsLost(recorder);
        assertTrue(recording.longestGapMillis() < 5_000, lab::diagnosis);
    }

    private static boolean isLeft(Interruption one, Interruption other) {
        return !one.isComplete() || !other.isComplete();
    }

    private void handOver(
            LabNode from,
            Interruption release,
            List<String> to,
            Interruption initialize,
            List<String> of) {
        LabNode heir = lab.other(from);
        List<String> give = command(List.of("release"), to);
        release.of(from, give);
        if (!from.daemon().is("RELEASED")) {
            lab.expect("it serves again", PATIENCE, () -> lab.isOpen(from));
            lab.expect("it is followed", PATIENCE, heir.postgres()::isStreaming);
            again(from, give);
        }
        if (!to.isEmpty()) {
            carry(Path.of(to.get(1)).getFileName(), from, heir);
        }
        List<String> take = command(List.of("initialize", "--as", "primary"), of);
        initialize.of(heir, take);
        if (!heir.daemon().is("PRIMARY")) {
            again(heir, take);
        }
        lab.expect(heir.name() + " is open", PATIENCE, () -> lab.isOpen(heir));
        follows(from);
    }

    private static List<String> command(List<String> words, List<String> more) {
        List<String> all = new java.util.ArrayList<>(words);
        all.addAll(more);
        all.add("--yes");
        return all;
    }

    /** What an operator does with the file between the two commands. */
    private static void carry(Path file, LabNode from, LabNode to) {
        String here = from.disk().resolve(file).toString();
        Run.of(List.of("cp", "-p", here, to.disk().resolve(file).toString())).orFail();
    }

    private LabNode primary() {
        return lab.node1().postgres().isPrimary() ? lab.node1() : lab.node2();
    }

    private void again(LabNode node, List<String> command) {
        Run run = node.daemon().run(command);
        assertEquals(0, run.code(), () -> run + "\n" + lab.diagnosis());
    }

    private void follows(LabNode standby) {
        lab.expect(standby.name() + " follows", PATIENCE, standby.postgres()::isStreaming);
        lab.expect(standby.name() + " is steady", PATIENCE, standby.daemon()::isSteady);
    }

    private Recorder record() {
        // Each recording client numbers its rows from the same beginning.
        primary().postgres().sql("app", "truncate recorded");
        return lab.record(Recorder.Pace.EASY);
    }

    private Recording nothingIsLost(Recorder recorder) {
        recorder.awaitWrites();
        Recording recording = recorder.stop();
        assertEquals(0, recording.lost(primary()).size(), lab::diagnosis);
        assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
        return recording;
    }
}
