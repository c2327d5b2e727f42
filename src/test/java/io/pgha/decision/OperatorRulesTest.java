package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Guard;
import io.pgha.model.PortAnswer;
import io.pgha.model.Postmaster;
import io.pgha.plan.PlanKind;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Pause, standby, and the block after an automatic failover: what operators want holds, whatever is seen. */
final class OperatorRulesTest {

    private static final Fact PAUSED = new Fact.Paused("eve", "upgrade", 0);

    @Test
    void whilePausedNothingIsBegunAndTheGateIsNotTouched() {
        List<Given> bad = List.of(
                Given.standby().peerSilent().streamDead().failures(9),
                Given.primary().postmaster(Postmaster.CRASHED),
                Given.primary().postmaster(Postmaster.STOPPED).downFor(99),
                Given.primary().guard(Guard.WITNESS).peerSilent());
        for (Given given : bad) {
            Given paused = given.remembers(PAUSED);
            Decision.Hold hold = assertInstanceOf(Decision.Hold.class, paused.decides());
            assertEquals(Situation.PAUSED, hold.situation());
            World w = paused.world();
            assertTrue(GateRule.desired(w.memory(), w.now()).isEmpty());
        }
    }

    @Test
    void aPauseHoldsBothNodesAndSurvivesTheSilenceOfTheOneThatWasPaused() {
        Given told =
                Given.standby().peerSays(Optional.of("paused by eve: upgrade"), Optional.empty());
        Decision.Note note = assertInstanceOf(Decision.Note.class, told.decides());
        assertEquals(List.of(new Fact.PeerPaused("paused by eve: upgrade")), note.facts());
        assertInstanceOf(
                Decision.Hold.class,
                Given.standby()
                        .remembers(note.facts().get(0))
                        .peerSilent()
                        .streamDead()
                        .failures(9)
                        .decides());
    }

    @Test
    void aPauseThatWasHeardAndIsNotOnDiskYetIsAVetoToo() {
        Given heard = Given.standby()
                .peerSays(Optional.of("paused by eve: upgrade"), Optional.empty())
                .peerSilent()
                .streamDead()
                .failures(9);
        assertTrue(heard.world().memory().stillness().isEmpty());
        Decision.Hold hold = assertInstanceOf(Decision.Hold.class, heard.decides());
        assertEquals(Situation.TAKEOVER_VETOED, hold.situation());
        assertTrue(hold.why().contains("a is paused by eve: upgrade"), hold.why());
        assertEquals(5, Verdicts.promote(heard.world(), false, false).exitCode());
    }

    @Test
    void nothingIsForcedBesideAServerThatAcceptsWritesOrHasNotSaidYet() {
        for (PortAnswer answer : List.of(PortAnswer.READY, PortAnswer.ALIVE)) {
            World w = Given.standby().peerSilent().peerPort(answer).world();

            assertEquals(5, Verdicts.promote(w, true, true).exitCode(), answer.words());
            Optional<Path> file = Optional.of(Path.of("/release.json"));
            assertEquals(
                    5,
                    Verdicts.initialize(w, Optional.empty(), file, false).exitCode(),
                    answer.words());
        }
        World down = Given.standby().peerSilent().peerPort(PortAnswer.REFUSED).world();
        assertEquals(0, Verdicts.promote(down, true, true).exitCode());
    }

    @Test
    void theEndOfThePeersPauseIsTheEndHere() {
        Decision.Note note = assertInstanceOf(
                Decision.Note.class,
                Given.standby().remembers(new Fact.PeerPaused("paused")).decides());
        assertEquals(List.of(new Fact.PeerResumed()), note.facts());
    }

    @Test
    void aNodeKeptAStandbyNeverTakesOver() {
        Given kept = Given.standby()
                .peerSilent()
                .streamDead()
                .failures(9)
                .remembers(new Fact.Withheld("disk is being replaced"));
        assertInstanceOf(Decision.Hold.class, kept.decides());
        assertInstanceOf(
                Decision.Begin.class, kept.remembers(new Fact.Readmitted()).decides());
    }

    @Test
    void theNextAutomaticFailoverWaitsForAnAcknowledgement() {
        Given after = Given.standby()
                .peerSays(Optional.empty(), Optional.of("power loss"))
                .peerSilent()
                .streamDead()
                .failures(9);
        assertTrue(
                after.decides().why().contains("pgha acknowledge"),
                after.decides().why());
        assertFalse(Eligibility.vetoes(after.world()).isEmpty());
    }

    @Test
    void anAutomaticFailoverIsRememberedUntilAcknowledgedAndAPersonsPromotionIsNot() {
        World w = Given.standby().world();
        for (PlanKind kind : List.of(PlanKind.FAILOVER, PlanKind.PROMOTE)) {
            Memory m = w.memory()
                    .with(new Fact.PlanBegun(
                            kind == PlanKind.FAILOVER
                                    ? w.workflows()
                                            .failover(
                                                    "p",
                                                    Given.EPOCH.next(),
                                                    Given.EPOCH,
                                                    Optional.of(Given.A),
                                                    io.pgha.plan.ClaimBasis.EXPIRY,
                                                    "silence")
                                    : w.workflows()
                                            .promote(
                                                    "p",
                                                    Given.EPOCH.next(),
                                                    Given.EPOCH,
                                                    Optional.of(Given.A),
                                                    io.pgha.plan.ClaimBasis.EXPIRY,
                                                    "a person")))
                    .with(new Fact.PlanEnded("p", true, "done"));
            assertEquals(
                    kind == PlanKind.FAILOVER ? Optional.of("silence") : Optional.empty(),
                    m.unacknowledged());
            assertTrue(m.with(new Fact.Acknowledged("eve")).unacknowledged().isEmpty());
        }
    }
}
