package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Nothing that the old primary's disk holds is lost while its daemon lives, however far behind the standby was. */
@Tag("netns")
@NeedsNamespaces
class RescueIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String RESCUING = "fetch the old primary's remaining WAL";

    @Test
    void whatAStalledReceiverHadNotFetchedIsRescuedFromTheKilledPrimarysDisk() {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            lab.trafficManager();
            Recorder recorder = lab.record();
            fallBehind(lab, 12);
            recorder.awaitWrites(lab.node1());

            long crash = lab.node1().postgres().crash();
            recorder.awaitWrites(lab.node2());

            Recording recording = recorder.stop();
            System.out.println("rescue of 12 MB: write gap "
                    + recording.longestGap(crash, Long.MAX_VALUE).millis() + " ms");
            assertEquals(0, recording.lost(lab.node2()).size(), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
            expectSaid(lab, lab.node2(), "rescued 1");
            lab.expect("recovery's settings are back", PATIENCE, () -> settings(lab.node2()));
        }
    }

    @Test
    void aRescueThatBreaksOffUndoesTheTakeoverAndTheOldPrimaryServesAgainWithoutALoss() {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            lab.trafficManager();
            Recorder recorder = lab.record(Recorder.Pace.EASY);
            // A checkpoint puts the slot's position on disk: without one a crash forgets what it
            // has to keep.
            lab.node1().postgres().sql("postgres", "checkpoint");
            fallBehind(lab, 120);
            recorder.awaitWrites(lab.node1());

            ProcessHandle daemon = lab.node1().daemon().handle();
            lab.node1().postgres().crash();
            lab.expect("a rescue", PATIENCE, () -> said(lab.node2(), RESCUING));
            daemon.destroyForcibly();
            lab.expect(
                    "its daemon is dead", PATIENCE, () -> !lab.node1().daemon().runs());
            lab.expect("a refusal", PATIENCE, () -> said(lab.node2(), "refused to take over"));
            lab.node1().daemon().start();
            recorder.awaitWrites(lab.node1(), PATIENCE);

            Recording recording = recorder.stop();
            assertEquals(0, recording.lost(lab.node1()).size(), lab::diagnosis);
            expectSaid(lab, lab.node2(), "above maximum_lag_on_failover");
            lab.expect("node2 follows", PATIENCE, lab.node2().postgres()::isStreaming);
            lab.expect("recovery's settings are back", PATIENCE, () -> settings(lab.node2()));
        }
    }

    @Test
    void aStandbyWhoseDiskIsFullDoesNotTakeOverAndTheOldPrimaryServesAgain() {
        try (Lab lab = Lab.open(LabOptions.shipped().withDisks())) {
            lab.trafficManager();
            Recorder recorder = lab.record(Recorder.Pace.EASY);
            fallBehind(lab, 12);
            recorder.awaitWrites(lab.node1());
            lab.node2().storage().fill(4);

            lab.node1().postgres().crash();
            lab.expect("a refusal", PATIENCE, () -> said(lab.node2(), "refused to take over"));
            recorder.awaitWrites(lab.node1(), PATIENCE);

            Recording recording = recorder.stop();
            assertEquals(0, recording.lost(lab.node1()).size(), lab::diagnosis);
            expectSaid(lab, lab.node2(), "No space left on device");
        }
    }

    @Test
    void whatTheOldDiskCannotGiveIsLostAndCountedWithinTheLimit() {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            lab.trafficManager();
            Recorder recorder = lab.record();
            lab.node2().postgres().freezeReceiver();
            lab.node1()
                    .postgres()
                    .sql("app", "select pg_logical_emit_message(true, 'x', repeat('x', 8000000))");
            recorder.awaitWrites(lab.node1());
            // What was never seen of a disk that cannot be read cannot be missed either.
            lab.expect("the lag is seen", PATIENCE, () -> lagBytes(lab.node2()) > 8_000_000);

            lab.node1().postgres().crashWithUnreadableWal();
            recorder.awaitWrites(lab.node2());

            recorder.close();
            expectSaid(lab, lab.node2(), " bytes of WAL: node1: ");
            expectSaid(lab, lab.node2(), "cannot be read");
        }
    }

    /** So many megabytes, and the rows after them, stay on the primary. */
    static void fallBehind(Lab lab, int megabytes) {
        fallBehind(lab, lab.node1(), megabytes);
    }

    /** The same whoever is primary. */
    static void fallBehind(Lab lab, LabNode primary, int megabytes) {
        lab.other(primary).postgres().freezeReceiver();
        primary.postgres()
                .sql(
                        "app",
                        "drop table if exists ballast; create table ballast as select repeat('x', 1000) from generate_series(1, "
                                + megabytes * 1000 + ")");
    }

    private static boolean said(LabNode node, String words) {
        return node.daemon().logged().contains(words);
    }

    private static void expectSaid(Lab lab, LabNode node, String words) {
        lab.expect(words, PATIENCE, () -> said(node, words));
    }

    /** As they were before the takeover. */
    private static boolean settings(LabNode node) {
        String conf = LivePair.read(node.postgres().data().resolve("postgresql.auto.conf"));
        return conf.contains("user=replicator")
                && !conf.contains("restore_command")
                && !Files.exists(node.postgres().data().resolve("pg_wal/pgha_rescue"));
    }

    private static long lagBytes(LabNode standby) {
        Matcher lag = Pattern.compile("\"lag_bytes\" : (\\d+)")
                .matcher(standby.daemon().run(List.of("status", "--json")).out());
        return lag.find() ? Long.parseLong(lag.group(1)) : 0;
    }
}
