package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** What every lease guard holds on real kernels and databases, whoever is the arbiter (promise P1). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LeaseContract {

    /** Longer than a lease, its rate and its margin, and than any count of failures. */
    static final Duration LONG = Duration.ofSeconds(7);

    /** Longer than a lease, its rate and its margin, and with a daemon's start shorter than the lease taken for that. */
    private static final Duration ABSENCE = Duration.ofSeconds(4);

    /** 40 MB, more than the shipped configuration accepts to lose. */
    private static final String WRITE_MUCH =
            "select count(pg_logical_emit_message(true, 'much', repeat('x', 1048576)))"
                    + " from generate_series(1, 40)";

    private static final String BEHIND = "lag of ";
    private static final Pattern LAG = Pattern.compile("\"lag_bytes\"\\s*:\\s*([0-9]+)");

    final StruckPair pair;

    LeaseContract(String guard) {
        this.pair = new StruckPair(LabOptions.shipped().withGuard(guard).withDisks());
    }

    @AfterAll
    void close() {
        pair.close();
    }

    @Test
    void aPowerLossIsTakenOver() {
        pair.run("power loss", round -> {
            round.primary().powerOff();
            round.awaitTakeover();
            round.lab().powerOn(round.primary());
        });
    }

    /** The arbiter may not have heard from the new primary yet that it has opened. */
    @Test
    void aPowerLossRightAfterASwitchoverIsTakenOver() {
        pair.primary().daemon().run(List.of("switchover", "--yes")).orFail();
        pair.run("power loss right after a switchover", round -> {
            round.primary().powerOff();
            round.awaitTakeover();
            round.lab().powerOn(round.primary());
        });
    }

    @Test
    void aPrimaryThatOnlyClientsReachIsClosedBeforeTheOtherOpens() {
        pair.run("primary cut off, clients reach it", round -> {
            round.primary().cut(Wires.Side.PEER);
            round.primary().cut(Wires.Side.ARBITER);
            round.awaitTakeover();
        });
    }

    @Test
    void aPrimaryThatNobodyHearsIsReplaced() {
        pair.run("primary silenced", round -> {
            round.primary().silence(Wires.Side.EVERYTHING);
            round.awaitTakeover();
        });
    }

    @Test
    void aPrimaryThatHearsNobodyIsReplaced() {
        pair.run("primary deafened", round -> {
            round.primary().deafen(Wires.Side.EVERYTHING);
            round.awaitTakeover();
        });
    }

    @Test
    void nodesThatOnlyTheArbiterJoinsKeepTheirRoles() {
        pair.run("cut between the nodes", round -> {
            round.primary().cut(Wires.Side.PEER);
            round.assertServes(LONG);
        });
        pair.run("primary silent towards the standby", round -> {
            round.primary().silence(Wires.Side.PEER);
            round.assertServes(LONG);
        });
        pair.run("primary deaf towards the standby", round -> {
            round.primary().deafen(Wires.Side.PEER);
            round.assertServes(LONG);
        });
    }

    @Test
    void aStandbyThatLacksMoreThanIsAcceptedOfWhatTheArbiterWasToldDoesNotTakeOver() {
        pair.run("cut between the nodes, much written, primary cut off", round -> {
            LabNode standby = round.standby();
            int before = standby.daemon().logged().length();
            standby.cut(Wires.Side.PEER);
            round.primary().postgres().sql("app", WRITE_MUCH);
            round.expect(
                    "the arbiter was told",
                    () -> LAG.matcher(standby.daemon()
                                    .run(List.of("status", "--json"))
                                    .out())
                            .results()
                            .anyMatch(lag -> Long.parseLong(lag.group(1)) > 40_000_000));
            round.primary().cut(Wires.Side.ARBITER);

            round.assertNobodyServes(LONG);
            round.expect(
                    "it says how many bytes",
                    () -> standby.daemon().logged().substring(before).contains("not taking over")
                            && standby.daemon().logged().substring(before).contains(BEHIND));
            assertFalse(
                    standby.daemon().logged().substring(before).contains("failover begins"),
                    round.lab()::diagnosis);
            round.lab().heal();
            round.recorder().awaitWrites(round.primary());
        });
    }

    @Test
    void aPrimaryWithoutTheArbiterServesOnItsPeersLeases() {
        pair.run("primary cut from the arbiter", round -> {
            round.primary().cut(Wires.Side.ARBITER);
            round.assertServes(LONG);
        });
        pair.run("both cut from the arbiter", round -> {
            round.primary().cut(Wires.Side.ARBITER);
            round.standby().cut(Wires.Side.ARBITER);
            round.assertServes(LONG);
        });
    }

    @Test
    void aStandbyWithoutTheArbiterTakesNothingOver() {
        pair.run("primary cut off, standby cut from the arbiter", round -> {
            round.standby().cut(Wires.Side.ARBITER);
            round.primary().cut(Wires.Side.EVERYTHING);
            round.assertNobodyServes(LONG);
        });
    }

    @Test
    void aDaemonStoppedForAMomentHarmsNobody() {
        Recording seen = pair.run("daemon stopped for a moment", round -> {
            round.primary().daemon().freeze();
            round.recorder().awaitWrites(round.primary());
            round.primary().daemon().thaw();
            round.assertServes(Duration.ofSeconds(2));
        });
        pair.assertUnnoticed(seen);
    }

    @Test
    void aDaemonStoppedOverAHealthyPostgresIsReplacedAndYieldsWhenItWakes() {
        pair.run("daemon stopped", round -> {
            round.primary().daemon().freeze();
            round.awaitTakeover();
            round.primary().daemon().thaw();
        });
    }

    @Test
    void aKilledDaemonLeavesAPrimaryThatIsDrainedAndReplaced() {
        pair.run("daemon killed", round -> {
            round.primary().daemon().kill();
            round.awaitTakeover();
            round.primary().daemon().start();
        });
    }

    @Test
    void aDaemonThatIsStoppedAndStartedAgainCostsClientsNothing() {
        Recording seen = pair.run("daemons stopped and started again", round -> {
            for (LabNode node : List.of(round.primary(), round.standby())) {
                node.daemon().stop();
                round.assertServes(ABSENCE);
                node.daemon().start();
                round.lab().expect("it is well", StruckPair.PATIENCE, node.daemon()::isSteady);
            }
            round.assertServes(Duration.ofSeconds(2));
        });
        pair.assertUnnoticed(seen);
    }

    /** Row B8: its lease is over, its gate was torn down, and nobody is there who would put it up. */
    @Test
    void aPrimaryWhoseGateWasTornDownIsNotReplacedNorWhenItsDaemonWakes() {
        pair.run("gate torn down under a stopped daemon", round -> {
            LabNode primary = round.primary();
            LabNode standby = round.standby();
            int before = standby.daemon().logged().length();
            primary.daemon().freeze();
            Run.of(primary.machine().root(List.of("nft", "flush", "ruleset"))).orFail();
            round.expect(
                    "the standby sees it",
                    () -> standby.daemon().logged().substring(before).contains("still open"));
            round.assertServes(Duration.ofSeconds(2));
            primary.daemon().thaw();
            round.expect("it is well again", primary.daemon()::isSteady);
            round.assertServes(Duration.ofSeconds(2));
            String said = standby.daemon().logged().substring(before);
            assertFalse(said.contains("failover begins"), said);
        });
    }

    @Test
    void aSuspendedMachineAcknowledgesNothingWhenItWakes() {
        pair.run("everything frozen", round -> {
            round.primary().postgres().hangAll();
            round.primary().daemon().freeze();
            round.awaitTakeover();
            round.primary().postgres().resume();
            round.primary().daemon().thaw();
        });
    }

    @Test
    void aPrimaryWhoseDiskHangsIsReplacedThoughItsDaemonCanWriteNothingDown() {
        pair.run("disk hangs", round -> {
            round.primary().storage().hang();
            round.awaitTakeover();
            round.primary().storage().resume();
        });
    }

    @Test
    void anEmptiedFirewallIsPutUpAgainAndOpensNoStandby() {
        pair.run("firewall emptied on both", round -> {
            for (LabNode node : List.of(round.primary(), round.standby())) {
                Run.of(node.machine().root(List.of("nft", "flush", "ruleset"))).orFail();
            }
            round.lab()
                    .expect(
                            "the standby is closed again",
                            StruckPair.PATIENCE,
                            () -> !round.lab().isOpen(round.standby()));
            round.assertServes(Duration.ofSeconds(2));
        });
    }

    @Test
    void aNodeThatComesBackByOneCableOrTheOtherFirstYields() {
        pair.run("returns to the arbiter first", round -> {
            cutOff(round);
            round.lab().heal();
            round.primary().cut(Wires.Side.PEER);
            yields(round);
        });
        pair.run("returns to the peer first", round -> {
            cutOff(round);
            round.lab().heal();
            round.primary().cut(Wires.Side.ARBITER);
            yields(round);
        });
    }

    private static void cutOff(StruckPair.Round round) {
        round.primary().cut(Wires.Side.PEER);
        round.primary().cut(Wires.Side.ARBITER);
        round.awaitTakeover();
    }

    private static void yields(StruckPair.Round round) {
        round.lab()
                .expect(
                        "the old primary knows",
                        StruckPair.PATIENCE,
                        () -> round.primary()
                                .daemon()
                                .state()
                                .filter(state -> !state.equals("PRIMARY"))
                                .isPresent());
        assertFalse(round.lab().isOpen(round.primary()));
    }
}
