package io.pgha.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.decision.Fact;
import io.pgha.decision.Given;
import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.Policy;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/** A workflow waits for its gate only as long as the policy says, whatever else goes on meanwhile. */
final class GateWaitTest {

    private static final Step.AwaitOpen OPEN = new Step.AwaitOpen();
    private static final Step.AwaitClosed CLOSED = new Step.AwaitClosed();

    @Test
    void aGateThatDoesNotCloseUndoesTheWorkflowAlthoughWalGoesOn() {
        Given given = waiting(CLOSED).gate(GateState.OPEN);
        Duration limit = given.world().policy().seenClosed();
        Executor executor = new Executor(new IdleActuator());

        assertEquals(List.of(), executor.advance(given.world()));
        assertEquals(
                List.of(),
                executor.advance(given.later(limit.minusMillis(1)).lagBytes(1).world()));
        Given late = given.later(Duration.ofMillis(1)).lagBytes(2);
        Fact.PlanUndoing undoing = only(Fact.PlanUndoing.class, executor.advance(late.world()));
        assertTrue(undoing.toString().contains("the gate does not close"), undoing::toString);
    }

    @Test
    void aGateThatDoesNotOpenUndoesTheWorkflowAlthoughWalGoesOn() {
        Given given = waiting(OPEN).gate(GateState.CLOSED);
        Duration limit = given.world().policy().seenOpen();
        Executor executor = new Executor(new IdleActuator());

        assertEquals(List.of(), executor.advance(given.world()));
        assertEquals(
                List.of(),
                executor.advance(given.later(limit.minusMillis(1)).lagBytes(1).world()));
        Given late = given.later(Duration.ofMillis(1)).lagBytes(2);
        Fact.PlanUndoing undoing = only(Fact.PlanUndoing.class, executor.advance(late.world()));
        assertTrue(undoing.toString().contains("the gate does not open"), undoing::toString);
    }

    @Test
    void aLeaseThatMustRunOutBeforeTheFirstGrantIsWaitedFor() {
        Policy failcount = Given.primary().world().policy();
        Policy witness = Given.primary().guard(Guard.WITNESS).world().policy();
        assertTrue(witness.seenOpen().compareTo(witness.waitAfter(witness.lease())) > 0);
        assertTrue(failcount.seenOpen().compareTo(Duration.ofSeconds(30)) < 0);
    }

    /** A plan of that step alone, which can be undone. */
    private static Given waiting(Step step) {
        Step undo =
                new Step.Become(io.pgha.model.NodeState.PRIMARY, new Epoch(3), Given.A, "undone");
        Plan plan = new Plan("p", PlanKind.RELEASE, List.of(step), 1, List.of(undo), "");
        return Given.primary().remembers(new Fact.PlanBegun(plan));
    }

    private static <T extends Fact> T only(Class<T> type, List<Fact> facts) {
        assertEquals(1, facts.size(), facts::toString);
        return type.cast(facts.get(0));
    }
}
