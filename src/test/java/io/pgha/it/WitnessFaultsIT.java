package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** Guard witness, with its own faults beside those of every lease guard. */
@Tag("netns")
@Tag("leases")
@NeedsNamespaces
class WitnessFaultsIT extends LeaseContract {

    WitnessFaultsIT() {
        super("witness");
    }

    @Test
    @Override
    void aPowerLossIsTakenOver() {
        pair.run("power loss", round -> {
            String before = round.lab().witness().logged();
            assertTrue(before.contains("enlisted"), before);
            round.primary().powerOff();
            round.awaitTakeover();
            String log = round.lab().witness().logged().substring(before.length());
            assertTrue(log.contains("is claimed by " + round.standby().name()), log);
            assertTrue(log.contains("is opened by " + round.standby().name()), log);
            round.lab().powerOn(round.primary());
        });
    }

    @Test
    void aLostWitnessCostsNothingWhileTheNodesSeeEachOther() {
        pair.run("witness killed and started again", round -> {
            round.lab().witness().kill();
            round.assertServes(LONG);
            round.lab().witness().start();
            round.assertServes(Duration.ofSeconds(2));
        });
    }

    @Test
    void aWitnessThatLosesItsRegisterCutsNobody() {
        Recording seen = pair.run("witness loses its register", round -> {
            LabWitness witness = round.lab().witness();
            witness.stop();
            witness.forget();
            witness.start();
            round.lab().expect("it may move", LeasedPair.PATIENCE, witness::mayMove);
            round.assertServes(Duration.ofSeconds(2));
        });
        assertTrue(
                seen.longestGapMillis() < 1_000,
                () -> seen.longestGapMillis() + " ms\n" + pair.lab().diagnosis());
    }

    @Test
    void aWitnessLostTogetherWithThePrimaryIsWaitedFor() {
        pair.run("witness and primary lost, witness back", round -> {
            round.lab().witness().kill();
            round.primary().powerOff();
            round.assertNobodyServes(LONG);
            round.lab().witness().start();
            round.awaitTakeover();
            round.lab().powerOn(round.primary());
        });
    }

    @Test
    void aWitnessLostTogetherWithTheStandbyClosesThePrimaryUntilOneIsBack() {
        pair.run("witness and standby lost, witness back", round -> {
            round.lab().witness().kill();
            round.standby().powerOff();
            round.assertNobodyServes(Duration.ofSeconds(2));
            round.lab().witness().start();
            round.recorder().awaitWrites(round.primary());
            round.lab().powerOn(round.standby());
        });
    }

    @Test
    void aStandbyPromotedByHandOpensNothing() {
        pair.run("pg_ctl promote by hand", round -> {
            round.standby().postgres().pgCtl(List.of("-w", "promote")).orFail();
            round.lab()
                    .expect(
                            "it is deposed",
                            LeasedPair.PATIENCE,
                            () -> round.standby()
                                    .daemon()
                                    .state()
                                    .filter("DEPOSED"::equals)
                                    .isPresent());
            round.recorder().awaitWrites(round.primary());
        });
    }

    @Test
    void clocksThatAreSteppedMoveNothing() {
        Lab lab = pair.lab();
        List<LabNode> nodes = List.of(lab.node1(), lab.node2());
        WallClock one = new WallClock(lab, lab.node1());
        WallClock two = new WallClock(lab, lab.node2());
        Recording seen = pair.run("clocks stepped by days", round -> {
            nodes.forEach(node -> restart(lab, node));
            one.step(Duration.ofDays(1));
            round.assertServes(LONG);
            one.step(Duration.ofDays(-1));
            two.step(Duration.ofDays(1));
            round.assertServes(LONG);
            nodes.forEach(node -> node.daemon().install(Optional.empty()));
            nodes.forEach(node -> restart(lab, node));
        });
        assertTrue(
                seen.longestGapMillis() < 1_000,
                () -> seen.longestGapMillis() + " ms\n" + lab.diagnosis());
        // They did read it: the last lines they logged bear that date.
        LocalDate today = LocalDate.now(ZoneId.systemDefault());
        assertTrue(lab.node1().daemon().logged().contains("\n" + today.minusDays(1)));
        assertTrue(lab.node2().daemon().logged().contains("\n" + today.plusDays(1)));
    }

    private static void restart(Lab lab, LabNode node) {
        node.daemon().stop();
        node.daemon().start();
        lab.expect("it is well", LeasedPair.PATIENCE, node.daemon()::isSteady);
    }

    @Test
    void anOldPrimaryStartedByHandStaysClosed() {
        pair.run("old primary started by hand", round -> {
            round.primary().powerOff();
            round.awaitTakeover();
            round.primary().powerOn();
            round.primary().daemon().start();
            round.lab()
                    .expect(
                            "its daemon answers",
                            LeasedPair.PATIENCE,
                            round.primary().daemon()::answers);
            round.primary().postgres().begin();
            round.recorder().awaitWrites(round.standby());
        });
    }
}
