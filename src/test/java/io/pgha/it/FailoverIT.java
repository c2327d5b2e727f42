package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.Set;

/** The main job: PostgreSQL of the primary dies, the standby takes over, and clients lose a moment but no row. */
@Tag("netns")
@NeedsNamespaces
class FailoverIT {

    @Test
    void aKilledPrimaryIsReplacedWithinSevenSecondsWithoutLosingARow() {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            lab.trafficManager();
            Recorder recorder = lab.record();

            long crash = lab.node1().postgres().crash();
            recorder.awaitWrites();

            Recording recording = recorder.stop();
            long gap = recording.longestGap(crash, Long.MAX_VALUE).millis();
            System.out.println("crash: write gap " + gap + " ms");
            assertTrue(lab.node2().postgres().isPrimary(), lab::diagnosis);
            assertEquals(Set.of(), recording.lost(lab.node2()), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
            assertTrue(gap < 7_000, () -> gap + " ms\n" + lab.diagnosis());
        }
    }
}
