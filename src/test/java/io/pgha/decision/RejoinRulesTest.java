package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.decision.Verdicts.Verdict;
import io.pgha.model.Fork;
import io.pgha.model.Lsn;
import io.pgha.model.NodeState;
import io.pgha.model.Policy.Rejoining;
import io.pgha.model.Postmaster;
import io.pgha.model.Rejoin;
import io.pgha.model.Rejoin.Way;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;
import io.pgha.plan.StepWords;
import io.pgha.plan.TargetWal;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

/** How a node that was replaced comes back: what it does alone, what only a person does. */
final class RejoinRulesTest {

    private static final Rejoin START = Rejoin.of(Way.START, "nothing was written here");

    private static Rejoin rewind(long commits) {
        Fork fork = new Fork(1, new Lsn(0x3000000));
        return new Rejoin(
                Way.REWIND, "it goes on", Optional.of(fork), 1, 500, 2, commits, List.of());
    }

    /** A is stopped and DEPOSED; B is the open primary of the epoch that deposed it. */
    private static Given deposed() {
        return Given.primary()
                .state(NodeState.DEPOSED, 4, Given.B)
                .postmaster(Postmaster.CRASHED)
                .peer(NodeState.PRIMARY, 4, Given.B)
                .peerReadWrite();
    }

    private static Plan begun(Given given) {
        return assertInstanceOf(Decision.Begin.class, given.decides()).plan();
    }

    private static void assertWaits(Given given) {
        Decision.Hold hold = assertInstanceOf(Decision.Hold.class, given.decides());
        assertEquals(Situation.WAITING_FOR_OPERATOR, hold.situation());
    }

    private static boolean rewinds(Plan plan) {
        return plan.steps().stream().anyMatch(Step.Rewind.class::isInstance);
    }

    @Test
    void whereNothingDivergedAStartIsEnoughAndWhereNoClientWroteARewind() {
        Plan start = begun(deposed().rejoin(START));
        assertEquals(PlanKind.REJOIN, start.kind());
        assertFalse(rewinds(start));

        Plan rewind = begun(deposed().rejoin(rewind(0)));
        assertEquals(PlanKind.REJOIN, rewind.kind());
        List<Step> steps = rewind.steps();
        int saved = indexOf(steps, Step.SaveDivergedWal.class);
        int rewound = indexOf(steps, Step.Rewind.class);
        assertTrue(saved < rewound, "what is taken back is saved first");
        assertTrue(rewound < indexOf(steps, Step.StartPostgres.class));
        assertTrue(
                indexOf(steps, Step.AwaitStreaming.class) < indexOf(steps, Step.Become.class),
                "it is a standby when it streams");
    }

    private static int indexOf(List<Step> steps, Class<? extends Step> kind) {
        return steps.stream().map(Object::getClass).toList().indexOf(kind);
    }

    @Test
    void aClientsCommitIsDiscardedByAPersonOnly() {
        Given given = deposed().rejoin(rewind(1));
        assertWaits(given);
        assertTrue(given.decides().why().contains("pgha rejoin here"));

        Verdict verdict = RejoinVerdicts.rejoin(given.world(), TargetWal.LOCAL);
        assertEquals(0, verdict.exitCode());
        assertTrue(rewinds(verdict.plan().orElseThrow()));
        assertTrue(verdict.words().toString().contains("1 commits of clients are discarded"));
    }

    @Test
    void onlyTheProvenOpenOwnerOfTheEpochIsFollowed() {
        List<Given> unproven = List.of(
                deposed().peerSilent(),
                deposed().peerGateClosed(),
                deposed().peerPostmaster(Postmaster.CRASHED),
                deposed().peer(NodeState.STANDBY, 4, Given.B),
                deposed().peer(NodeState.PRIMARY, 3, Given.B),
                Given.primary()
                        .state(NodeState.DEPOSED, 4, Given.B)
                        .postmaster(Postmaster.CRASHED)
                        .peer(NodeState.PRIMARY, 4, Given.B));
        for (Given given : unproven) {
            given.rejoin(START);
            assertInstanceOf(Decision.Hold.class, given.decides());
            Verdict verdict = RejoinVerdicts.rejoin(given.world(), TargetWal.LOCAL);
            assertEquals(5, verdict.exitCode(), verdict.words().toString());
        }
    }

    @Test
    void withRejoinManualAPersonSaysSo() {
        Given given = deposed().rejoin(START).rejoining(Rejoining.MANUAL);
        assertWaits(given);
        assertEquals(
                PlanKind.REJOIN,
                RejoinVerdicts.rejoin(given.world(), TargetWal.LOCAL)
                        .plan()
                        .orElseThrow()
                        .kind());
    }

    @Test
    void whatIsNotKnownAndWhatCannotBeRewoundWaits() {
        Rejoin hindered = rewind(0).hindered(List.of("no rights", "no space"));
        assertEquals(Way.RECLONE, hindered.way());
        assertWaits(deposed().rejoin(hindered));
        assertWaits(deposed().rejoin(Rejoin.of(Way.UNKNOWN, "unreadable")));
        Verdict verdict =
                RejoinVerdicts.rejoin(deposed().rejoin(hindered).world(), TargetWal.LOCAL);
        assertEquals(5, verdict.exitCode());
        assertTrue(verdict.words().toString().contains("no rights,   no space"));
    }

    @Test
    void aRewindThatFailedIsFollowedByACopyAndACopyThatFailedByAPerson() {
        Rejoin torn = Rejoin.of(Way.RECLONE, "pg_rewind was interrupted");
        String rewinding = StepWords.of(new Step.Rewind("", TargetWal.LOCAL));
        Given failed = deposed().rejoin(rewind(0));
        Plan plan = begun(failed);
        failed.remembers(
                new Fact.PlanBegun(plan),
                new Fact.PlanEnded(plan.id(), false, "rejoin failed: " + rewinding + ": broken"));
        assertEquals(PlanKind.INITIALIZE_STANDBY, begun(failed).kind());
        assertEquals(PlanKind.INITIALIZE_STANDBY, begun(failed.rejoin(torn)).kind());

        failed.remembers(
                new Fact.PlanBegun(plan),
                new Fact.PlanEnded(plan.id(), false, "initialize as standby failed: no space"));
        assertWaits(failed.rejoin(torn));
    }

    @Test
    void aDeposedNodeWhoseServerStreamsIsAStandby() {
        Decision.Note note = assertInstanceOf(
                Decision.Note.class,
                Given.standby()
                        .state(NodeState.DEPOSED, 4, Given.A)
                        .peer(NodeState.PRIMARY, 4, Given.A)
                        .peerReadWrite()
                        .decides());
        assertEquals(
                NodeState.STANDBY,
                assertInstanceOf(Fact.Became.class, note.facts().get(0)).state());
    }

    @Test
    void aNodeThatWaitsToFollowHoldsStillForThePeerThatItWaitsFor() {
        Given waits = deposed()
                .remembers(new Fact.PlanBegun(begun(deposed().rejoin(START))))
                .peer(NodeState.UNDECIDED, 4, Given.B)
                .peerHolds(false, true);

        assertTrue(Boot.holdFor(waits.world()).isPresent());
    }
}
