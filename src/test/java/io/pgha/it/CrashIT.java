package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** on_crash = restart_then_failover on real servers, and what disks do to a primary. */
@Tag("netns")
@NeedsNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashIT {

    private static final Duration CALM = Duration.ofSeconds(2);

    private final StruckPair pair = new StruckPair(LabOptions.shipped()
            .withDisks()
            .with(List.of("on_crash = restart_then_failover", "restart_budget = 10s")));

    @AfterAll
    void close() {
        pair.close();
    }

    @Test
    void aCrashIsRestartedInPlaceAndNobodyTakesOver() {
        pair.run("crash, started in place", round -> {
            long before = epoch(round.primary());
            round.primary().daemon().preferWhenMemoryRunsOut();
            round.primary().postgres().crash();
            round.recorder().awaitWrites(round.primary());
            round.expect(
                    "what the daemon has is not its backends'",
                    () -> round.primary().postgres().oomScoresOfChildren().equals(Set.of("0"))
                            && round.primary()
                                    .postgres()
                                    .capabilitiesOfChildren()
                                    .equals(Set.of("0".repeat(16))));
            round.assertServes(CALM);
            assertEquals(before, epoch(round.primary()), round.lab()::diagnosis);
        });
    }

    @Test
    void aPostgresThatDoesNotStartAgainIsTakenOverWhenTheBudgetIsOver() {
        pair.run("crash, does not start again", round -> {
            round.primary().postgres().append("postgresql.conf", "nonsense = on\n");
            round.primary().postgres().crash();
            round.awaitTakeover();
            String configuration =
                    round.primary().postgres().data().resolve("postgresql.conf").toString();
            Run.of(List.of("sed", "-i", "/^nonsense/d", configuration)).orFail();
            expectSaid(round, round.primary(), "restart_then_failover");
        });
    }

    @Test
    void aPrimaryWhoseDiskIsFullIsTakenOverAndTheDiskIsNamed() {
        pair.run("disk full", round -> {
            round.primary().storage().fill(6);
            fillWithWal(round.primary());
            round.awaitTakeover();
            expectSaid(round, round.primary(), "less than one WAL segment");
            round.primary().storage().empty();
        });
    }

    @Test
    void aPrimaryWhoseDiskTurnsReadOnlyIsTakenOver() {
        try (Lab lab = Lab.open(LabOptions.shipped().withDisks())) {
            lab.trafficManager();
            Recorder recorder = lab.record();
            recorder.awaitWrites(lab.node1());

            lab.node1().storage().fail();
            recorder.awaitWrites(lab.node2(), StruckPair.PATIENCE);

            Recording seen = recorder.stop();
            assertEquals(0, seen.twoPrimariesMillis(), lab::diagnosis);
            assertFalse(lab.isOpen(lab.node1()), lab::diagnosis);
        }
    }

    private static void fillWithWal(LabNode node) {
        // Ends with the server, which panics for want of room.
        Run died = node.postgres()
                .trySql(
                        "app",
                        "do $$ begin loop perform pg_logical_emit_message(false, 'x', repeat('x', 1000000)); end loop; end $$");
        assertNotEquals(0, died.code(), died.err());
    }

    private static void expectSaid(StruckPair.Round round, LabNode node, String words) {
        round.expect(words, () -> node.daemon().logged().contains(words));
    }

    private static long epoch(LabNode node) {
        String status = node.daemon().status().orElseThrow().text();
        return Long.parseLong(status.replaceAll("(?s).*?\"epoch\"\\s*:\\s*(\\d+).*", "$1"));
    }
}
