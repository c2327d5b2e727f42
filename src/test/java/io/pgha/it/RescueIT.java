package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nothing that the old primary's disk holds is lost while its daemon lives, however far behind the standby was. */
@Tag("netns")
@NeedsNamespaces
class RescueIT {

    @Test
    void whatAStalledReceiverHadNotFetchedIsRescuedFromTheKilledPrimarysDisk() {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            lab.trafficManager();
            Recorder recorder = lab.record();
            lab.node2().postgres().freezeReceiver();
            lab.node1()
                    .postgres()
                    .sql("app", "create table ballast as select repeat('x', 1000) from generate_series(1, 12000)");
            recorder.awaitWrites(lab.node1());

            long crash = lab.node1().postgres().crash();
            recorder.awaitWrites(lab.node2());

            Recording recording = recorder.stop();
            System.out.println("write gap "
                    + recording.longestGap(crash, Long.MAX_VALUE).millis() + " ms");
            System.out.println(lab.node2().daemon().logged());
            System.out.println(lab.node1().daemon().logged());
            assertEquals(0, recording.lost(lab.node2()).size(), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
            assertTrue(
                    lab.node2().daemon().logged().contains("rescued "),
                    () -> lab.node2().daemon().logged());
        }
    }
}
