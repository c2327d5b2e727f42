package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Cede;
import io.pgha.model.CedeAnswer;
import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.Lsn;
import io.pgha.model.NodeState;
import io.pgha.model.Policy.AtBoot;
import io.pgha.model.Policy.OnCleanStop;
import io.pgha.model.PortAnswer;
import io.pgha.model.Postmaster;
import io.pgha.model.Register;
import io.pgha.model.ReleaseToken;
import io.pgha.plan.PeerCondition;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The rows of the decision tables, each as one law. */
final class DecisionTableTest {

    private static void assertBegins(PlanKind kind, Decision decision) {
        Decision.Begin begin =
                assertInstanceOf(Decision.Begin.class, decision, decision.toString());
        assertEquals(kind, begin.plan().kind(), decision.toString());
    }

    private static void assertHolds(Situation situation, Decision decision) {
        assertInstanceOf(Decision.Hold.class, decision, decision.toString());
        assertEquals(situation, decision.situation(), decision.toString());
    }

    private static Given silentPrimary() {
        return Given.standby().peerSilent().streamDead().failures(4);
    }

    private static Optional<Cede> cede(String incarnation) {
        return Optional.of(new Cede(
                "c1",
                new Epoch(3),
                Given.B,
                incarnation,
                Lsn.parse("0/5000000"),
                Optional.empty(),
                "crashed",
                false));
    }

    // The standby.

    @Test
    @Pins(Row.B1)
    void aHealthyPairHoldsStill() {
        assertHolds(Situation.HEALTHY, Given.standby().decides());
        assertHolds(Situation.HEALTHY, Given.primary().decides());
    }

    @Test
    @Pins(Row.B11)
    void maxFailuresOnEveryChannelTakeOverUnderFailcount() {
        assertBegins(PlanKind.FAILOVER, silentPrimary().decides());
    }

    @Test
    void oneFailureLessNeverTakesOver() {
        assertHolds(
                Situation.PRIMARY_FAILING,
                Given.standby().peerSilent().streamDead().failures(3).decides());
    }

    @Test
    @Pins(Row.B10)
    void guardManualWaitsForAPerson() {
        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                silentPrimary().guard(Guard.MANUAL).decides());
    }

    @Test
    @Pins({Row.B9, Row.B11})
    void guardGatewayTakesOverOnlyIfAGatewayIsSeen() {
        assertBegins(PlanKind.FAILOVER, silentPrimary().guard(Guard.GATEWAY).decides());
        assertHolds(
                Situation.ISOLATED,
                silentPrimary().guard(Guard.GATEWAY).noGateway().decides());
    }

    @Test
    @Pins(Row.B5)
    void aLivingStreamVetoesTakeover() {
        assertHolds(
                Situation.TAKEOVER_VETOED,
                Given.standby().peerSilent().failures(4).decides());
    }

    @Test
    @Pins(Row.B12)
    void everyVetoStopsATakeoverAndIsNamed() {
        assertVetoed("lag of", silentPrimary().lagBytes(17L << 20));
        assertVetoed("lag unknown", silentPrimary().lagUnknown());
        assertVetoed("replay is paused", silentPrimary().replayPaused());
        assertVetoed("REBUILD NEEDED", silentPrimary().rebuildNeeded("WAL segment is gone"));
        assertVetoed("does not answer", silentPrimary().postgresSilent());
        assertVetoed("another one", silentPrimary().peerSystemId("43"));
        assertVetoed(
                "holds the gate closed",
                silentPrimary().remembers(new Fact.HoldPlaced("maintenance")));
        assertVetoed(
                "timeline 1 was left at 0/3000 here and at 0/5000 on a",
                silentPrimary().parted(new Lsn(0x3000), new Lsn(0x5000)));
    }

    private static void assertVetoed(String veto, Given given) {
        Decision decision = given.decides();
        assertHolds(Situation.TAKEOVER_VETOED, decision);
        assertTrue(decision.why().contains(veto), decision.why());
    }

    @Test
    @Pins(Row.B2)
    void aCedeIsTakenAtOnceUnderEveryGuard() {
        for (Guard guard : Guard.values()) {
            Decision decision = Given.standby()
                    .guard(guard)
                    .peer(NodeState.CEDED, 3, Given.A)
                    .peerPromises(
                            cede("inc-b"), Optional.empty(), Optional.empty(), Optional.empty())
                    .decides();

            assertBegins(PlanKind.FAILOVER, decision);
            assertTrue(
                    ((Decision.Begin) decision).first().toString().contains("taken=true"),
                    decision.toString());
        }
    }

    @Test
    void aCedeToAnEarlierStartIsRefused() {
        Decision decision = Given.standby()
                .peerPromises(cede("inc-old"), Optional.empty(), Optional.empty(), Optional.empty())
                .decides();

        assertTrue(decision.toString().contains("taken=false"), decision.toString());
    }

    @Test
    @Pins(Row.B2)
    void aCedeThatMayNotBeTakenIsRefusedWithTheVeto() {
        Decision decision = Given.standby()
                .replayPaused()
                .peerPromises(cede("inc-b"), Optional.empty(), Optional.empty(), Optional.empty())
                .decides();

        assertTrue(decision.why().contains("replay is paused"), decision.why());
    }

    @Test
    @Pins(Row.B13)
    void aCedeIsAnsweredOnlyOnWhatWasSeenSinceAPause() {
        Given woken = Given.standby()
                .peerPromises(cede("inc-b"), Optional.empty(), Optional.empty(), Optional.empty())
                .awakeFor(Duration.ofSeconds(1))
                .lookedAgo(Duration.ofSeconds(2));

        assertInstanceOf(Decision.Hold.class, woken.decides());
        assertBegins(PlanKind.FAILOVER, woken.lookedAgo(Duration.ZERO).decides());
        assertTrue(woken.postgresSilent().decides().toString().contains("taken=false"));
    }

    @Test
    void aReleaseThatWaitsForAStandbyEndsWhenPostgresWasStartedInRecovery() {
        Step wait = new Step.AwaitPeer(PeerCondition.STREAMS);
        Step undo = new Step.Become(NodeState.PRIMARY, new Epoch(3), Given.A, "undone");
        Plan plan = new Plan("p", PlanKind.RELEASE, List.of(wait), 1, List.of(undo), "");
        Given given = Given.primary().remembers(new Fact.PlanBegun(plan));

        Decision decision = given.inRecovery().decides();

        assertTrue(
                decision.toString().contains("no primary's PostgreSQL runs here"),
                decision.toString());
    }

    @Test
    @Pins(Row.B12)
    void aStandbyOnAHigherTimelineThanThePrimarySaysHowItIsRebuilt() {
        assertTrue(
                Eligibility.vetoes(Given.standby().ownTimeline(2).world())
                        .toString()
                        .contains(
                                "on timeline 2 while the primary was on 1, which no standby of this timeline can follow"));
    }

    @Test
    void anAnsweredCedeIsNotAnsweredAgain() {
        Decision decision = Given.standby()
                .remembers(new Fact.CedeAnswered(new CedeAnswer("c1", false, "lag")))
                .peerPromises(cede("inc-b"), Optional.empty(), Optional.empty(), Optional.empty())
                .decides();

        assertInstanceOf(Decision.Hold.class, decision);
    }

    @Test
    void aReleaseWaitsForAPersonAndSilenceDoesNotRedeemIt() {
        ReleaseToken token =
                new ReleaseToken("r1", "42", new Epoch(3), Given.B, Lsn.parse("0/5000000"), 1);

        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                silentPrimary().remembers(new Fact.TokenKept(token)).decides());
    }

    @Test
    void aHandMadePromotionKeepsTheGateClosed() {
        Decision decision = Given.standby().readWrite().decides();

        assertTrue(decision.toString().contains("UNDECIDED"), decision.toString());
        assertEquals(
                Optional.of(GateState.CLOSED),
                GateRule.desired(
                        Given.standby().readWrite().world().memory(),
                        Given.standby().readWrite().world().now()));
    }

    // The primary.

    @Test
    @Pins(Row.A6)
    void aCrashCedesToAStandbyThatWouldTakeIt() {
        assertBegins(
                PlanKind.CEDE,
                Given.primary().postmaster(Postmaster.CRASHED).downFor(0).decides());
    }

    @Test
    @Pins(Row.A6)
    void aCrashWithoutAStandbyIsRestartedInPlaceWithinItsBudget() {
        assertBegins(
                PlanKind.RESTART,
                Given.primary().postmaster(Postmaster.CRASHED).peerSilent().decides());
        assertBegins(
                PlanKind.RESTART,
                Given.primary().postmaster(Postmaster.CRASHED).peerVetoes("lag").decides());
        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                Given.primary()
                        .postmaster(Postmaster.CRASHED)
                        .peerSilent()
                        .restarts(3)
                        .decides());
    }

    @Test
    void aCleanStopGetsItsGraceAndThenFailsOver() {
        assertHolds(
                Situation.POSTGRES_DOWN,
                Given.primary().postmaster(Postmaster.STOPPED).downFor(14).decides());
        assertBegins(
                PlanKind.CEDE,
                Given.primary().postmaster(Postmaster.STOPPED).downFor(15).decides());
    }

    @Test
    void aCleanStopIsHeldWhenSoConfigured() {
        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                Given.primary()
                        .postmaster(Postmaster.STOPPED)
                        .downFor(60)
                        .onCleanStop(OnCleanStop.HOLD)
                        .decides());
    }

    @Test
    @Pins(Row.A7)
    void aHangCedesOnlyToAStandbyThatWouldTakeIt() {
        assertBegins(PlanKind.CEDE, Given.primary().ownFailures(4).decides());
        assertHolds(
                Situation.POSTGRES_HANGS,
                Given.primary().ownFailures(4).peerSilent().decides());
        assertHolds(Situation.HEALTHY, Given.primary().ownFailures(3).decides());
    }

    @Test
    void aServerThatWasStartedInRecoveryDoesNotHangForTheWritesThatFailedBefore() {
        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                Given.primary().ownFailures(4).inRecovery().counted().decides());
    }

    @Test
    @Pins(Row.A4)
    void onlyGuardGatewayClosesAnIsolatedPrimary() {
        assertBegins(
                PlanKind.ISOLATE,
                Given.primary().guard(Guard.GATEWAY).peerSilent().noGateway().decides());
        assertHolds(
                Situation.STANDBY_MISSING,
                Given.primary().guard(Guard.GATEWAY).peerSilent().decides());
        assertHolds(
                Situation.STANDBY_MISSING,
                Given.primary().guard(Guard.FAILCOUNT).peerSilent().noGateway().decides());
    }

    // Two primaries.

    @Test
    @Pins(Row.A5)
    void thePrimaryOfTheLowerEpochClosesFirst() {
        assertBegins(
                PlanKind.RECONCILE,
                Given.primary().peer(NodeState.PRIMARY, 4, Given.B).decides());
    }

    @Test
    void thePrimaryOfTheHigherEpochStaysOpenAndLetsTheOtherClose() {
        assertHolds(
                Situation.TWO_PRIMARIES,
                Given.primary().peer(NodeState.PRIMARY, 2, Given.B).decides());
    }

    @Test
    @Pins(Row.A9)
    void oneEpochWithTwoPrimariesClosesBoth() {
        Decision decision = Given.primary().peer(NodeState.PRIMARY, 3, Given.B).decides();

        assertTrue(
                ((Decision.Begin) decision).plan().steps().toString().contains("CONFLICT"),
                decision.toString());
    }

    @Test
    void theSideWithoutClientCommitsYieldsWhateverItsEpoch() {
        Given closedWithout = Given.primary()
                .state(NodeState.RECONCILING, 3, Given.A)
                .remembers(new Fact.CommitsCounted(0))
                .peer(NodeState.PRIMARY, 4, Given.B);
        Given openWithout = Given.primary()
                .state(NodeState.PRIMARY, 4, Given.A)
                .remembers(new Fact.CommitsCounted(0))
                .peer(NodeState.RECONCILING, 3, Given.B)
                .peerCommits(7);

        assertBegins(PlanKind.DEPOSE, closedWithout.decides());
        // What it counted while it was open is old: clients may have come since the other has
        // closed.
        Decision.Begin closes = assertInstanceOf(Decision.Begin.class, openWithout.decides());
        assertEquals(PlanKind.RECONCILE, closes.plan().kind());
        assertEquals(
                NodeState.RECONCILING,
                assertInstanceOf(Step.Become.class, closes.plan().steps().get(0))
                        .state());

        Given closedAsWell = Given.primary()
                .state(NodeState.RECONCILING, 4, Given.A)
                .peer(NodeState.RECONCILING, 3, Given.B)
                .peerCommits(7);
        assertBegins(
                PlanKind.DEPOSE,
                closedAsWell.remembers(new Fact.CommitsCounted(0)).decides());
        Decision.Begin both = assertInstanceOf(
                Decision.Begin.class,
                closedAsWell.remembers(new Fact.CommitsCounted(3)).decides());
        assertTrue(both.plan().steps().toString().contains("CONFLICT"), both.toString());
    }

    @Test
    void commitsOnBothSidesAreLeftToAPerson() {
        Given open = Given.primary()
                .state(NodeState.PRIMARY, 4, Given.A)
                .remembers(new Fact.CommitsCounted(5))
                .peer(NodeState.RECONCILING, 3, Given.B)
                .peerCommits(7);

        Decision decision = open.decides();

        assertTrue(
                ((Decision.Begin) decision).plan().steps().toString().contains("CONFLICT"),
                decision.toString());
        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                Given.primary()
                        .state(NodeState.CONFLICT, 4, Given.A)
                        .peer(NodeState.CONFLICT, 3, Given.B)
                        .decides());
    }

    @Test
    void anEpochOfBeforeTheConflictIsNotTakenForAPersonsChoice() {
        Given counted = Given.primary()
                .state(NodeState.RECONCILING, 3, Given.A)
                .remembers(new Fact.CommitsCounted(5))
                .peer(NodeState.PRIMARY, 4, Given.B)
                .peerCommits(7);
        Decision.Begin begin = assertInstanceOf(Decision.Begin.class, counted.decides());
        Step.Become become =
                assertInstanceOf(Step.Become.class, begin.plan().steps().get(0));
        assertEquals(NodeState.CONFLICT, become.state());
        assertEquals(new Epoch(4), become.epoch());
        assertEquals(Given.B, become.owner());

        Given waits = Given.primary().state(NodeState.CONFLICT, 4, Given.B);
        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                waits.peer(NodeState.PRIMARY, 4, Given.B).decides());
        assertBegins(PlanKind.DEPOSE, waits.peer(NodeState.PRIMARY, 5, Given.B).decides());
    }

    @Test
    void aPrimaryWhosePeerIsInConflictWithItsEpochClosesToo() {
        Given open = Given.primary()
                .state(NodeState.PRIMARY, 4, Given.A)
                .peer(NodeState.CONFLICT, 4, Given.A);
        Decision decision = open.decides();
        assertTrue(
                ((Decision.Begin) decision).plan().steps().toString().contains("CONFLICT"),
                decision.toString());

        Given chosen = Given.primary()
                .state(NodeState.PRIMARY, 5, Given.A)
                .peer(NodeState.CONFLICT, 4, Given.A);
        assertInstanceOf(Decision.Hold.class, chosen.decides());
    }

    // Boot.

    private static Given booted(Given given) {
        return given.remembers(new Fact.Booted("next boot"))
                .postmaster(Postmaster.STOPPED)
                .undecidedFor(5, true);
    }

    @Test
    void anOldPrimaryNeverStartsBesideAPromotedPeer() {
        assertBegins(
                PlanKind.DEPOSE,
                booted(Given.primary()).peer(NodeState.PRIMARY, 4, Given.B).decides());
    }

    @Test
    @Pins(Row.A11)
    void aBootedPrimaryOpensOnlyWhenThePeerHoldsForIt() {
        assertInstanceOf(Decision.Hold.class, booted(Given.primary()).decides());
        assertBegins(
                PlanKind.START, booted(Given.primary()).peerHolds(true, false).decides());
    }

    @Test
    void nothingIsStartedBeforeTheBootHookAsks() {
        Given unasked = Given.primary()
                .remembers(new Fact.Booted("next boot"))
                .postmaster(Postmaster.STOPPED)
                .undecidedFor(60, false)
                .peerHolds(true, false);

        assertInstanceOf(Decision.Hold.class, unasked.decides());
    }

    @Test
    @Pins(Row.A11)
    void aSilentPeerLetsOnlyTheLastKnownPrimaryStartAndOnlyUnderFailcount() {
        assertBegins(
                PlanKind.START,
                booted(Given.primary()).peerSilent().undecidedFor(31, true).decides());
        assertInstanceOf(
                Decision.Hold.class,
                booted(Given.primary()).peerSilent().undecidedFor(29, true).decides());
        for (Guard guard : new Guard[] {Guard.MANUAL, Guard.GATEWAY}) {
            assertHolds(
                    Situation.WAITING_FOR_OPERATOR,
                    booted(Given.primary())
                            .peerSilent()
                            .undecidedFor(600, true)
                            .guard(guard)
                            .decides());
        }
        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                booted(Given.primary().state(NodeState.UNDECIDED, 3, Given.B))
                        .peerSilent()
                        .undecidedFor(600, true)
                        .decides());
    }

    @Test
    void aWritablePeerWithoutDaemonIsNeverJoinedByASecondPrimary() {
        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                booted(Given.primary())
                        .peerSilent()
                        .peerPort(PortAnswer.READY)
                        .undecidedFor(600, true)
                        .decides());
    }

    @Test
    void ofTwoBootedNodesExactlyOneHoldsForTheOther() {
        World a = booted(Given.primary())
                .peer(NodeState.UNDECIDED, 4, Given.B)
                .peerHolds(false, true)
                .world();
        World b = Given.standby()
                .state(NodeState.UNDECIDED, 4, Given.B)
                .peer(NodeState.UNDECIDED, 3, Given.A)
                .peerHolds(false, true)
                .world();

        assertTrue(Boot.holdFor(a).isPresent());
        assertFalse(Boot.holdFor(b).isPresent());
    }

    @Test
    void aPrimaryNeverHoldsForABootingPeer() {
        assertFalse(Boot.holdFor(Given.primary()
                        .peer(NodeState.UNDECIDED, 3, Given.A)
                        .peerHolds(false, true)
                        .world())
                .isPresent());
    }

    // The gate.

    @Test
    void theGateIsOpenOnlyOverAWritableOwner() {
        for (NodeState state : NodeState.values()) {
            World w = Given.primary().state(state, 3, Given.A).world();
            Optional<GateState> wanted = GateRule.desired(w.memory(), w.now());
            assertEquals(
                    state == NodeState.PRIMARY ? GateState.OPEN : GateState.CLOSED,
                    wanted.orElseThrow(),
                    state.name());
        }
    }

    @Test
    void aSilentPostgresLeavesTheGateAsItIs() {
        World w = Given.primary().postgresSilent().world();

        assertEquals(Optional.empty(), GateRule.desired(w.memory(), w.now()));
    }

    @Test
    void anOperatorsHoldClosesThePrimary() {
        World w = Given.primary().remembers(new Fact.HoldPlaced("maintenance")).world();

        assertEquals(Optional.of(GateState.CLOSED), GateRule.desired(w.memory(), w.now()));
    }

    @Test
    void aBootStartsNothingUnderBootManualUntilAPersonAsks() {
        Given down = Given.standby().postmaster(Postmaster.CRASHED).counted();
        assertBegins(PlanKind.START, down.decides());

        assertHolds(Situation.WAITING_FOR_OPERATOR, down.atBoot(AtBoot.MANUAL).decides());
        assertBegins(PlanKind.START, down.asked().decides());
    }

    @Test
    void aCrashIsNoBootUnderBootManual() {
        Given ran = Given.standby().atBoot(AtBoot.MANUAL).counted();

        assertBegins(
                PlanKind.START, ran.postmaster(Postmaster.CRASHED).counted().decides());
    }

    @Test
    void aRebootForgetsThatThisNodeWasOpen() {
        World w = Given.primary().remembers(new Fact.Booted("next")).world();

        assertEquals(NodeState.UNDECIDED, w.memory().state());
        assertEquals(Optional.of(GateState.CLOSED), GateRule.desired(w.memory(), w.now()));
    }

    // What the simulator found.

    @Test
    void aCedeTakenInVainIsTakenAgainWhileItIsRepeated() {
        Decision decision = Given.standby()
                .remembers(new Fact.CedeAnswered(new CedeAnswer("c1", true, "")))
                .peer(NodeState.CEDED, 3, Given.A)
                .peerPromises(cede("inc-b"), Optional.empty(), Optional.empty(), Optional.empty())
                .decides();

        assertBegins(PlanKind.FAILOVER, decision);
    }

    @Test
    void aCedeThatTheArbiterSaysWasTakenBackIsTakenBackWhateverThePeerAnswers() {
        Given ceded = Given.primary()
                .guard(Guard.WITNESS)
                .state(NodeState.CEDED, 3, Given.A)
                .remembers(new Fact.CedeOffered(cede("inc-b").orElseThrow()))
                .postmaster(Postmaster.STOPPED);
        Register before = new Register(new Epoch(3), Given.A, true, Optional.empty());
        Register moved = new Register(new Epoch(5), Given.A, false, Optional.empty());

        assertInstanceOf(
                Decision.Hold.class,
                ceded.arbiter(Duration.ZERO, before, Duration.ZERO).decides());
        assertBegins(
                PlanKind.RECLAIM,
                ceded.arbiter(Duration.ZERO, moved, Duration.ZERO).decides());
    }

    @Test
    void aDeposedNodeRefusesACedeSoThatItsOwnerServesAgain() {
        Decision decision = Given.standby()
                .state(NodeState.DEPOSED, 3, Given.A)
                .postmaster(Postmaster.STOPPED)
                .peer(NodeState.CEDED, 3, Given.A)
                .peerPromises(cede("inc-b"), Optional.empty(), Optional.empty(), Optional.empty())
                .decides();

        Decision.Note note = assertInstanceOf(Decision.Note.class, decision);
        assertFalse(assertInstanceOf(Fact.CedeAnswered.class, note.facts().get(0))
                .answer()
                .taken());
    }

    @Test
    void aStandbyThatKnowsTheAskerAsOwnerHoldsStillForAnOlderEpoch() {
        World w = Given.standby()
                .state(NodeState.DEPOSED, 4, Given.A)
                .peer(NodeState.UNDECIDED, 3, Given.A)
                .peerHolds(false, true)
                .world();

        assertTrue(Boot.holdFor(w).isPresent());
    }

    @Test
    void aHigherOpenedEpochVoidsAReleaseInFlight() {
        Given given = Given.primary();
        World idle = given.world();
        World w = given.remembers(new Fact.PlanBegun(
                        idle.workflows().release("r1", Given.EPOCH, false, "test")))
                .peer(NodeState.PRIMARY, 4, Given.B)
                .world();

        Decision.Note note = assertInstanceOf(Decision.Note.class, Decider.decide(w));
        assertInstanceOf(Fact.PlanEnded.class, note.facts().get(0));
    }

    @Test
    void aPrimaryThatWaitsForACopyStillClosesWhenItIsIsolated() {
        Given given = Given.primary().guard(Guard.GATEWAY);
        World idle = given.world();
        Decision decision = given.remembers(new Fact.PlanBegun(
                        idle.workflows().release("r1", Given.EPOCH, false, "test")))
                .peerSilent()
                .noGateway()
                .decides();

        assertBegins(PlanKind.ISOLATE, decision);
    }

    @Test
    void aReleaseThatWaitsForAStandbyIsGivenUpWhenItsPostgresIsDown() {
        Given given = Given.primary();
        World idle = given.world();
        Given waiting = given.remembers(
                        new Fact.PlanBegun(
                                idle.workflows().release("r1", Given.EPOCH, false, "test")),
                        new Fact.StepReached("r1", 1))
                .peer(NodeState.DEPOSED, 3, Given.A);

        Decision crashed = waiting.postmaster(Postmaster.CRASHED).decides();
        assertBegins(PlanKind.RESTART, crashed);
        assertInstanceOf(
                Fact.PlanEnded.class, ((Decision.Begin) crashed).first().get(0));

        Decision stopped = waiting.postmaster(Postmaster.STOPPED).decides();
        Decision.Note note = assertInstanceOf(Decision.Note.class, stopped);
        assertInstanceOf(Fact.PlanEnded.class, note.facts().get(0));
    }

    @Test
    void anEpochTakenOnSilenceOpensAgainThoughThePeerHadCededItUnheard() {
        Given owner = Given.standby()
                .state(NodeState.UNDECIDED, 4, Given.B)
                .peer(NodeState.CEDED, 3, Given.A)
                .peerPromises(cede("inc-b"), Optional.empty(), Optional.empty(), Optional.empty());

        assertEquals(Boot.Kind.OPEN, Boot.verdict(owner.world()).kind());
        World refused = owner.remembers(new Fact.CedeAnswered(new CedeAnswer("c1", false, "lag")))
                .world();
        assertEquals(Boot.Kind.WAIT, Boot.verdict(refused).kind());
    }

    @Test
    void aCopyPromotedByHandAndStoppedRefusesACedeSoThatItsOwnerServesAgain() {
        Decision decision = Given.standby()
                .state(NodeState.UNDECIDED, 3, Given.A)
                .postmaster(Postmaster.CRASHED)
                .standbySignal(false)
                .peer(NodeState.CEDED, 3, Given.A)
                .peerPromises(cede("inc-b"), Optional.empty(), Optional.empty(), Optional.empty())
                .decides();

        Decision.Note note = assertInstanceOf(Decision.Note.class, decision);
        assertFalse(assertInstanceOf(Fact.CedeAnswered.class, note.facts().get(0))
                .answer()
                .taken());
    }

    @Test
    void aNodeThatWasYieldedToOpensAboveTheEpochOfTheOneThatYielded() {
        Boot.Verdict verdict = Boot.verdict(Given.primary()
                .state(NodeState.UNDECIDED, 3, Given.A)
                .peer(NodeState.DEPOSED, 4, Given.A)
                .peerHolds(true, false)
                .world());

        assertEquals(Boot.Kind.OPEN, verdict.kind());
        assertEquals(new Epoch(5), verdict.epoch());
    }

    @Test
    void anEpochTakenOverAReleaseOpensAgainThoughTheReleaseStands() {
        ReleaseToken token =
                new ReleaseToken("r1", "42", new Epoch(3), Given.B, Lsn.parse("0/5000000"), 1);
        Given owner = Given.standby()
                .peer(NodeState.RELEASED, 3, Given.A)
                .peerPromises(
                        Optional.empty(), Optional.empty(), Optional.of(token), Optional.empty());

        assertEquals(
                Boot.Kind.OPEN,
                Boot.verdict(owner.state(NodeState.UNDECIDED, 4, Given.B).world())
                        .kind());
        assertEquals(
                Boot.Kind.STAY,
                Boot.verdict(owner.state(NodeState.UNDECIDED, 3, Given.A).world())
                        .kind());
    }

    @Test
    void aPromotionByHandDuringAnUnclaimedTakeoverIsNoProofAfterARestart() {
        Given promoted = Given.standby()
                .guard(Guard.WITNESS)
                .state(NodeState.PROMOTING, 4, Given.B)
                .readWrite();
        Register old = new Register(new Epoch(3), Given.A, true, Optional.empty());
        Register ours = new Register(new Epoch(4), Given.B, false, Optional.empty());

        Decision unclaimed = promoted.arbiter(Duration.ZERO, old, Duration.ZERO).decides();
        Decision.Note note = assertInstanceOf(Decision.Note.class, unclaimed);
        assertEquals(
                NodeState.UNDECIDED,
                assertInstanceOf(Fact.Became.class, note.facts().get(0)).state());

        assertBegins(
                PlanKind.START,
                promoted.arbiter(Duration.ZERO, ours, Duration.ZERO).decides());
    }

    @Test
    void anOwnerThatAPersonStartedInRecoveryDoesNotBecomeAStandbyByThat() {
        Given owner = Given.standby().state(NodeState.UNDECIDED, 4, Given.B);

        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                owner.peer(NodeState.DEPOSED, 4, Given.B).decides());
        assertInstanceOf(
                Fact.Became.class,
                assertInstanceOf(
                                Decision.Note.class,
                                owner.state(NodeState.UNDECIDED, 4, Given.A)
                                        .peer(NodeState.PRIMARY, 4, Given.A)
                                        .decides())
                        .facts()
                        .get(0));
    }

    @Test
    void twoStandbysWithoutAPrimaryAskForAPerson() {
        assertHolds(
                Situation.WAITING_FOR_OPERATOR,
                Given.standby().peer(NodeState.STANDBY, 3, Given.B).decides());
    }

    @Test
    void aTakeoverNotYetPromotedGoesBackWhenThePrimaryIsHeardAgain() {
        Given given = silentPrimary();
        Decision.Begin begin = assertInstanceOf(Decision.Begin.class, given.decides());
        Decision decision = given.remembers(new Fact.PlanBegun(begin.plan()))
                .state(NodeState.PROMOTING, 4, Given.B)
                .peerHeard()
                .decides();

        Decision.Note note = assertInstanceOf(Decision.Note.class, decision);
        assertInstanceOf(Fact.PlanUndoing.class, note.facts().get(0));
    }

    @Test
    void anIsolatedNodeThatMeetsAnOlderPrimaryReconciles() {
        assertBegins(
                PlanKind.RECONCILE,
                Given.primary()
                        .guard(Guard.GATEWAY)
                        .state(NodeState.ISOLATED, 4, Given.A)
                        .peer(NodeState.PRIMARY, 3, Given.B)
                        .decides());
    }

    @Test
    void commitsThatCannotBeCountedAreNeverTakenForNone() {
        Decision decision = Given.primary()
                .state(NodeState.RECONCILING, 3, Given.A)
                .remembers(new Fact.PlanEnded("p", false, "reconcile failed: no history"))
                .peer(NodeState.PRIMARY, 4, Given.B)
                .decides();

        Decision.Begin begin = assertInstanceOf(Decision.Begin.class, decision);
        assertTrue(begin.plan().steps().get(0) instanceof io.pgha.plan.Step.Become become
                && become.state() == NodeState.CONFLICT);
    }

    @Test
    void ofTwoClosedNodesWithoutCommitsOneYields() {
        Decision decision = Given.primary()
                .state(NodeState.RECONCILING, 3, Given.A)
                .remembers(new Fact.CommitsCounted(0))
                .peer(NodeState.RECONCILING, 4, Given.B)
                .peerCommits(0)
                .decides();

        assertBegins(PlanKind.DEPOSE, decision);
    }

    @Test
    void aCopyThatFollowedIsPromotedNeverStartedOnItsOldTimeline() {
        World w = Given.standby().world();

        assertTrue(w.workflows().startAsPrimary("s1", Given.EPOCH, "test").steps().stream()
                .anyMatch(io.pgha.plan.Step.Promote.class::isInstance));
    }

    @Test
    void anOwnerThatBootsDoesNotYieldToAnOlderEpochUnderALease() {
        World w = Given.primary()
                .guard(Guard.WITNESS)
                .state(NodeState.UNDECIDED, 4, Given.A)
                .peer(NodeState.PRIMARY, 3, Given.B)
                .world();

        assertEquals(Boot.Kind.WAIT, Boot.verdict(w).kind());
    }

    @Test
    void aStandbyWithoutADatabaseSaysWhatToType() {
        Decision decision = Given.standby().postmaster(Postmaster.NO_DATA).decides();

        assertHolds(Situation.WAITING_FOR_OPERATOR, decision);
        assertTrue(decision.why().contains("pgha initialize"));
    }
}
