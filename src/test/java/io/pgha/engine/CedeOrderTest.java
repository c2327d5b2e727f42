package io.pgha.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.decision.Fact;
import io.pgha.decision.Given;
import io.pgha.model.Cede;
import io.pgha.model.Epoch;
import io.pgha.model.Guard;
import io.pgha.model.Lsn;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Postmaster;
import io.pgha.plan.PeerCondition;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;
import io.pgha.plan.Workflows;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

/** What a cede or a release rests on is looked at once more before it is given (protocol section 4). */
final class CedeOrderTest {

    private static final Step OFFER =
            new Step.OfferCede("p", new Epoch(3), Given.B, "inc-b", "PostgreSQL exited");

    private static List<Fact> offered(Postmaster postmaster) {
        Plan plan = new Plan("p", PlanKind.CEDE, List.of(OFFER), 0, List.of(), "");
        Given given = Given.primary().remembers(new Fact.PlanBegun(plan)).postmaster(postmaster);
        return new Executor(new IdleActuator()).advance(given.world());
    }

    @Test
    void aReleaseIsUndoneWhenItsPostgresDidNotStopCleanly() {
        Step step = new Step.AwaitPeer(PeerCondition.HOLDS_FINAL_WAL);
        Step undo = new Step.Become(NodeState.PRIMARY, new Epoch(3), Given.A, "undone");
        Plan plan = new Plan("p", PlanKind.RELEASE, List.of(step), 1, List.of(undo), "");
        Given given =
                Given.primary().remembers(new Fact.PlanBegun(plan)).postmaster(Postmaster.CRASHED);

        List<Fact> facts = new Executor(new IdleActuator()).advance(given.world());

        assertInstanceOf(Fact.PlanUndoing.class, facts.get(0));
    }

    @Test
    void aReleaseIsNotIssuedOnThePositionOfAPeerThatTakesOver() {
        Given stopped = Given.primary().stoppedAt("0/4000000");

        assertTrue(Conditions.holds(stopped.world(), PeerCondition.HOLDS_FINAL_WAL));
        assertFalse(Conditions.holds(
                stopped.peer(NodeState.PROMOTING, 4, Given.B).world(),
                PeerCondition.HOLDS_FINAL_WAL));
    }

    @Test
    void aReleaseEndsWhenThePeerWasPromotedByHandMeanwhile() {
        Given stopped = Given.primary().stoppedAt("0/4000000");

        assertTrue(Conditions.hindrance(stopped.world(), PeerCondition.HOLDS_FINAL_WAL)
                .isEmpty());
        assertTrue(Conditions.hindrance(
                        stopped.peer(NodeState.UNDECIDED, 3, Given.A)
                                .peerReadWrite()
                                .world(),
                        PeerCondition.HOLDS_FINAL_WAL)
                .isPresent());
    }

    @Test
    void anEpochIsCededOnlyWhilePostgresIsKnownToBeDown() {
        assertInstanceOf(Fact.CedeOffered.class, offered(Postmaster.CRASHED).get(0));
        assertEquals(List.of(), offered(Postmaster.RUNNING));
        assertEquals(List.of(), offered(Postmaster.UNKNOWN));
    }

    @Test
    void aCedeIsOfferedNoMoreOnceItsEpochIsTakenBackAtTheArbiter() {
        Cede cede = new Cede(
                "p",
                new Epoch(3),
                Given.B,
                "inc-b",
                new Lsn(0x3000),
                Optional.empty(),
                "PostgreSQL exited",
                false);
        Plan back = new Workflows(Given.A, Given.B, true, false)
                .takeBack(
                        "q",
                        new Epoch(5),
                        new Epoch(3),
                        Given.A,
                        "the arbiter says that it never opened");
        Given ceded = Given.primary()
                .postmaster(Postmaster.CRASHED)
                .remembers(new Fact.CedeOffered(cede), new Fact.PlanBegun(back));

        assertEquals(Optional.of(cede), said(ceded).cede());
        assertEquals(
                Optional.empty(),
                said(ceded.remembers(new Fact.StepReached("q", 1))).cede());
        Given killed = ceded.remembers(new Fact.PlanEnded("q", false, "voided by a restart"));
        assertEquals(Optional.of(cede), said(killed).cede());
        assertEquals(
                Optional.empty(),
                said(killed.postmaster(Postmaster.RUNNING).guard(Guard.WITNESS)).cede());
    }

    private static PeerMessage said(Given given) {
        return new Messages("0", () -> "digest", Optional::empty).compose(given.world(), "", 0);
    }
}
