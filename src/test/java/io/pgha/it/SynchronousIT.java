package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** COMMIT waits for the standby, and no longer than configured; what was acknowledged is never lost by an automatic takeover. */
@Tag("netns")
@NeedsNamespaces
class SynchronousIT {

    private static final String INSERT = "insert into local values ('%s')";
    private static final String UNKNOWN =
            "canceling the wait for synchronous replication and terminating connection";

    /** sync_timeout, two intervals until it is seen that nobody is there, one to end them, and a busy machine's time. */
    private static final Duration LIMIT = Duration.ofSeconds(25);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> PREFERRED = List.of("sync = preferred");
    private static final List<String> STRICT =
            List.of("sync = strict", "sync_timeout = 11s", "failover_block = 0s");

    @Test
    void aPowerLossLosesNothingAndTheNewPrimaryGoesOnAlone() {
        try (Lab lab = Lab.open(LabOptions.shipped().with(PREFERRED))) {
            lab.trafficManager();
            lab.expect("COMMIT waits", PATIENCE, () -> isSynchronous(lab.node1()));
            // A standby that was not told so yet rightly stays where it is.
            lab.expect("the standby knows", PATIENCE, () -> lab.node2().daemon().isSteady());
            Recorder recorder = lab.record();

            lab.node1().powerOff();
            recorder.awaitWrites(lab.node2());

            Recording recording = recorder.stop();
            assertEquals(0, recording.lost(lab.node2()).size(), lab::diagnosis);
        }
    }

    @Test
    void aStandbyThatIsGoneIsLetGoAndMayNotTakeOverUntilItHasEverythingAgain() {
        try (Lab lab = Lab.open(LabOptions.shipped().with(PREFERRED))) {
            lab.trafficManager();
            LabNode primary = lab.node1();
            LabNode standby = lab.node2();
            lab.expect("COMMIT waits", PATIENCE, () -> isSynchronous(primary));
            Recorder recorder = lab.record();

            standby.postgres().stop();
            lab.expect("COMMIT waits no more", PATIENCE, () -> names(primary).isEmpty());
            recorder.awaitWrites(primary);
            standby.cut(Wires.Side.PEER);
            standby.postgres().start();
            lab.expect(
                    "the standby says that it may lack something",
                    PATIENCE,
                    () -> standby.daemon().run(List.of("status")).out().contains("sync"));
            lab.heal();
            lab.expect("COMMIT waits again", PATIENCE, () -> isSynchronous(primary));
            lab.expect("all is well", PATIENCE, () -> standby.daemon().isSteady());

            Recording recording = recorder.stop();
            assertTrue(recording.longestGapMillis() < 11_000, lab::diagnosis);
            assertEquals(0, recording.lost(primary).size(), lab::diagnosis);
        }
    }

    @Test
    void aStrictPrimaryClosesRatherThanLetACommitWait() {
        try (Lab lab = Lab.open(LabOptions.shipped().with(STRICT))) {
            lab.trafficManager();
            LabNode primary = lab.node1();
            LabNode standby = lab.node2();
            lab.expect("COMMIT waits", PATIENCE, () -> isSynchronous(primary));
            Recorder recorder = lab.record();
            recorder.awaitWrites(primary);

            standby.powerOff();
            lab.expect("it closes", PATIENCE, () -> !lab.isOpen(primary));
            lab.powerOn(standby);
            lab.expect("it opens again", PATIENCE, () -> lab.isOpen(primary));
            recorder.awaitWrites(primary);

            Recording recording = recorder.stop();
            // It acknowledged what it holds, which may be replayed a moment later.
            standby.postgres().awaitReplayed(primary.postgres());
            assertEquals(0, recording.lost(primary).size(), lab::diagnosis);
            assertEquals(0, recording.lost(standby).size(), lab::diagnosis);
        }
    }

    @Test
    void aStrictPrimaryEndsLocalSessionsToo() {
        try (Lab lab = Lab.open(LabOptions.shipped().with(STRICT))) {
            LabNode primary = lab.node1();
            lab.expect("COMMIT waits", PATIENCE, () -> isSynchronous(primary));
            primary.postgres()
                    .sql("app", "create table local (who text); grant all on local to app");
            lab.node2().powerOff();

            List<CompletableFuture<Run>> commits = List.of("app", "postgres").stream()
                    .map(user -> CompletableFuture.supplyAsync(
                            () -> primary.postgres().tryAs(user, INSERT.formatted(user), LIMIT)))
                    .toList();
            for (CompletableFuture<Run> commit : commits) {
                Run run = commit.join();
                // 2 is psql's word for a lost connection, 124 that the limit was reached, 0 an
                // acknowledgement.
                assertEquals(2, run.code(), () -> run + lab.diagnosis());
                assertTrue(run.err().contains(UNKNOWN), () -> run + lab.diagnosis());
            }
            assertTrue(primary.daemon().logged().contains("none was acknowledged"), lab::diagnosis);
        }
    }

    private static boolean isSynchronous(LabNode primary) {
        return primary.postgres()
                .sql(
                        "postgres",
                        "select count(*) from pg_stat_replication where sync_state = 'sync'")
                .equals("1");
    }

    private static String names(LabNode primary) {
        return primary.postgres().sql("postgres", "show synchronous_standby_names");
    }
}
