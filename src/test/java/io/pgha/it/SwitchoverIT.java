package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/** The nodes change roles on an operator's word, under writing clients; what cannot be done is not begun, or undone. */
@Tag("netns")
@NeedsNamespaces
class SwitchoverIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void theRolesChangeThereAndBackWithoutACopyOrALostRow() {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            lab.trafficManager();
            Recorder recorder = lab.record();

            switchOver(lab, lab.node1());
            recorder.awaitWrites(lab.node2());
            switchOver(lab, lab.node2());
            recorder.awaitWrites(lab.node1());

            Recording recording = recorder.stop();
            assertEquals(0, recording.lost(lab.node1()).size(), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
            for (LabNode node : List.of(lab.node1(), lab.node2())) {
                String log = node.daemon().logged();
                assertTrue(!log.contains("initialize as standby"), lab::diagnosis);
                assertTrue(!log.contains("rewind"), lab::diagnosis);
            }
        }
    }

    @Test
    void whatCannotBeDoneIsRefusedOrUndoneAndThePrimaryServes() {
        try (Lab lab = Lab.open(LabOptions.shipped().with(List.of("stop_timeout = 6s")))) {
            lab.trafficManager();
            LabNode primary = lab.node1();
            LabNode standby = lab.node2();
            Recorder recorder = lab.record();

            Run there = standby.daemon().run(List.of("switchover", "--yes"));
            assertEquals(5, there.code(), there::toString);
            assertTrue(there.err().contains("type pgha switchover on node1"), there::toString);

            standby.daemon()
                    .run(List.of("standby", "--yes", "--why", "it is being repaired"))
                    .orFail();
            lab.expect("that is heard", PATIENCE, () -> refuses(primary, "it is being repaired"));
            standby.daemon().run(List.of("unstandby", "--yes")).orFail();
            lab.expect("that is heard", PATIENCE, () -> !refuses(primary, "it is being repaired"));

            // The stop waits for a receiver that takes nothing any more.
            standby.postgres().freezeReceiver();
            Run undone = primary.daemon().run(List.of("switchover", "--yes"));
            assertEquals(1, undone.code(), () -> undone + "\n" + lab.diagnosis());
            lab.expect("node1 serves again", PATIENCE, () -> lab.isOpen(primary));
            standby.postgres().resume();
            lab.expect("node2 follows", PATIENCE, () -> standby.postgres().isStreaming());
            lab.expect("node1 is steady", PATIENCE, () -> primary.daemon().isSteady());
            lab.expect(
                    "nothing speaks against it",
                    PATIENCE,
                    () -> primary.daemon()
                                    .run(List.of("switchover", "--dry-run"))
                                    .code()
                            == 0);
            switchOver(lab, primary);

            Recording recording = recorder.stop();
            assertEquals(0, recording.lost(standby).size(), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
        }
    }

    private static boolean refuses(LabNode primary, String why) {
        Run run = primary.daemon().run(List.of("switchover", "--dry-run"));
        return run.code() == 5 && run.err().contains(why);
    }

    /** Types it on the primary, and waits until the other node is open and this one follows. */
    static void switchOver(Lab lab, LabNode from) {
        LabNode to = lab.other(from);
        Run run = from.daemon().run(List.of("switchover", "--yes"));
        assertEquals(0, run.code(), () -> run + "\n" + lab.diagnosis());
        assertTrue(run.out().contains("switchover done"), run::toString);
        lab.expect(to.name() + " is open", PATIENCE, () -> lab.isOpen(to));
        lab.expect(from.name() + " follows", PATIENCE, () -> from.postgres().isStreaming());
        lab.expect(from.name() + " is steady", PATIENCE, () -> from.daemon().isSteady());
        lab.expect(to.name() + " is steady", PATIENCE, () -> to.daemon().isSteady());
    }
}
