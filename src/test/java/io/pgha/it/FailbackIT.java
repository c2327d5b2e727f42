package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/** The role goes back and forth by release and initialize, under a writing client. */
@Tag("netns")
@NeedsNamespaces
class FailbackIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void theRoleGoesThereAndBackAndThereAgainWithoutACopyOrALostRow() {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            lab.trafficManager();
            Recorder recorder = lab.record();

            handOver(lab, lab.node1());
            recorder.awaitWrites(lab.node2());
            handOver(lab, lab.node2());
            recorder.awaitWrites(lab.node1());
            handOver(lab, lab.node1());
            recorder.awaitWrites(lab.node2());

            Recording recording = recorder.stop();
            assertEquals(0, recording.lost(lab.node2()).size(), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
            for (LabNode node : List.of(lab.node1(), lab.node2())) {
                assertTrue(
                        !node.daemon().logged().contains("initialize as standby"), lab::diagnosis);
            }
            lab.expect(
                    "the released node keeps no slot",
                    PATIENCE,
                    lab.node1().postgres()::keepsNoWal);
            assertEquals(1, lab.node2().postgres().slots(), lab::diagnosis);
        }
    }

    /** Release on the primary, initialize on the other node, and wait until the released one follows. */
    static void handOver(Lab lab, LabNode from) {
        LabNode to = lab.other(from);
        Run release = from.daemon().run(List.of("release", "--yes"));
        assertEquals(0, release.code(), () -> release + "\n" + lab.diagnosis());
        Run initialize = to.daemon().run(List.of("initialize", "--as", "primary", "--yes"));
        assertEquals(0, initialize.code(), () -> initialize + "\n" + lab.diagnosis());
        lab.expect(to.name() + " is open", PATIENCE, () -> lab.isOpen(to));
        lab.expect(from.name() + " follows", PATIENCE, () -> from.postgres().isStreaming());
        lab.expect(from.name() + " is steady", PATIENCE, () -> from.daemon().isSteady());
        lab.expect(to.name() + " is steady", PATIENCE, () -> to.daemon().isSteady());
    }
}
