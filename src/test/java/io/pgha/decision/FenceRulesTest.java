package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Cede;
import io.pgha.model.Epoch;
import io.pgha.model.Guard;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.Postmaster;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.Plan;
import io.pgha.plan.Step;
import io.pgha.plan.Workflows;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** When the other machine is switched off, each rule as one law. */
final class FenceRulesTest {

    private static Given silentPrimary() {
        return Given.standby().peerSilent().streamDead().failures(4).fenced(true);
    }

    private static Plan planOf(Decision decision) {
        return assertInstanceOf(Decision.Begin.class, decision, decision.toString())
                .plan();
    }

    private static void assertFences(Decision decision) {
        List<Step> steps = planOf(decision).steps();
        int fence = steps.indexOf(new Step.Fence(Given.A));
        int promote = steps.indexOf(new Step.Promote());
        assertTrue(fence > 0 && fence < promote, decision.toString());
        assertTrue(fence < planOf(decision).pointOfNoReturn(), decision.toString());
    }

    private static void assertHolds(String why, Decision decision) {
        assertInstanceOf(Decision.Hold.class, decision, decision.toString());
        assertTrue(decision.why().contains(why), decision.why());
    }

    @Test
    void aSilentPrimaryIsSwitchedOffBeforeThePromotionUnderEveryGuardWithoutLease() {
        assertFences(silentPrimary().decides());
        assertFences(silentPrimary().guard(Guard.GATEWAY).decides());
        assertFences(silentPrimary().guard(Guard.MANUAL).decides());
    }

    @Test
    void withoutDevicesNothingIsSwitchedOff() {
        Plan plan = planOf(Given.standby().peerSilent().streamDead().failures(4).decides());

        assertFalse(plan.steps().contains(new Step.Fence(Given.A)), plan.toString());
    }

    @Test
    void withALeaseTheClaimComesFirstSoThatNobodyWithALeaseIsSwitchedOff() {
        Plan plan = new Workflows(Given.B, Given.A, true, true)
                .failover(
                        "p",
                        new Epoch(4),
                        new Epoch(3),
                        Optional.of(Given.A),
                        ClaimBasis.EXPIRY,
                        "silent");

        int claim = plan.steps()
                .indexOf(new Step.Claim(
                        new Epoch(4), new Epoch(3), Optional.of(Given.A), ClaimBasis.EXPIRY));
        assertEquals(claim + 1, plan.steps().indexOf(new Step.Fence(Given.A)));
    }

    @Test
    void aCededEpochNeedsNoFencing() {
        Cede cede = new Cede(
                "c1",
                new Epoch(3),
                Given.B,
                "inc-b",
                Lsn.parse("0/5000000"),
                Optional.empty(),
                "crashed",
                false);
        Decision decision = Given.standby()
                .fenced(true)
                .peer(NodeState.CEDED, 3, Given.A)
                .peerPromises(
                        Optional.of(cede), Optional.empty(), Optional.empty(), Optional.empty())
                .decides();

        assertFalse(planOf(decision).steps().contains(new Step.Fence(Given.A)));
    }

    @Test
    void oneFailureLessSwitchesNothingOff() {
        assertInstanceOf(
                Decision.Hold.class,
                Given.standby()
                        .peerSilent()
                        .streamDead()
                        .failures(3)
                        .fenced(true)
                        .decides());
    }

    @Test
    void everyVetoAndEveryPauseStopsItBeforeItBegins() {
        assertHolds("lag of", silentPrimary().lagBytes(17L << 20).decides());
        assertHolds("replay is paused", silentPrimary().replayPaused().decides());
        assertHolds(
                "stream is alive",
                Given.standby().peerSilent().failures(4).fenced(true).decides());
        assertHolds(
                "no gateway answers",
                silentPrimary().guard(Guard.GATEWAY).noGateway().decides());
        assertHolds(
                "keeps this node a standby",
                silentPrimary().remembers(new Fact.Withheld("backup")).decides());
        assertInstanceOf(
                Decision.Hold.class,
                silentPrimary().remembers(new Fact.Paused("me", "work", 0)).decides());
    }

    @Test
    void aPrimaryNeverSwitchesAnybodyOff() {
        for (Guard guard : Guard.values()) {
            Decision decision =
                    Given.primary().guard(guard).fenced(true).peerSilent().decides();

            assertFalse(decision.toString().contains("Fence["), decision.toString());
        }
    }

    @Test
    void aNodeThatDoesNotKnowThePeerAsPrimarySwitchesNothingOff() {
        assertHolds(
                "it is not known that it was the primary",
                silentPrimary().state(NodeState.STANDBY, 3, Given.B).decides());
    }

    @Test
    @Pins(Row.B8)
    void aFencingThatFailedHoldsAndIsTriedAgainAfterItsTimeout() {
        assertHolds(
                "fencing it failed (status: exit 1)",
                silentPrimary().unfencedFor(30).decides());
        assertFences(silentPrimary().unfencedFor(61).decides());
    }

    @Test
    void anExtraThatFailedHoldsNothing() {
        assertFences(silentPrimary().fenced(false).unfencedFor(30).decides());
    }

    @Test
    void anExtraIsLeftOutWhereThePeerIsNotKnownAsPrimary() {
        Plan plan = planOf(silentPrimary()
                .fenced(false)
                .state(NodeState.STANDBY, 3, Given.B)
                .decides());

        assertFalse(plan.steps().contains(new Step.Fence(Given.A)), plan.toString());
    }

    @Test
    void aClaimThatIsTakenUpAgainAfterARestartSwitchesThePeerOffAsWell() {
        World promoting = silentPrimary().state(NodeState.PROMOTING, 4, Given.B).world();

        assertTrue(promoting
                .workflows()
                .failover(
                        "p",
                        new Epoch(4),
                        new Epoch(3),
                        Optional.of(Given.A),
                        ClaimBasis.EXPIRY,
                        "again")
                .steps()
                .contains(new Step.Fence(Given.A)));
    }

    @Test
    void aPeerThatIsHeardOrAPauseStopsItUnderWay() {
        assertEquals(Optional.empty(), FenceRules.stops(silentPrimary().world()));
        assertTrue(FenceRules.stops(Given.standby().fenced(true).world()).isPresent());
        assertTrue(FenceRules.stops(silentPrimary()
                        .remembers(new Fact.Paused("me", "work", 0))
                        .world())
                .isPresent());
        assertTrue(FenceRules.stops(
                        silentPrimary().remembers(new Fact.Withheld("backup")).world())
                .isPresent());
    }

    /** Protocol section 10: a machine that stood still may be open for the rest of its kernel's timer. */
    @Test
    @Pins(Row.B8)
    void aPeerHeardAgainIsShutWhenItsGateIsSeenClosedOrItsKernelHasRunForALease() {
        World heard = Given.standby().guard(Guard.WITNESS).fenced(true).world();
        MonoTime now = heard.now().at();
        Duration lease = heard.policy().waitAfter(heard.policy().lease());

        assertFalse(FenceRules.isShut(heard, now));
        assertTrue(FenceRules.isShut(
                heard, new MonoTime(now.nanos() - lease.plusMillis(1).toNanos())));
        assertTrue(FenceRules.isShut(
                Given.standby()
                        .guard(Guard.WITNESS)
                        .fenced(true)
                        .peerGateClosed()
                        .world(),
                now));
    }

    /** It may have been switched off by who is primary now, and cannot see that. */
    @Test
    void aLastKnownPrimaryThatBootsAloneDoesNotOpenByItself() {
        Given booted = Given.primary()
                .state(NodeState.UNDECIDED, 3, Given.A)
                .postmaster(Postmaster.STOPPED)
                .standbySignal(false)
                .peerSilent()
                .undecidedFor(40, true);
        assertEquals(Boot.Kind.OPEN, Boot.verdict(booted.world()).kind());

        assertEquals(Boot.Kind.STAY, Boot.verdict(booted.fenced(true).world()).kind());
    }

    @Test
    void whatWasSwitchedOffIsRememberedUntilThisNodeFollowsAgain() {
        Memory fenced = Given.standby()
                .world()
                .memory()
                .with(new Fact.Fenced(Given.A, "/etc/pgha/fence/a", 2, 0));

        assertTrue(fenced.fenced().orElse("").contains("level 2"));
        assertTrue(
                fenced.with(new Fact.Became(NodeState.PRIMARY, new Epoch(4), Given.B, "promoted"))
                        .fenced()
                        .isPresent());
        assertEquals(
                Optional.empty(),
                fenced.with(new Fact.Became(NodeState.STANDBY, new Epoch(5), Given.A, "rebuilt"))
                        .fenced());
    }
}
