package io.pgha.it;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/** Guard witness, with its own faults beside those of every lease guard. */
@Tag("netns")
@Tag("leases")
@NeedsNamespaces
class WitnessFaultsIT extends LeaseContract {

    WitnessFaultsIT() {
        super("witness");
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
            round.standby().daemon().start();
            round.lab()
                    .expect(
                            "it has its vote again",
                            LeasedPair.PATIENCE,
                            () -> round.standby().daemon().logged().contains("has its vote again"));
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
