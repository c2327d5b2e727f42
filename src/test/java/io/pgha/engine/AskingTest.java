package io.pgha.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.decision.Given;
import io.pgha.model.Epoch;
import io.pgha.model.Guard;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.Register;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;

/** When the arbiter is asked before the next heartbeat. */
final class AskingTest {

    private static final Epoch THREE = new Epoch(3);

    private final IdleActuator actuator = new IdleActuator();
    private final Asking asking = new Asking(actuator);

    private int asksAfter(Given given) {
        int before = actuator.asked().size();
        asking.turn(given.world());
        return actuator.asked().size() - before;
    }

    private static Register held(NodeId owner) {
        return new Register(THREE, owner, true, Optional.empty());
    }

    private static Given answered(NodeId owner) {
        return Given.primary()
                .guard(Guard.ETCD)
                .arbiter(Duration.ZERO, held(owner), Duration.ofSeconds(30));
    }

    @Test
    void theOwnerAsksAgainAtOnceWhenTheArbiterBeginsToHoldItsEpoch() {
        assertEquals(1, asksAfter(Given.primary().guard(Guard.ETCD)));
        assertEquals(0, asksAfter(Given.primary().guard(Guard.ETCD)));
        assertEquals(1, asksAfter(answered(Given.A)));
        assertEquals(0, asksAfter(answered(Given.A)));
    }

    @Test
    void nobodyAsksAgainBecauseTheOtherNodeIsTheOwner() {
        assertEquals(1, asksAfter(Given.primary().guard(Guard.ETCD)));
        assertEquals(0, asksAfter(answered(Given.B)));
    }

    @Test
    void thatBothNodesAgreeIsSaidAtOnce() {
        assertEquals(1, asksAfter(Given.primary().guard(Guard.ETCD).peerSilent()));
        Given agreed = Given.primary().guard(Guard.ETCD).peer(NodeState.STANDBY, 3, Given.A);
        assertEquals(1, asksAfter(agreed));
        assertEquals(0, asksAfter(agreed));
    }
}
