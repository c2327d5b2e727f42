package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Cede;
import io.pgha.model.CedeAnswer;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.NodeState;
import io.pgha.model.Policy;
import io.pgha.model.SyncPolicy;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

class RescueRulesTest {

    private static final long ABOVE = 17L << 20;
    private static final long BEYOND = 20L << 30;
    private static final Optional<String> UNREAD = Optional.of("disk error");

    private static Given ceded() {
        return ceded(Optional.empty());
    }

    private static Given ceded(Optional<String> unread) {
        Cede cede = new Cede(
                "c1",
                new Epoch(3),
                Given.B,
                "inc-b",
                Lsn.parse("0/5000000"),
                unread,
                "crashed",
                false);
        return Given.standby()
                .peer(NodeState.CEDED, 3, Given.A)
                .peerPromises(
                        Optional.of(cede), Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void lagThatCanBeFetchedIsNoReasonToRefuseACede() {
        assertTrue(ceded().lagBytes(ABOVE).decides().toString().contains("taken=true"));
    }

    @Test
    void whereTheOldWalCannotBeReadLagIsAReasonAsItIsWithASilentPrimary() {
        assertTrue(ceded(UNREAD).lagBytes(ABOVE).decides().toString().contains("taken=false"));
        assertTrue(ceded(UNREAD).lagBytes(700).decides().toString().contains("taken=true"));
    }

    @Test
    void whatCannotBeReadIsNeverSaidToMissNothing() {
        assertEquals("no WAL was missing", new Fact.WalRescued(0, 0, "", Optional.empty()).words());
        assertEquals(
                "it is not known whether more is lost: disk error",
                new Fact.WalRescued(0, 0, "", UNREAD).words());
        assertEquals(
                "lost 700 bytes of WAL: no answer; it is not known whether more is lost: disk error",
                new Fact.WalRescued(0, 700, "no answer", UNREAD).words());
    }

    @Test
    void whereNothingMayBeLostWhatIsNotKnownGoesBack() {
        Fact.WalRescued unknown = new Fact.WalRescued(0, 0, "", UNREAD);

        assertEquals(Optional.empty(), wayBack(unknown));
        World w = rescuing().world();
        SyncPolicy strict = new SyncPolicy(SyncPolicy.Mode.STRICT, Duration.ofSeconds(10));
        World promised =
                new World(w.now(), w.memory(), w.tally(), w.policy().withSync(strict), w.id());
        assertEquals(
                Optional.empty(),
                wayBack(promised, new Fact.WalRescued(0, 0, "", Optional.empty())));
        assertTrue(wayBack(promised, unknown).orElseThrow().toString().contains("disk error"));
    }

    @Test
    void lagThatCannotBeFetchedInTimeIsAReason() {
        Policy policy = Given.standby().world().policy();

        assertTrue(RescueRules.isHealedByRescue(RescueRules.lagVeto(policy, ABOVE)));
        assertFalse(RescueRules.isHealedByRescue(RescueRules.lagVeto(policy, BEYOND)));
    }

    @Test
    void lagIsAVetoAgainstTakingOverFromASilentPrimary() {
        Given silent = Given.standby().peerSilent().streamDead().failures(4).lagBytes(ABOVE);

        assertInstanceOf(Decision.Hold.class, silent.decides());
    }

    @Test
    void onlyATakeoverFromACedeFetchesWalAndEachPutsTheSettingsBack() {
        World w = Given.standby().world();
        for (ClaimBasis basis : ClaimBasis.values()) {
            Plan plan = w.workflows()
                    .failover("p", new Epoch(4), new Epoch(3), Optional.of(Given.A), basis, "");

            assertEquals(basis == ClaimBasis.CEDED, plan.steps().contains(new Step.RescueWal()));
            assertTrue(plan.steps().contains(new Step.ResumeReceiver()));
            assertTrue(plan.undo().contains(new Step.ResumeReceiver()));
        }
    }

    @Test
    void aLossAboveTheLimitGoesBackAndRefusesTheCedeThatWasTaken() {
        List<Fact> back = wayBack(new Fact.WalRescued(0, ABOVE, "no answer", Optional.empty()))
                .orElseThrow();

        CedeAnswer answer = ((Fact.CedeAnswered) back.get(0)).answer();
        assertEquals("c1", answer.id());
        assertFalse(answer.taken());
        assertTrue(answer.why().contains(ABOVE + " bytes"), answer.why());
        assertInstanceOf(Fact.PlanUndoing.class, back.get(1));
    }

    @Test
    void aLossWithinTheLimitIsAcceptedAndSaid() {
        Fact.WalRescued lost = new Fact.WalRescued(0, 700, "no answer", Optional.empty());

        assertEquals(Optional.empty(), wayBack(lost));
        Memory after = rescuing().remembers(lost).world().memory();
        assertTrue(after.running().orElseThrow().plan().why().contains("lost 700 bytes of WAL"));
    }

    @Test
    void aStandbyThatIsNotFitRefusesTheCedeWhateverItWouldLose() {
        World w = rescuing().world();
        List<Fact> back = RescueRules.undo(w, w.memory().running().orElseThrow(), "no space left");

        assertEquals(
                new Fact.CedeAnswered(new CedeAnswer("c1", false, "no space left")), back.get(0));
    }

    private static Optional<List<Fact>> wayBack(Fact.WalRescued outcome) {
        return wayBack(rescuing().world(), outcome);
    }

    private static Optional<List<Fact>> wayBack(World w, Fact.WalRescued outcome) {
        return RescueRules.wayBack(w, w.memory().running().orElseThrow(), List.of(outcome));
    }

    private static Given rescuing() {
        Plan plan = new Plan(
                "p",
                PlanKind.FAILOVER,
                List.of(new Step.RescueWal()),
                1,
                List.of(new Step.ResumeReceiver()),
                "ceded");
        return ceded().remembers(
                        new Fact.CedeAnswered(new CedeAnswer("c1", true, "")),
                        new Fact.PlanBegun(plan));
    }
}
