package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.NodeState;
import io.pgha.plan.Plan;
import io.pgha.plan.Step;
import io.pgha.plan.Switchover;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/** Clients that were told to wait are let on as soon as anybody serves, and no sooner. */
final class PoolerRulesTest {

    private static final Plan PLAN = Switchover.pausing(
            Switchover.of("s1", Given.A, Given.EPOCH, Given.B, "inc-b", "switchover to B"));
    private static final Fact BEGUN = new Fact.PlanBegun(PLAN);
    private static final Fact OVER = new Fact.PlanEnded("s1", true, "switchover done");

    private static boolean mayResume(Given given) {
        World w = given.world();
        return PoolerRules.mayResume(new World(
                w.now(),
                w.memory(),
                w.tally(),
                w.policy().withPauseTimeout(Duration.ofSeconds(1)),
                w.id()));
    }

    @Test
    void theyWaitFromJustBeforeTheGateClosesAndThatCanBeUndone() {
        List<Step> steps = PLAN.steps();
        int pause = steps.indexOf(new Step.PausePoolers());

        assertTrue(steps.get(pause + 1) instanceof Step.Become);
        assertTrue(pause < PLAN.pointOfNoReturn());
        assertEquals(steps.size() - 1, PLAN.pointOfNoReturn());
    }

    @Test
    void nobodyLetsThemOnWhileTheSwitchoverIsOnItsWay() {
        assertFalse(mayResume(Given.primary().gate(GateState.OPEN).remembers(BEGUN)));
        assertTrue(mayResume(Given.primary()
                .gate(GateState.OPEN)
                .remembers(BEGUN, new Fact.PlanUndoing("s1", "late"))));
    }

    @Test
    void theNodeThatLetThemWaitLetsThemOnWhoeverServesThen() {
        assertTrue(mayResume(Given.primary().gate(GateState.OPEN).remembers(BEGUN, OVER)));
        assertFalse(mayResume(Given.primary().gate(GateState.CLOSED).remembers(BEGUN, OVER)));
        assertTrue(mayResume(
                Given.standby().remembers(BEGUN, OVER).peer(NodeState.PRIMARY, 3, Given.A)));
        assertFalse(mayResume(
                Given.standby().remembers(BEGUN, OVER).peer(NodeState.PROMOTING, 3, Given.A)));
    }

    @Test
    void whoeverTakesOverLetsThemOnToo() {
        Epoch next = Given.EPOCH.next();
        Fact intent = new Fact.Became(NodeState.PROMOTING, next, Given.B, "takeover");
        Fact role = new Fact.Became(NodeState.PRIMARY, next, Given.B, "promoted");

        assertTrue(Memory.BLANK.with(intent).with(role).owesResume());
        assertTrue(Memory.BLANK
                .with(intent)
                .with(new Fact.Became(NodeState.STANDBY, Given.EPOCH, Given.A, "undone"))
                .owesResume());
        assertFalse(Memory.BLANK
                .with(new Fact.Became(NodeState.STANDBY, next, Given.A, "follows"))
                .owesResume());
    }

    @Test
    void itIsOwedUntilItIsDoneAlsoOverABoot() {
        Memory owes = Memory.BLANK.with(BEGUN).with(new Fact.Booted("b2"));

        assertTrue(owes.owesResume());
        assertFalse(owes.with(new Fact.PoolersResumed()).owesResume());
        assertFalse(Memory.BLANK
                .with(new Fact.Became(NodeState.PRIMARY, Given.EPOCH, Given.A, "preset"))
                .with(new Fact.PoolersResumed())
                .with(new Fact.Became(NodeState.PRIMARY, Given.EPOCH, Given.A, "booted"))
                .owesResume());
    }

    @Test
    void withoutPgBouncerNothingIsDone() {
        assertFalse(PoolerRules.mayResume(
                Given.primary().gate(GateState.OPEN).remembers(BEGUN, OVER).world()));
    }
}
