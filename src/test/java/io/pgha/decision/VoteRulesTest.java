package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.NodeState;
import io.pgha.model.Register;
import io.pgha.model.Votes;
import io.pgha.plan.PlanKind;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Abdication (row A4), message by message. */
final class VoteRulesTest {

    private static final Votes GIVEN_UP = Votes.BOTH.givenUp("its daemon was stopped", 0);
    private static final Votes ASKED_BACK = GIVEN_UP.askedBack();
    private static final Votes ALONE = Votes.BOTH.standingAlone("b gave up its vote");

    private static Given standby(Votes mine, Votes theirs) {
        return Given.standby()
                .guard(Guard.WITNESS)
                .remembers(new Fact.Voted(mine, ""))
                .peerVotes(theirs);
    }

    private static Given primary(Votes mine, Votes theirs) {
        return Given.primary()
                .guard(Guard.WITNESS)
                .remembers(new Fact.Opened(Given.EPOCH), new Fact.Voted(mine, ""))
                .peerVotes(theirs);
    }

    private static Votes voted(Given given) {
        Decision decision = given.decides();
        Decision.Note note = assertInstanceOf(Decision.Note.class, decision, decision.toString());
        return assertInstanceOf(Fact.Voted.class, note.facts().get(0)).votes();
    }

    private static Leases held(int slot, int seconds) {
        Leases.Held held =
                new Leases.Held(slot, Given.EPOCH, Given.at(99), Given.at(100 + seconds));
        return new Leases(
                7,
                Optional.empty(),
                Optional.of(held),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Leases.Slots.UNKNOWN);
    }

    private static void assertSettled(Given given) {
        assertInstanceOf(Decision.Hold.class, given.decides(), given.decides().toString());
    }

    // The standby gives up its vote.

    @Test
    void aDaemonThatStopsGivesUpItsVoteAndWaitsUntilTheOwnerHasItOnDisk() {
        World before = standby(Votes.BOTH, Votes.BOTH).world();

        Fact.Voted fact = (Fact.Voted) VoteRules.leaving(before).get(0);

        assertEquals(GIVEN_UP, fact.votes());
        assertFalse(VoteRules.mayLeave(before));
        assertFalse(VoteRules.mayLeave(standby(fact.votes(), Votes.BOTH).world()));
        assertTrue(VoteRules.mayLeave(standby(fact.votes(), ALONE).world()));
    }

    @Test
    void nobodyAbdicatesTowardsAnOwnerThatIsNotHeard() {
        World w = standby(Votes.BOTH, Votes.BOTH).peerSilent().world();

        assertEquals(List.of(), VoteRules.leaving(w));
        assertTrue(VoteRules.mayLeave(w));
    }

    @Test
    void nobodyAbdicatesWithoutALeaseGuard() {
        World w = standby(Votes.BOTH, Votes.BOTH).guard(Guard.FAILCOUNT).world();

        assertEquals(List.of(), VoteRules.leaving(w));
    }

    @Test
    void aStandbyThatIsSetAsideOrPausedGivesUpItsVote() {
        Given aside = standby(Votes.BOTH, Votes.BOTH).remembers(new Fact.Withheld("upgrade"));
        Given paused =
                standby(Votes.BOTH, Votes.BOTH).remembers(new Fact.Paused("eve", "upgrade", 0));

        assertEquals(Votes.Own.GIVEN_UP, voted(aside).own());
        assertEquals(Votes.Own.GIVEN_UP, voted(paused).own());
        assertSettled(standby(GIVEN_UP, ALONE).remembers(new Fact.Withheld("upgrade")));
    }

    @Test
    void anAbdicationAfterAnotherHasANumberOfItsOwn() {
        Given again = standby(ASKED_BACK, Votes.BOTH.forgetting(5))
                .remembers(new Fact.Withheld("upgrade"));

        assertEquals(6, voted(again).number());
    }

    // The owner counts upon it.

    @Test
    void anOwnerNeedsNoLeaseOnceThePeersAbdicationIsOnItsDisk() {
        assertTrue(voted(primary(Votes.BOTH, GIVEN_UP)).alone().isPresent());
        assertSettled(primary(ALONE, GIVEN_UP));
    }

    @Test
    void anAbdicationThatWasForgottenIsNeverCountedUponAgain() {
        assertSettled(primary(Votes.BOTH.forgetting(1), GIVEN_UP));
    }

    @Test
    void anAbdicationOfANodeThatEndorsesAnotherEpochIsNotCountedUpon() {
        assertSettled(primary(Votes.BOTH, GIVEN_UP).peer(NodeState.STANDBY, 2, Given.A));
    }

    @Test
    void anOwnerThatStandsAloneStaysOpenWithoutPeerAndArbiter() {
        Given lonely = primary(ALONE, GIVEN_UP).peerSilent().gate(GateState.CLOSED);
        Given isolated = primary(Votes.BOTH, GIVEN_UP).peerSilent().gate(GateState.CLOSED);

        assertSettled(lonely);
        Decision.Begin begin = assertInstanceOf(Decision.Begin.class, isolated.decides());
        assertEquals(PlanKind.ISOLATE, begin.plan().kind());
    }

    // The way back.

    @Test
    void aRestartedStandbyAsksForItsVoteAndHasItOnlyByAnAnswer() {
        assertEquals(ASKED_BACK, voted(standby(GIVEN_UP, ALONE)));
        assertSettled(standby(ASKED_BACK, ALONE));
        assertSettled(standby(ASKED_BACK, Votes.BOTH));
        assertSettled(standby(ASKED_BACK, ALONE.forgetting(1).standingAlone("vouched")));
        assertEquals(
                Votes.Own.HELD,
                voted(standby(ASKED_BACK, Votes.BOTH.forgetting(1))).own());
    }

    @Test
    void theOwnerAnswersDurablyAndNeedsALeaseFromThenOn() {
        Votes answer = voted(primary(ALONE, ASKED_BACK).leases(held(1, 3)));

        assertTrue(answer.alone().isEmpty());
        assertEquals(1, answer.forgotten());
        assertEquals(1, voted(primary(Votes.BOTH, ASKED_BACK)).forgotten());
    }

    @Test
    void anOwnerAnswersOnlyWhenWhatItGrantedItselfIsNoLongerThanThePeerWaits() {
        assertSettled(primary(ALONE, ASKED_BACK).leases(held(1, 30)));
        assertSettled(primary(ALONE, ASKED_BACK).leases(held(0, 3)));
    }

    @Test
    void aNodeThatServesNoMoreCountsUponNobody() {
        for (NodeState state : List.of(NodeState.CEDED, NodeState.RELEASING, NodeState.DEPOSED)) {
            Memory m = primary(ALONE, GIVEN_UP).state(state, 3, Given.A).world().memory();

            assertTrue(m.votes().alone().isEmpty(), state.toString());
        }
    }

    // Without a vote.

    @Test
    void noArbiterLetsAStandbyTakeOverThatHasNoVote() {
        for (Votes mine : List.of(GIVEN_UP, ASKED_BACK)) {
            Given given = standby(mine, Votes.BOTH)
                    .remembers(new Fact.Withheld("upgrade"))
                    .remembers(
                            mine.equals(ASKED_BACK) ? new Fact.Readmitted() : new Fact.HoldLifted())
                    .peerSilent()
                    .streamDead()
                    .failures(4)
                    .arbiter(
                            Duration.ZERO,
                            new Register(Given.EPOCH, Given.A, true, Optional.empty()),
                            Duration.ZERO);

            Decision decision = given.decides();

            assertEquals(Situation.TAKEOVER_VETOED, decision.situation(), decision.toString());
            assertTrue(decision.why().contains("gave up its vote"), decision.why());
        }
    }

    @Test
    void aPersonWhoForcesGivesTheVoteBack() {
        World w = standby(ASKED_BACK, Votes.BOTH).peerSilent().world();

        assertEquals(5, Verdicts.promote(w, true, false).exitCode());
        Verdicts.Verdict forced = Verdicts.promote(w, true, true);

        assertEquals(0, forced.exitCode(), forced.words().toString());
        assertTrue(((Fact.Voted) forced.facts().get(0)).votes().isHeld());
    }

    @Test
    void aPersonMayVouchForTheSilentPeerOfAPrimary() {
        World w = primary(Votes.BOTH, Votes.BOTH).peerSilent().world();

        Verdicts.Verdict forced = Verdicts.promote(w, false, true);

        assertEquals(0, forced.exitCode());
        assertTrue(((Fact.Voted) forced.facts().get(0)).votes().alone().isPresent());
        assertEquals(List.of(), Verdicts.promote(w, false, false).facts());
    }

    @Test
    void aStandbyThatIsCountedOutUnheardAdoptsItsAbdicationBeforeAnythingElse() {
        Votes adopted = voted(standby(Votes.BOTH, ALONE).peer(NodeState.PRIMARY, 4, Given.A));

        assertEquals(Votes.Own.GIVEN_UP, adopted.own());
    }
}
