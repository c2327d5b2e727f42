package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;

/** The lab's third host: both nodes find their witness, and it follows what happens to them. */
@Tag("netns")
@NeedsNamespaces
class WitnessIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void thePrimaryIsEnlistedAndAPowerLossMovesTheEpochOnce() {
        try (Lab lab = Lab.open(LabOptions.shipped().withGuard("witness"))) {
            assertTrue(lab.witness().logged().contains("enlisted"), lab::diagnosis);

            lab.node1().powerOff();

            lab.expect("node2 is open", PATIENCE, () -> lab.isOpen(lab.node2()));
            String log = lab.witness().logged();
            assertTrue(log.contains("is claimed by node2"), lab::diagnosis);
            assertTrue(log.contains("is opened by node2"), lab::diagnosis);
        }
    }

    @Test
    void aWitnessThatRestartsOrLosesItsRegisterCutsNobody() {
        try (Lab lab = Lab.open(LabOptions.shipped().withGuard("witness"))) {
            lab.trafficManager();
            Recorder recorder = lab.record();
            lab.witness().kill();
            lab.witness().start();
            lab.witness().stop();
            lab.witness().forget();
            lab.witness().start();

            lab.expect("the witness may move", PATIENCE, lab.witness()::mayMove);
            assertTrue(lab.isOpen(lab.node1()), lab::diagnosis);
            assertFalse(lab.isOpen(lab.node2()), lab::diagnosis);
            Recording seen = recorder.stop();
            assertTrue(seen.longestGapMillis() < 2000, () -> "gap " + seen.longestGapMillis());
            assertEquals(0, seen.twoPrimariesMillis());
        }
    }
}
