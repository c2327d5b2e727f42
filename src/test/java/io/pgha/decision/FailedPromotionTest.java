package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.pgha.model.Cede;
import io.pgha.model.CedeAnswer;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.NodeState;
import io.pgha.model.Postmaster;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

class FailedPromotionTest {

    private static Cede cede() {
        return new Cede(
                "c1",
                Given.EPOCH,
                Given.B,
                "inc-b",
                Lsn.parse("0/5000000"),
                Optional.empty(),
                "crashed",
                false);
    }

    /** A takeover whose PostgreSQL ended. */
    private static Given failed() {
        return Given.standby()
                .state(NodeState.PROMOTING, 4, Given.B)
                .postmaster(Postmaster.CRASHED)
                .standbySignal(true);
    }

    private static Given ceded() {
        return failed().remembers(new Fact.CedeAnswered(new CedeAnswer("c1", true, "")))
                .peer(NodeState.CEDED, 3, Given.A)
                .peerPromises(
                        Optional.of(cede()), Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void aPromotionThatFailedGivesTheCededEpochBackBeforeThisNodeIsAStandbyAgain() {
        Decision.Note note = assertInstanceOf(Decision.Note.class, ceded().decides());

        CedeAnswer answer = ((Fact.CedeAnswered) note.facts().get(0)).answer();
        assertEquals("c1", answer.id());
        assertFalse(answer.taken());
        Fact.Became became = (Fact.Became) note.facts().get(1);
        assertEquals(NodeState.STANDBY, became.state());
        assertEquals(Given.EPOCH, became.epoch());
        assertEquals(Given.A, became.owner());
    }

    @Test
    void whatWasPromotedIsNeverGivenBack() {
        Decision.Note note = assertInstanceOf(
                Decision.Note.class, ceded().standbySignal(false).decides());

        Fact.Became became = (Fact.Became) note.facts().get(0);
        assertEquals(NodeState.UNDECIDED, became.state());
        assertEquals(new Epoch(4), became.epoch());
    }

    @Test
    void aPromotionThatFailedOnSilenceStartsItsStandbyAgainWithTheSettingsOfBefore() {
        Given silent = failed().peerSilent();
        Decision.Begin begin = assertInstanceOf(Decision.Begin.class, silent.decides());

        assertEquals(PlanKind.START, begin.plan().kind());
        List<Step> steps = begin.plan().steps();
        assertEquals(new Step.ResumeReceiver(), steps.get(0));
        assertEquals(new Step.StartPostgres(), steps.get(1));
        assertInstanceOf(Decision.Hold.class, silent.restarts(99).decides());
    }

    @Test
    void anOldPrimaryThatWasStartedInRecoveryIsStoppedBeforeItServesAgain() {
        Given refused = Given.primary()
                .remembers(
                        new Fact.Became(NodeState.CEDED, Given.EPOCH, Given.A, "crashed"),
                        new Fact.CedeOffered(cede()))
                .peer(NodeState.STANDBY, 3, Given.B)
                .peerPromises(
                        Optional.empty(),
                        Optional.of(new CedeAnswer("c1", false, "no room")),
                        Optional.empty(),
                        Optional.empty());

        assertInstanceOf(Step.StopPostgres.class, firstStep(refused.inRecovery()));
        assertInstanceOf(Step.StopPostgres.class, firstStep(refused.postgresSilent()));
        assertInstanceOf(Step.MarkPrimary.class, firstStep(refused.postmaster(Postmaster.CRASHED)));
    }

    private static Step firstStep(Given given) {
        return assertInstanceOf(Decision.Begin.class, given.decides())
                .plan()
                .steps()
                .get(0);
    }
}
