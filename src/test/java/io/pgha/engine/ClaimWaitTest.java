package io.pgha.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.decision.Fact;
import io.pgha.decision.Given;
import io.pgha.model.Epoch;
import io.pgha.model.Guard;
import io.pgha.model.NodeState;
import io.pgha.model.PortAnswer;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A claim may have to wait for the arbiter's grants to end; what is seen meanwhile still counts. */
final class ClaimWaitTest {

    @Test
    void aGateThatIsSeenOpenWhileTheClaimWaitsUndoesTheTakeover() {
        Given given = claiming(ClaimBasis.EXPIRY);
        Executor executor = new Executor(new IdleActuator());

        assertEquals(List.of(), executor.advance(given.world()));
        List<Fact> facts = executor.advance(
                given.clientPort(PortAnswer.ALIVE, Duration.ZERO).world());
        assertEquals(1, facts.size(), facts::toString);
        Fact.PlanUndoing undoing = assertInstanceOf(Fact.PlanUndoing.class, facts.get(0));
        assertTrue(undoing.toString().contains("gate is still open"), undoing::toString);
    }

    @Test
    void aLookThatSaysNothingDoesNotEndTheClaim() {
        for (PortAnswer answer : PortAnswer.values()) {
            Given given = claiming(ClaimBasis.EXPIRY).clientPort(answer, Duration.ZERO);
            if (!answer.isSignOfLife()) {
                assertEquals(
                        List.of(),
                        new Executor(new IdleActuator()).advance(given.world()),
                        answer::toString);
            }
        }
    }

    @Test
    void whereThePersonVouchesOrTheOwnerCededAnOpenGateIsNoVeto() {
        for (ClaimBasis basis : List.of(ClaimBasis.VOUCHED, ClaimBasis.CEDED)) {
            Given given = claiming(basis).clientPort(PortAnswer.ALIVE, Duration.ZERO);
            assertEquals(
                    List.of(),
                    new Executor(new IdleActuator()).advance(given.world()),
                    basis::toString);
        }
    }

    /** A takeover of that step alone, which can be undone. */
    private static Given claiming(ClaimBasis basis) {
        Step claim = new Step.Claim(new Epoch(4), new Epoch(3), Optional.of(Given.A), basis);
        Step undo = new Step.Become(NodeState.STANDBY, new Epoch(3), Given.A, "undone");
        Plan plan = new Plan("p", PlanKind.FAILOVER, List.of(claim), 1, List.of(undo), "");
        return Given.standby()
                .guard(Guard.WITNESS)
                .peerSilent()
                .remembers(new Fact.PlanBegun(plan));
    }
}
