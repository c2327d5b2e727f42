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
