package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

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
            round.expect("the witness says both", () -> {
                String log = round.lab().witness().logged().substring(before.length());
                return log.contains("is claimed by " + round.standby().name())
                        && log.contains("is opened by " + round.standby().name());
            });
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
            round.lab().expect("it may move", StruckPair.PATIENCE, witness::mayMove);
            round.assertServes(Duration.ofSeconds(2));
        });
        pair.assertUnnoticed(seen);
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
    void aWitnessLostAfterTheStandbyWasStoppedCostsNothing() {
        pair.run("standby stopped, witness lost, both back, power loss", round -> {
            round.standby().daemon().stop();
            round.lab().witness().kill();
            round.assertServes(LONG);
            round.lab().witness().start();
            int before = round.standby().daemon().logged().length();
            round.standby().daemon().start();
            round.lab()
                    .expect(
                            "it has its vote again",
                            StruckPair.PATIENCE,
                            () -> round.standby()
                                    .daemon()
                                    .logged()
                                    .substring(before)
                                    .contains("has its vote again"));
            round.primary().powerOff();
            round.awaitTakeover();
            round.lab().powerOn(round.primary());
        });
    }

    @Test
    void aStandbyPromotedByHandOpensNothing() {
        pair.run("pg_ctl promote by hand", round -> {
            round.standby().postgres().pgCtl(List.of("-w", "promote")).orFail();
            round.lab()
                    .expect(
                            "it is deposed",
                            StruckPair.PATIENCE,
                            () -> round.standby()
                                    .daemon()
                                    .state()
                                    .filter("DEPOSED"::equals)
                                    .isPresent());
            round.recorder().awaitWrites(round.primary());
        });
    }

    @Test
    void clocksThatAreSteppedMoveNothingAndAHangIsStillSeen() {
        Lab lab = pair.lab();
        List<LabNode> nodes = List.of(lab.node1(), lab.node2());
        List<WallClock> clocks =
                nodes.stream().map(node -> new WallClock(lab, node)).toList();
        AtomicLong hang = new AtomicLong();
        Recording seen = pair.run("clocks stepped by days, then a hang", round -> {
            nodes.forEach(node -> restart(lab, node));
            clocks.get(nodes.indexOf(round.primary())).step(Duration.ofDays(1));
            round.assertServes(LONG);
            clocks.get(nodes.indexOf(round.primary())).step(Duration.ofDays(-1));
            clocks.get(nodes.indexOf(round.standby())).step(Duration.ofDays(1));
            round.assertServes(LONG);

            // A clockwork that now waits for a day would not look.
            hang.set(round.primary().postgres().hangAll());
            round.awaitTakeover();
            assertTrue(logsOn(round.primary(), -1), lab::diagnosis);
            assertTrue(logsOn(round.standby(), 1), lab::diagnosis);
            nodes.forEach(node -> node.daemon().install(Optional.empty()));
            nodes.forEach(node -> restart(lab, node));
            // The next blow may fall on the primary, and a vote comes back only when it was asked
            // for.
            round.expect("the other would take over", round.standby().daemon()::knowsOfAnHeir);
        });
        // Spans are taken when they overlap the given one, so this one ends well before the hang.
        long before = hang.get() - Duration.ofSeconds(1).toNanos();
        assertTrue(seen.longestGap(Long.MIN_VALUE, before).millis() < 1_000, pair.lab()::diagnosis);
    }

    /** Whether it read the stepped clock: its lines bear that date. */
    private static boolean logsOn(LabNode node, int days) {
        LocalDate today = LocalDate.now(ZoneId.systemDefault());
        return node.daemon().logged().contains("\n" + today.plusDays(days));
    }

    private static void restart(Lab lab, LabNode node) {
        node.daemon().stop();
        node.daemon().start();
        lab.expect("it answers", StruckPair.PATIENCE, node.daemon()::answers);
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
                            StruckPair.PATIENCE,
                            round.primary().daemon()::answers);
            round.primary().postgres().begin();
            round.recorder().awaitWrites(round.standby());
        });
    }
}
