package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Postmaster;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;

import org.junit.jupiter.api.Test;

/** A crash under on_crash = restart_then_failover: started in place, as long as that is worth a client's time. */
class RestartRulesTest {

    private static final int BUDGET = 10;

    @Test
    @Pins(Row.A6)
    void aCrashIsRestartedInPlaceFirstWhereThatIsWanted() {
        assertBegins(PlanKind.RESTART, crashed().decides());
    }

    @Test
    void aStartThatFailedIsTriedAgainWithinTheBudgetAndThenTheStandbyTakesOver() {
        assertBegins(PlanKind.RESTART, crashed().restartedFor(BUDGET - 1).decides());
        assertBegins(PlanKind.CEDE, crashed().restartedFor(BUDGET).decides());
    }

    @Test
    void theAttemptsAreCountedToo() {
        Given given = crashed().restartedFor(3).restartedFor(2).restartedFor(1);

        assertBegins(PlanKind.CEDE, given.decides());
    }

    @Test
    void aSecondCrashSoonAfterARestartGoesToTheStandby() {
        Given well = Given.primary()
                .restartsFirst(BUDGET)
                .restartedFor(60)
                .ownAnswers()
                .counted();

        assertEquals(0, well.world().tally().restarts());
        assertBegins(PlanKind.CEDE, well.postmaster(Postmaster.CRASHED).decides());
    }

    @Test
    void aCrashForWantOfDiskGoesToTheStandbyAndTheReasonIsSaid() {
        Decision decision = crashed().diskTrouble("nothing is left on /pg").decides();

        assertBegins(PlanKind.CEDE, decision);
        assertTrue(((Decision.Begin) decision).why().contains("nothing is left on /pg"));
    }

    @Test
    void aStartThatOutlastsTheBudgetIsOvertakenByACede() {
        Given inTime = starting().restartedFor(BUDGET - 1);
        Given late = starting().restartedFor(BUDGET);

        assertTrue(inTime.decides() instanceof Decision.Hold, inTime.decides().toString());
        assertBegins(PlanKind.CEDE, late.decides());
        assertInstanceOf(
                Fact.PlanEnded.class, ((Decision.Begin) late.decides()).first().get(0));
    }

    @Test
    void aStartThatOutlastsTheBudgetGoesOnWhereNobodyWouldTakeOver() {
        Decision alone = starting().restartedFor(BUDGET).peerSilent().decides();

        assertTrue(alone instanceof Decision.Hold, alone.toString());
    }

    private static Given crashed() {
        return Given.primary().restartsFirst(BUDGET).postmaster(Postmaster.CRASHED);
    }

    private static Given starting() {
        Given given = crashed();
        Plan plan = given.world().workflows().restart("r1", Given.EPOCH, "test");
        return given.remembers(new Fact.PlanBegun(plan), new Fact.StepReached("r1", 1))
                .postmaster(Postmaster.RUNNING)
                .postgresSilent();
    }

    private static void assertBegins(PlanKind kind, Decision decision) {
        assertEquals(
                kind,
                assertInstanceOf(Decision.Begin.class, decision, decision.toString())
                        .plan()
                        .kind());
    }
}
