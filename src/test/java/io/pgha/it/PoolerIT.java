package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.time.Duration;
import java.util.List;

/**
 * Clients behind PgBouncer do not notice a switchover, however it ends. One pair serves all tests; in each every row that was
 * sent is acknowledged at the first attempt.
 */
@Tag("netns")
@NeedsNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PoolerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final LabOptions POOLED = LabOptions.shipped().with(List.of(LabPooler.NAMED));
    // 3 is the pause; what is only recorded goes to the disk with the one before.
    private static final List<Integer> STEPS = List.of(2, 3, 5, 6, 7, 8, 10);
    private static final int ROUNDS = 4;

    private Lab lab;
    private LabPooler pooler;

    @BeforeAll
    void open() {
        lab = Lab.open(POOLED);
        lab.trafficManager();
        pooler = lab.pooler();
    }

    @AfterAll
    void close() {
        lab.close();
    }

    @Test
    void noClientSeesAnErrorWhenTheRolesChangeThereAndBack() {
        Recorder recorder = record();

        LabNode from = primary();
        SwitchoverIT.switchOver(lab, from);
        recorder.awaitWrites(lab.other(from));
        SwitchoverIT.switchOver(lab, lab.other(from));
        recorder.awaitWrites(from);

        everythingIsAcknowledged("switchover", recorder);
    }

    @Test
    void aTransactionThatDoesNotEndUndoesItAndTheOthersGoOn() throws InterruptedException {
        Recorder recorder = record();
        LabNode from = primary();
        Process transaction = pooler.transaction(Duration.ofSeconds(8));

        Run undone = from.daemon().run(List.of("switchover", "--yes"));

        assertEquals(1, undone.code(), () -> undone + "\n" + lab.diagnosis());
        assertTrue(undone.out().contains("did not end in time"), undone::toString);
        assertTrue(undone.out().contains("pgbouncer.pause_timeout"), undone::toString);
        recorder.awaitWrites(from);
        assertTrue(undone.out().contains("switchover undone: "), undone::toString);
        assertEquals(0, transaction.waitFor(), lab::diagnosis);
        everythingIsAcknowledged("undone", recorder);
    }

    @Test
    void aPgBouncerThatTakesNoResumeIsNamedUntilItsClientsGoOn() throws InterruptedException {
        Recorder recorder = record();
        LabNode from = primary();
        Process transaction = pooler.transaction(Duration.ofSeconds(8));
        long paused = pooler.pauses();
        Process switchover = from.daemon().begin(List.of("switchover", "--yes"));
        lab.expect("it is told to PAUSE", PATIENCE, () -> pooler.pauses() > paused);

        pooler.freeze();
        lab.expect("status names it", PATIENCE, () -> {
            Run status = from.daemon().run(List.of("status"));
            return status.code() == 3 && status.out().contains("could not be told to RESUME");
        });
        pooler.thaw();

        assertEquals(1, switchover.waitFor(), lab::diagnosis);
        recorder.awaitWrites(from);
        lab.expect(
                "status is well again",
                PATIENCE,
                () -> from.daemon().run(List.of("status")).code() == 0);
        assertEquals(0, transaction.waitFor(), lab::diagnosis);
        everythingIsAcknowledged("frozen", recorder);
    }

    @Test
    void clientsGoOnWhereverTheDaemonIsKilled() {
        Interruption switchover = new Interruption(lab, STEPS);
        Recorder recorder = record();
        for (int round = 0; round < ROUNDS && !switchover.isComplete(); round++) {
            LabNode from = primary();
            switchover.of(from, List.of("switchover", "--yes"));
            recorder.awaitWrites();
            whole();
        }
        System.out.println("switchover " + switchover);
        everythingIsAcknowledged("killed", recorder);
    }

    @Test
    void checkNamesWhatAPgBouncerLacks() {
        Run fine = primary().daemon().run(List.of("check"));
        assertTrue(fine.out().contains("ok   pgbouncer: " + Wires.CLIENT), fine::toString);

        pooler.console("SET server_login_retry = '15'").orFail();
        Run slow = primary().daemon().run(List.of("check"));
        assertTrue(slow.out().contains("server_login_retry = 0.1 there"), slow::toString);
        pooler.console("SET server_login_retry = '0.1'").orFail();
    }

    private LabNode primary() {
        return lab.node1().postgres().isPrimary() ? lab.node1() : lab.node2();
    }

    private void whole() {
        LabNode standby = lab.other(primary());
        lab.expect("one follows", PATIENCE, standby.postgres()::isStreaming);
        lab.expect("the standby is steady", PATIENCE, standby.daemon()::isSteady);
        lab.expect("the primary is steady", PATIENCE, primary().daemon()::isSteady);
    }

    private Recorder record() {
        whole();
        // Each recording client numbers its rows from the same beginning.
        primary().postgres().sql("app", "truncate recorded");
        return lab.record(Recorder.Pace.DENSE, LabPooler.DOOR);
    }

    private void everythingIsAcknowledged(String what, Recorder recorder) {
        recorder.awaitWrites();
        Recording recording = recorder.stop();
        long wait = recording.of(Recording.Kind.ACKNOWLEDGED).stream()
                .mapToLong(a -> (a.answered() - a.sent()) / 1_000_000)
                .max()
                .orElseThrow();
        List<Recording.Attempt> failed = recording.of(Recording.Kind.FAILED);
        System.out.println(
                "POOLED " + what + " rows=" + recording.acknowledged().size() + " errors="
                        + failed.size() + " longest_wait_ms=" + wait);
        assertEquals(List.of(), failed, lab::diagnosis);
        // Two primaries are not looked for: a row that waits in PgBouncer is sent while the old one
        // still
        // serves others, and answered by the new one.
        assertEquals(0, recording.lost(primary()).size(), lab::diagnosis);
    }
}
