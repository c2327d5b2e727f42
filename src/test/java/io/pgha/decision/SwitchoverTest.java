package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.decision.Verdicts.Verdict;
import io.pgha.model.Cede;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.NodeState;
import io.pgha.model.Postmaster;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;
import io.pgha.plan.Switchover;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

/** A planned change of roles: what speaks against it is said at once, and nobody serves who may not. */
final class SwitchoverTest {

    private static Plan plan() {
        return Switchover.of("s1", Given.A, Given.EPOCH, Given.B, "inc-b", "switchover to B");
    }

    /** The primary in the midst of it: closed, and stopped. */
    private static Given stopped() {
        return Given.primary()
                .remembers(
                        new Fact.PlanBegun(plan()),
                        new Fact.Became(NodeState.RELEASING, Given.EPOCH, Given.A, "switchover"),
                        new Fact.StepReached("s1", 6))
                .stoppedAt("0/5000000");
    }

    @Test
    void aHealthyPairChangesRoles() {
        Verdict verdict = SwitchoverVerdict.of(Given.primary().world());

        assertEquals(0, verdict.exitCode(), verdict.words()::toString);
        assertEquals(PlanKind.SWITCHOVER, verdict.plan().orElseThrow().kind());
    }

    @Test
    void everythingThatSpeaksAgainstItIsSaidAtOnceAndNothingIsBegun() {
        Verdict verdict = SwitchoverVerdict.of(Given.primary()
                .postmaster(Postmaster.CRASHED)
                .peerVetoes("replay is paused", "an operator keeps this node a standby")
                .world());

        assertEquals(5, verdict.exitCode());
        assertTrue(verdict.plan().isEmpty());
        String words = String.join("|", verdict.words());
        for (String why : List.of("does not serve", "replay is paused", "keeps this node")) {
            assertTrue(words.contains(why), words);
        }
    }

    @Test
    void theStandbySaysWhereToTypeIt() {
        Verdict verdict = SwitchoverVerdict.of(Given.standby().world());

        assertEquals(5, verdict.exitCode());
        assertTrue(verdict.words().get(0).contains("type pgha switchover on " + Given.A));
    }

    @Test
    void nothingThatCanBeSlowHappensWhileClientsAreCutOff() {
        List<Step> steps = plan().steps();
        int closed = steps.indexOf(steps.stream()
                .filter(step -> step instanceof Step.Become)
                .findFirst()
                .orElseThrow());
        assertTrue(steps.indexOf(new Step.Checkpoint()) < closed);
        assertTrue(plan().pointOfNoReturn() == steps.size() - 1);
        assertInstanceOf(Step.OfferCede.class, steps.get(plan().pointOfNoReturn()));
    }

    @Test
    void aPeerThatWentOnToAHigherEpochVoidsItWhateverBecameOfThePeerSince() {
        for (NodeState state : List.of(NodeState.ISOLATED, NodeState.UNDECIDED)) {
            Decision decision = stopped().peer(state, 4, Given.B).decides();
            Decision.Note note = assertInstanceOf(Decision.Note.class, decision);
            assertInstanceOf(Fact.PlanEnded.class, note.facts().get(0));

            Decision next = stopped()
                    .remembers(note.facts().get(0))
                    .peer(state, 4, Given.B)
                    .decides();
            assertEquals(
                    PlanKind.DEPOSE,
                    assertInstanceOf(Decision.Begin.class, next).plan().kind());
        }
    }

    @Test
    void anInterruptedOneServesAgain() {
        Decision decision = Given.primary()
                .state(NodeState.RELEASING, 3, Given.A)
                .stoppedAt("0/5000000")
                .decides();

        assertEquals(
                PlanKind.RESTART,
                assertInstanceOf(Decision.Begin.class, decision).plan().kind());
    }

    @Test
    void whatAPersonWantedIsNoFailoverThatMustBeAcknowledged() {
        for (boolean planned : List.of(true, false)) {
            Cede cede = new Cede(
                    "c1",
                    new Epoch(3),
                    Given.B,
                    "inc-b",
                    Lsn.parse("0/5000000"),
                    Optional.empty(),
                    "why",
                    planned);
            Decision decision = Given.standby()
                    .peer(NodeState.CEDED, 3, Given.A)
                    .peerPromises(
                            Optional.of(cede), Optional.empty(), Optional.empty(), Optional.empty())
                    .decides();
            assertEquals(
                    planned ? PlanKind.PROMOTE : PlanKind.FAILOVER,
                    assertInstanceOf(Decision.Begin.class, decision).plan().kind());
        }
    }
}
