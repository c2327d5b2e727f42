package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Armed;
import io.pgha.model.Cede;
import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.LeaseGrant;
import io.pgha.model.LeaseRequest;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PortAnswer;
import io.pgha.model.Register;
import io.pgha.model.Votes;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Leases, row by row (protocol sections 1 to 3, rows A1 to A5 and B6 to B9). */
final class LeaseRulesTest {

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final MonoTime NOW = Given.at(100);
    private static final LeaseRequest REQUEST = new LeaseRequest(7, Given.EPOCH, LEASE);

    private static Leases leases(
            Optional<Leases.Asked> asked,
            Optional<Leases.Held> held,
            Optional<MonoTime> waitUntil) {
        return new Leases(
                7,
                asked,
                held,
                Optional.empty(),
                Optional.empty(),
                waitUntil,
                Optional.empty(),
                Leases.Slots.UNKNOWN);
    }

    private static Leases.Asked asked(long nonce) {
        return new Leases.Asked(1, nonce, Given.EPOCH, LEASE, NOW);
    }

    private static Leases.Held heldUntil(long millis) {
        return new Leases.Held(0, Given.EPOCH, Given.at(98), NOW.plus(Duration.ofMillis(millis)));
    }

    private static Armed armed(long nonce) {
        return new Armed(1, nonce, NOW, Duration.ofMillis(2700));
    }

    private static LeaseRules.Next next(Given given, boolean mayHold, boolean free) {
        World w = given.guard(Guard.WITNESS).world();
        Memory soon = free ? w.memory() : w.memory().with(new Fact.HoldPlaced("on its way"));
        return LeaseRules.next(w, soon, mayHold, false);
    }

    @Test
    void aLeaseIsAskedForOnlyAfterTheKernelHasTakenTheSlot() {
        Given given = Given.primary()
                .leases(leases(Optional.of(asked(7)), Optional.empty(), Optional.empty()));
        assertTrue(next(given, true, true).leases().request().isEmpty());
        assertEquals(
                Optional.of(REQUEST),
                next(given.armed(armed(7)), true, true).leases().request());
    }

    /** The kernel keeps what an earlier start took, and its timer stood still with the machine. */
    @Test
    @Pins(Row.A8)
    void aPauseClosesAGateForWhichThisStartHoldsNoLease() {
        Given given = Given.primary()
                .leases(leases(Optional.empty(), Optional.empty(), Optional.empty()));

        assertTrue(next(given.awakeFor(Duration.ofSeconds(1)), true, true).orders().stream()
                .noneMatch(LeaseRules.Order.Close.class::isInstance));
        assertEquals(
                List.of(new LeaseRules.Order.Close()),
                next(given.awakeFor(Duration.ZERO), true, true).orders());
    }

    @Test
    void aPrimaryWithoutLeaseThatHasJustWokenListensBeforeItLeaves() {
        assertTrue(LeaseRules.mayLeave(Given.primary().peerSilent().world()));
        Given woken = Given.primary().peerSilent().awakeFor(Duration.ZERO);
        assertFalse(LeaseRules.mayLeave(woken.world()));
        assertTrue(LeaseRules.mayLeave(woken.peerHeard().world()));
        assertTrue(LeaseRules.mayLeave(
                Given.primary().peerSilent().awakeFor(Duration.ofSeconds(60)).world()));
    }

    @Test
    void whoMeetsANewerPrimaryClosesBeforeItLeaves() {
        Given met = Given.primary().peer(NodeState.PRIMARY, 4, Given.B);
        assertFalse(LeaseRules.mayLeave(met.world()));
        assertFalse(
                LeaseRules.mayLeave(met.state(NodeState.RECONCILING, 3, Given.A).world()));
        assertTrue(LeaseRules.mayLeave(met.gate(GateState.CLOSED).world()));
    }

    @Test
    @Pins(Row.A11)
    void aBootedNodeWhoseEpochWasNeverClaimedYieldsToTheOwnerAtTheArbiter() {
        Given booted = Given.standby()
                .guard(Guard.WITNESS)
                .state(NodeState.UNDECIDED, 4, Given.B)
                .peer(NodeState.PRIMARY, 3, Given.A);
        Register unclaimed = new Register(Given.EPOCH, Given.A, true, Optional.empty());
        Register claimed = new Register(new Epoch(4), Given.B, false, Optional.empty());

        assertEquals(
                Boot.Kind.DEPOSED,
                Boot.verdict(booted.arbiter(Duration.ZERO, unclaimed, Duration.ZERO)
                                .world())
                        .kind());
        assertEquals(
                Boot.Kind.WAIT,
                Boot.verdict(booted.arbiter(Duration.ZERO, claimed, Duration.ZERO)
                                .world())
                        .kind());
    }

    @Test
    void theSlotInForceIsNeverArmedAnew() {
        Given given = Given.primary()
                .leases(leases(Optional.empty(), Optional.of(heldUntil(500)), Optional.empty()));
        assertEquals(
                List.of(new LeaseRules.Order.Permit(1, 8, Duration.ofMillis(2700))),
                next(given, true, true).orders());
    }

    @Test
    void whatIsStillBeingPromotedIsNotSaidToBeAgreed() {
        Given promoting = Given.standby()
                .guard(Guard.WITNESS)
                .state(NodeState.PROMOTING, 8, Given.B)
                .peer(NodeState.DEPOSED, 8, Given.B);
        Given watching = Given.primary()
                .guard(Guard.WITNESS)
                .state(NodeState.DEPOSED, 8, Given.B)
                .peer(NodeState.PROMOTING, 8, Given.B);
        assertFalse(LeaseRules.question(promoting.world()).agreed());
        assertFalse(LeaseRules.question(watching.world()).agreed());

        promoting.state(NodeState.PRIMARY, 8, Given.B);
        watching.peer(NodeState.PRIMARY, 8, Given.B);
        assertTrue(LeaseRules.question(promoting.world()).agreed());
        assertTrue(LeaseRules.question(watching.world()).agreed());
    }

    private static Optional<Duration> told(Leases leases) {
        World w = Given.primary().guard(Guard.ETCD).leases(leases).world();
        return LeaseRules.question(w).longest();
    }

    private static Leases asking(Leases.Slots before, int slot, Duration lease) {
        return new Leases(
                7,
                Optional.of(new Leases.Asked(slot, 7, Given.EPOCH, lease, NOW)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                before);
    }

    /** The kernel says that it has taken a slot for a lease: what follows from it. */
    private static Leases taken(Leases.Slots before, int slot, Duration lease) {
        return taken(before, slot, lease, GateState.OPEN);
    }

    private static Leases taken(Leases.Slots before, int slot, Duration lease, GateState gate) {
        Given given = Given.primary()
                .gate(gate)
                .leases(asking(before, slot, lease))
                .armed(new Armed(slot, 7, NOW, lease));
        return next(given, true, true).leases();
    }

    /** An earlier start may have left a longer one in the other. */
    @Test
    void anOwnerSaysHowLongItsLeasesAreOnceTheKernelHasTakenBothSlotsFromThisStart() {
        Leases first = taken(Leases.Slots.UNKNOWN, 0, LEASE);
        assertEquals(Optional.empty(), told(first));
        assertEquals(Optional.empty(), told(taken(first.slots(), 0, LEASE)));
        assertEquals(Optional.of(LEASE), told(taken(first.slots(), 1, LEASE)));
    }

    @Test
    void anOwnerThatSawItsGateClosedSaysItWithItsFirstQuestion() {
        Leases.Slots none = Leases.Slots.UNKNOWN;
        assertEquals(Optional.of(LEASE), told(taken(none, 0, LEASE, GateState.CLOSED)));
        assertEquals(Optional.empty(), told(taken(none, 0, LEASE, GateState.DAMAGED)));
        assertEquals(Optional.empty(), told(taken(none, 0, LEASE, GateState.OPEN)));

        Given closed = Given.primary().gate(GateState.CLOSED).leases(asking(none, 0, LEASE));
        assertEquals(Optional.empty(), told(next(closed, true, true).leases()));
    }

    @Test
    void aGateSeenClosedForgetsNoLeaseThatThisStartArmed() {
        Duration handover = Duration.ofSeconds(30);
        Leases.Slots leaving = taken(Leases.Slots.UNKNOWN, 1, handover).slots();
        assertEquals(Optional.of(handover), told(taken(leaving, 0, LEASE, GateState.CLOSED)));
    }

    @Test
    void anOwnerThatArmedForALongLeaseSaysItForAsLongAsASlotHoldsIt() {
        Duration handover = Duration.ofSeconds(30);
        Leases.Slots usual = taken(Leases.Slots.UNKNOWN, 0, LEASE).slots();
        Leases leaving = taken(usual, 1, handover);
        assertEquals(Optional.of(handover), told(leaving));
        assertEquals(Optional.of(handover), told(taken(leaving.slots(), 0, LEASE)));
        assertEquals(Optional.of(LEASE), told(taken(leaving.slots(), 1, LEASE)));
    }

    @Test
    void aSlotThatTheKernelHasNotTakenIsNotKnown() {
        Leases.Slots first = taken(Leases.Slots.UNKNOWN, 0, LEASE).slots();
        assertEquals(Optional.empty(), told(taken(first, 1, Duration.ZERO)));
        Given another = Given.primary()
                .gate(GateState.OPEN)
                .leases(asking(first, 1, LEASE))
                .armed(new Armed(0, 6, NOW, LEASE));
        assertEquals(Optional.empty(), told(next(another, true, true).leases()));
    }

    @Test
    void whoGivesTheLeaseUpStillKnowsWhatTheSlotsWereArmedFor() {
        Leases.Slots first = taken(Leases.Slots.UNKNOWN, 0, LEASE).slots();
        Given both = Given.primary().leases(taken(first, 1, LEASE));
        assertEquals(Optional.of(LEASE), told(next(both, false, true).leases()));
    }

    @Test
    void aGrantOfAnotherNonceOpensNothing() {
        Given given = Given.primary()
                .leases(leases(Optional.of(asked(7)), Optional.empty(), Optional.empty()))
                .armed(armed(7))
                .peerLease(Optional.empty(), Optional.of(new LeaseGrant(6, Given.EPOCH, LEASE)));
        assertEquals(List.of(), next(given, true, true).orders());
    }

    @Test
    @Pins(Row.A1)
    void aGrantOfThePeerOrOfTheArbiterOpensTheArmedSlotAndCountsFromTheArming() {
        LeaseGrant grant = new LeaseGrant(7, Given.EPOCH, LEASE);
        Leases before = leases(Optional.of(asked(7)), Optional.empty(), Optional.empty());
        List<Given> both = List.of(
                Given.primary().peerLease(Optional.empty(), Optional.of(grant)),
                Given.primary().arbiterGrants(grant));
        for (Given given : both) {
            LeaseRules.Next next = next(given.leases(before).armed(armed(7)), true, true);
            assertEquals(List.of(new LeaseRules.Order.Grant(1, 7)), next.orders());
            assertEquals(
                    NOW.plus(Duration.ofMillis(2700)),
                    next.leases().held().orElseThrow().until());
        }
    }

    @Test
    void aGrantForLessThanWasArmedOpensNothing() {
        Given given = Given.primary()
                .leases(leases(Optional.of(asked(7)), Optional.empty(), Optional.empty()))
                .armed(armed(7))
                .arbiterGrants(new LeaseGrant(7, Given.EPOCH, Duration.ofSeconds(2)));
        assertEquals(List.of(), next(given, true, true).orders());
    }

    @Test
    @Pins(Row.A4)
    void anOwnerWhosePeerAbdicatedGrantsItselfUntilTheVoteIsOnItsWayBack() {
        Given given = Given.primary()
                .guard(Guard.WITNESS)
                .remembers(new Fact.Voted(Votes.BOTH.standingAlone("b gave up its vote"), ""))
                .leases(leases(Optional.of(asked(7)), Optional.empty(), Optional.empty()))
                .armed(armed(7));
        World w = given.world();
        Memory back = w.memory().with(new Fact.Voted(Votes.BOTH.forgetting(1), ""));

        assertTrue(LeaseRules.next(w, w.memory(), true, false).leases().held().isPresent());
        assertTrue(LeaseRules.next(w, back, true, false).leases().held().isEmpty());
    }

    @Test
    void aStandbyThatHasNoVoteWaitsAsIfItGrantedALeaseInEveryTurn() {
        Given given = Given.standby()
                .remembers(new Fact.Voted(Votes.BOTH.givenUp("stopped", 0).askedBack(), ""));

        MonoTime until = next(given, false, true).leases().waitUntil().orElseThrow();

        assertTrue(until.isAfter(NOW.plus(LEASE)), until.toString());
    }

    @Test
    @Pins(Row.A8)
    void aLeaseThatIsOverClosesAndIsForgotten() {
        Given given = Given.primary()
                .leases(leases(Optional.empty(), Optional.of(heldUntil(0)), Optional.empty()));
        LeaseRules.Next next = next(given, true, true);
        assertEquals(List.of(new LeaseRules.Order.Close()), next.orders());
        assertTrue(next.leases().held().isEmpty());
    }

    @Test
    void aNodeThatMayNotHoldAsksForNothing() {
        Given given = Given.primary()
                .leases(leases(
                        Optional.of(asked(7)), Optional.of(heldUntil(900)), Optional.empty()));
        LeaseRules.Next next = next(given.armed(armed(7)), false, true);
        assertTrue(next.leases().asked().isEmpty());
        assertTrue(next.leases().request().isEmpty());
    }

    private static Given asksStandby() {
        return Given.standby()
                .remembers(new Fact.LongestLease(3000))
                .peerLease(Optional.of(REQUEST), Optional.empty());
    }

    @Test
    @Pins(Row.B1)
    void theStandbyGrantsToTheOwnerItEndorsesAndWaitsLongerThanItGranted() {
        Leases after = next(asksStandby(), false, true).leases();
        assertEquals(Optional.of(new LeaseGrant(7, Given.EPOCH, LEASE)), after.grant());
        assertEquals(Optional.of(NOW.plus(Duration.ofMillis(3600))), after.waitUntil());
    }

    @Test
    void nothingIsGrantedWhileAnIntentMayBeOnItsWayToTheDisk() {
        assertTrue(next(asksStandby(), false, false).leases().grant().isEmpty());
    }

    @Test
    void nothingIsGrantedForAnEpochOfAnotherOwner() {
        assertTrue(next(
                        asksStandby().remembers(new Fact.EpochSeen(new Epoch(4), Given.B)),
                        false,
                        true)
                .leases()
                .grant()
                .isEmpty());
    }

    @Test
    void aNodeWithAnIntentOfItsOwnGrantsNothing() {
        Given promoting = asksStandby()
                .remembers(new Fact.Became(NodeState.PROMOTING, new Epoch(4), Given.B, "intent"));
        assertTrue(next(promoting, false, true).leases().grant().isEmpty());
    }

    @Test
    void aLongerLeaseThanEverIsOnDiskBeforeItIsGranted() {
        Given given = Given.standby().peerLease(Optional.of(REQUEST), Optional.empty());
        assertTrue(next(given, false, true).leases().grant().isEmpty());
        assertEquals(
                Optional.of(new Fact.LongestLease(3000)),
                LeaseRules.toRecord(given.guard(Guard.WITNESS).world()));
    }

    @Test
    void aPrimaryThatCededGrantsTheNextEpochOnly() {
        Cede cede = new Cede(
                "c", Given.EPOCH, Given.B, "inc-b", new Lsn(1), Optional.empty(), "died", false);
        Given ceded = Given.primary()
                .remembers(
                        new Fact.LongestLease(3000),
                        new Fact.Became(NodeState.CEDED, Given.EPOCH, Given.A, "died"),
                        new Fact.CedeOffered(cede));
        LeaseRequest taken = new LeaseRequest(9, new Epoch(4), LEASE);
        assertTrue(next(ceded.peerLease(Optional.of(taken), Optional.empty()), false, true)
                .leases()
                .grant()
                .isPresent());
        assertTrue(next(ceded.peerLease(Optional.of(REQUEST), Optional.empty()), false, true)
                .leases()
                .grant()
                .isEmpty());
    }

    private static final Register A_OWNS =
            new Register(Given.EPOCH, Given.A, true, Optional.empty());

    private static Given silent() {
        return Given.standbyOfSilentOwner(A_OWNS);
    }

    private static void assertHolds(String words, Decision decision) {
        Decision.Hold hold = assertInstanceOf(Decision.Hold.class, decision);
        assertTrue(hold.why().contains(words), hold.why());
    }

    @Test
    @Pins({Row.B6, Row.B7})
    void theStandbyTakesOverOnlyWhenItsOwnGrantsAndTheArbitersAreOver() {
        Decision.Begin begin = assertInstanceOf(Decision.Begin.class, silent().decides());
        assertEquals(PlanKind.FAILOVER, begin.plan().kind());
        assertInstanceOf(Step.Claim.class, begin.plan().steps().get(1));
        assertHolds(
                "its lease may run",
                silent().leases(leases(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(NOW.plus(Duration.ofMillis(1)))))
                        .decides());
        assertHolds(
                "may run for another",
                silent().arbiter(Duration.ZERO, A_OWNS, Duration.ofMillis(1)).decides());
    }

    @Test
    @Pins(Row.B9)
    void theStandbyThatDoesNotSeeTheArbiterIsTheCutOffOne() {
        assertHolds(
                "may be the cut-off one",
                silent().arbiter(Duration.ofSeconds(10), A_OWNS, Duration.ZERO).decides());
    }

    @Test
    @Pins(Row.B8)
    void aGateThatIsSeenOpenAfterTheLeaseIsAVetoAndNothingElseOfItIs() {
        for (PortAnswer answer : PortAnswer.values()) {
            Decision decision = silent().clientPort(answer, Duration.ZERO).decides();
            if (answer.isSignOfLife()) {
                assertHolds("gate is still open", decision);
                assertEquals(Situation.TAKEOVER_VETOED, decision.situation());
            } else {
                assertInstanceOf(Decision.Begin.class, decision, answer + ": " + decision);
            }
        }
        assertInstanceOf(
                Decision.Begin.class,
                silent().clientPort(PortAnswer.ALIVE, Duration.ofSeconds(5)).decides());
    }

    @Test
    @Pins(Row.B8)
    void aGateThatIsSeenOpenIsFencedWhereThereIsADevice() {
        Decision.Begin begin = assertInstanceOf(
                Decision.Begin.class,
                silent().fenced(false)
                        .clientPort(PortAnswer.ALIVE, Duration.ZERO)
                        .decides());

        assertTrue(begin.plan().steps().stream().anyMatch(s -> s instanceof Step.Fence));
    }

    @Test
    @Pins(Row.B7)
    void aHeadlessPrimaryIsTakenOverWhenItsLeaseIsOver() {
        Given headless = Given.standby()
                .guard(Guard.WITNESS)
                .peerSilent()
                .silences(4)
                .arbiter(Duration.ZERO, A_OWNS, Duration.ZERO);
        assertInstanceOf(Decision.Begin.class, headless.decides());
    }

    @Test
    @Pins(Row.A5)
    void aLeasedHigherEpochDeposesAndAClaimDoesNot() {
        Register leased = new Register(new Epoch(4), Given.B, true, Optional.empty());
        Register claimed = new Register(new Epoch(4), Given.B, false, Optional.empty());
        Given primary = Given.primary()
                .guard(Guard.WITNESS)
                .peerSilent()
                .remembers(new Fact.Opened(Given.EPOCH));
        Decision.Begin begin = assertInstanceOf(
                Decision.Begin.class,
                primary.arbiter(Duration.ZERO, leased, Duration.ZERO).decides());
        assertEquals(PlanKind.DEPOSE, begin.plan().kind());
        assertInstanceOf(
                Decision.Hold.class,
                primary.leases(leases(
                                Optional.empty(), Optional.of(heldUntil(900)), Optional.empty()))
                        .arbiter(Duration.ZERO, claimed, Duration.ZERO)
                        .decides());
    }

    @Test
    void anIsolatedNodeThatMeetsAHigherEpochYieldsAndCountsNothing() {
        for (NodeState open : List.of(NodeState.PRIMARY, NodeState.RECONCILING)) {
            Decision.Begin begin = assertInstanceOf(
                    Decision.Begin.class,
                    Given.primary()
                            .guard(Guard.WITNESS)
                            .state(NodeState.ISOLATED, 3, Given.A)
                            .peer(open, 4, Given.B)
                            .decides());
            assertEquals(PlanKind.DEPOSE, begin.plan().kind());
        }
    }

    @Test
    @Pins(Row.A4)
    void aPrimaryWithoutLeaseThatSeesNobodyStops() {
        Decision.Begin begin = assertInstanceOf(
                Decision.Begin.class,
                Given.primary()
                        .guard(Guard.WITNESS)
                        .peerSilent()
                        .gate(GateState.CLOSED)
                        .decides());
        assertEquals(PlanKind.ISOLATE, begin.plan().kind());
        assertTrue(begin.plan().steps().stream().anyMatch(s -> s instanceof Step.StopPostgres));
    }

    @Test
    @Pins(Row.A10)
    void aRestartedDaemonLeavesTheLeaseOfTheEarlierOneToTheKernel() {
        Given restarted = Given.primary().guard(Guard.WITNESS).peerSilent();
        assertInstanceOf(Decision.Hold.class, restarted.gate(GateState.OPEN).decides());
        assertInstanceOf(Decision.Begin.class, restarted.gate(GateState.CLOSED).decides());
    }

    @Test
    @Pins(Row.B13)
    void aRestartedStandbyWaitsForTheLongestLeaseItEverGranted() {
        Duration rest = LeaseRules.ownRest(Given.standby()
                .guard(Guard.WITNESS)
                .remembers(new Fact.LongestLease(100_000))
                .world());
        assertEquals(Duration.ofMillis(110_300 - 100_000), rest);
    }

    @Test
    void aClaimOfItsOwnThatWasNeverOpenedIsVoidWhenTheArbiterHasMovedOn() {
        Register moved = new Register(new Epoch(5), Given.B, false, Optional.empty());
        Decision.Begin begin = assertInstanceOf(
                Decision.Begin.class,
                Given.primary()
                        .guard(Guard.WITNESS)
                        .arbiter(Duration.ZERO, moved, Duration.ZERO)
                        .decides());
        assertEquals(PlanKind.DEPOSE, begin.plan().kind());
    }

    @Test
    void aPeerThatClaimedAndNeverOpenedDeposesNobody() {
        Given met = Given.primary()
                .guard(Guard.WITNESS)
                .remembers(new Fact.Opened(Given.EPOCH))
                .peer(NodeState.PRIMARY, 4, Given.B);
        assertInstanceOf(Decision.Begin.class, met.decides());
        assertHolds("not opened it yet", met.peerGateClosed().decides());
    }

    @Test
    void anEpochGivenByTheOldOwnersWordIsToldToAnArbiterThatMissedIt() {
        Given given = Given.primary().guard(Guard.WITNESS);
        World before = given.world();
        Given taken = given.remembers(new Fact.PlanBegun(before.workflows()
                        .failover(
                                "p",
                                Given.EPOCH,
                                new Epoch(2),
                                Optional.of(Given.B),
                                io.pgha.plan.ClaimBasis.CEDED,
                                "ceded")))
                .remembers(new Fact.PlanEnded("p", true, "done"))
                .arbiter(
                        Duration.ZERO,
                        new Register(new Epoch(2), Given.B, true, Optional.empty()),
                        Duration.ZERO);
        assertTrue(LeaseRules.question(taken.world()).claim().orElseThrow().ceded());
    }

    @Test
    void aCedeToANodeThatFellSilentIsTakenBackThroughTheArbiterOnly() {
        Cede cede = new Cede(
                "c", Given.EPOCH, Given.B, "inc-b", new Lsn(1), Optional.empty(), "died", false);
        Given ceded = Given.primary()
                .guard(Guard.WITNESS)
                .peerSilent()
                .silences(4)
                .remembers(
                        new Fact.Became(NodeState.CEDED, Given.EPOCH, Given.A, "died"),
                        new Fact.CedeOffered(cede));
        assertInstanceOf(Decision.Hold.class, ceded.decides());
        Register taken = new Register(new Epoch(4), Given.B, true, Optional.empty());
        assertInstanceOf(
                Decision.Hold.class,
                ceded.arbiter(Duration.ZERO, taken, Duration.ZERO).decides());
        Decision.Begin begin = assertInstanceOf(
                Decision.Begin.class,
                ceded.arbiter(Duration.ZERO, A_OWNS, Duration.ZERO).decides());
        assertEquals(PlanKind.RECLAIM, begin.plan().kind());
    }
}
