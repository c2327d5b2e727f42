package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What happens to clients under each fault and guard failcount, on real PostgreSQL, a real firewall and a real traffic
 * manager.
 */
@Tag("netns")
@NeedsNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {

    /** A clean stop of 15 s would only be waited for longer; a start on a busy machine takes some seconds. */
    private final StruckPair pair =
            new StruckPair(LabOptions.shipped().with(List.of("clean_stop_grace = 10s")));

    @AfterAll
    void close() {
        pair.close();
    }

    @Test
    void aPowerLossIsTakenOverAndTheOldPrimaryDoesNotStartBesideIt() {
        pair.run("power loss", round -> {
            round.primary().powerOff();
            round.awaitTakeover();
            round.lab().powerOn(round.primary());

            assertTrue(round.standby().postgres().isPrimary(), round.lab()::diagnosis);
            assertFalse(round.primary().postgres().isPrimary(), round.lab()::diagnosis);
        });
    }

    @Test
    void aHangingPostgresIsGivenUpByItsOwnDaemon() {
        pair.run("hang", round -> {
            round.primary().postgres().hangAll();
            round.awaitTakeover();

            assertTrue(round.standby().postgres().isPrimary(), round.lab()::diagnosis);
        });
    }

    @Test
    void aQuickRestartIsNoFailover() {
        pair.run("quick restart", round -> {
            round.primary().postgres().stop();
            round.primary().postgres().start();

            round.recorder().awaitWrites(round.primary());
            assertFalse(round.standby().postgres().isPrimary(), round.lab()::diagnosis);
        });
    }

    @Test
    void aCleanStopThatLastsIsTakenOverAfterItsGraceAndLosesNothing() {
        pair.run("clean stop", round -> {
            round.primary().postgres().stop();
            round.awaitTakeover();

            assertTrue(round.standby().postgres().isPrimary(), round.lab()::diagnosis);
            Recording seen = round.recorder().recording();
            assertEquals(0, seen.lost(round.standby()).size(), round.lab()::diagnosis);
        });
    }

    @Test
    void theLossOfTheStandbyOrOfADaemonStopsNoClient() {
        Recording seen = pair.run("standby and daemons lost", round -> {
            LabNode primary = round.primary();
            LabNode standby = round.standby();
            for (LabNode node : List.of(primary, standby)) {
                node.daemon().kill();
                round.recorder().awaitWrites();
                node.daemon().start();
                round.expect(node.name() + " is steady", node.daemon()::isSteady);
            }
            standby.daemon().kill();
            primary.daemon().kill();
            standby.postgres().crash();
            primary.daemon().start();
            round.expect(primary.name() + " answers", primary.daemon()::answers);
            round.recorder().awaitWrites();

            assertTrue(round.lab().isOpen(primary), round.lab()::diagnosis);
            assertFalse(standby.postgres().isPrimary(), round.lab()::diagnosis);
            standby.daemon().start();
        });
        pair.assertUnnoticed(seen);
    }

    @Test
    void underFailcountACutEndsWithAtMostOneOpenNodeAndAPersonCanChoose() {
        pair.runWithoutPromise("primary cut off", round -> {
            round.primary().cut(Wires.Side.EVERYTHING);
            round.awaitTakeover();
            round.healAndChoose();

            round.expect(
                    "the old primary is stopped, or has rejoined already",
                    () -> !round.primary().postgres().runs()
                            || round.primary().postgres().isStreaming());
            assertFalse(round.lab().isOpen(round.primary()), round.lab()::diagnosis);
        });
    }

    @Test
    void underFailcountAPrimarySilentTowardsTheOtherEndsWhenTheyMeetAndAPersonChooses() {
        assertEndsWhenTheyMeet("silenced", node -> node.silence(Wires.Side.PEER));
    }

    @Test
    void underFailcountAPrimaryDeafTowardsTheOtherEndsWhenTheyMeetAndAPersonChooses() {
        assertEndsWhenTheyMeet("deafened", node -> node.deafen(Wires.Side.PEER));
    }

    /** The hole of guard failcount; what is held is that it ends when the nodes meet, and that the chosen node lost nothing. */
    private void assertEndsWhenTheyMeet(String what, Consumer<LabNode> cut) {
        Recording seen = pair.runWithoutPromise(what + " under failcount", round -> {
            LabNode primary = round.primary();
            LabNode standby = round.standby();
            cut.accept(primary);
            round.expect("the standby takes over", standby.postgres()::isPrimary);
            // Promoted is not open yet: met before it has a client's commit, it would rightly
            // yield.
            round.recorder().awaitObserved(standby);
            round.recorder().awaitObserved(primary);
            round.lab().heal();

            // Both took writes, the new one those of its observer: neither may be thrown away
            // without a word.
            round.expect(
                    "both are closed",
                    () -> primary.daemon().is("CONFLICT")
                            && standby.daemon().is("CONFLICT")
                            && !round.lab().isOpen(primary)
                            && !round.lab().isOpen(standby));
            Run force = primary.daemon().run(List.of("promote", "--force", "--yes"));
            assertEquals(0, force.code(), () -> force + round.lab().diagnosis());
            round.recorder().awaitWrites(primary);
            List<String> rebuild = List.of("initialize", "--as", "standby", "--yes");
            Run rebuilt = standby.daemon().run(rebuild);
            assertEquals(0, rebuilt.code(), () -> rebuilt + round.lab().diagnosis());
            round.expect("the other is steady", standby.daemon()::isSteady);
        });
        // What is missing is what the other node acknowledged, and no more.
        Lab lab = pair.lab();
        LabNode chosen = pair.primary();
        Set<Long> lost = seen.lost(chosen);
        lost.removeAll(seen.acknowledgedBy(lab.other(chosen)));
        assertEquals(Set.of(), lost, lab::diagnosis);
    }
}
