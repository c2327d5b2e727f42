package io.pgha.it;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;

/** Guard etcd, three members: with its own faults beside those of every lease guard. */
@Tag("netns")
@Tag("leases")
@NeedsNamespaces
class EtcdFaultsIT extends LeaseContract {

    EtcdFaultsIT() {
        super("etcd");
    }

    @Test
    void aLostLeaderCostsNothing() {
        pair.run("etcd's leader killed", round -> {
            int leader = round.lab().etcd().leader();
            round.lab().etcd().kill(leader);
            round.assertServes(LONG);
            round.lab().etcd().start(leader);
        });
    }

    @Test
    void aFrozenLeaderCostsNothingAndAPowerLossWithItIsTakenOver() {
        pair.run("etcd's leader frozen, power loss", round -> {
            int leader = round.lab().etcd().leader();
            round.lab().etcd().freeze(leader);
            round.primary().powerOff();
            round.awaitTakeover();
            round.lab().etcd().thaw(leader);
            round.lab().powerOn(round.primary());
        });
    }

    @Test
    void aLostMajorityIsWaitedFor() {
        pair.run("etcd's majority lost", round -> {
            round.lab().etcd().kill(1);
            round.lab().etcd().kill(2);
            round.assertServes(LONG);
            round.primary().cut(Wires.Side.PEER);
            round.assertNobodyServes(LONG);
            round.lab().etcd().start(1);
            round.lab().etcd().start(2);
            round.recorder().awaitWrites();
            round.assertOneServes(Duration.ofSeconds(2));
        });
    }
}
