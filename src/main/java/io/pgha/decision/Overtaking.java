package io.pgha.decision;

import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Postmaster;
import io.pgha.plan.PeerCondition;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What overtakes a workflow in flight: a peer that opened a higher epoch makes it void, and a primary that only waits (for a
 * copy of an hour, for a checkpoint) still closes, cedes or reconciles as if it were idle. A start in place has its budget.
 */
final class Overtaking {

    private Overtaking() {}

    /** Empty: the workflow goes on. */
    static Optional<Decision> decide(World w, Memory.Running running) {
        Optional<PeerMessage> above = w.peerIn(NodeState.PRIMARY)
                .filter(p -> p.epoch().isAfter(w.memory().epoch())
                        && hasOpened(w, p)
                        && isVoidedBy(running));
        if (above.isPresent()) {
            String why = above.get().node() + " opened epoch " + above.get().epoch();
            return Optional.of(giveUp(Situation.TWO_PRIMARIES, running, why));
        }
        Optional<PeerMessage> beyond = w.peerBeyond();
        if (w.memory().state() == NodeState.RELEASING
                && beyond.isPresent()
                && isVoidedBy(running)) {
            String why = w.now().peerId() + " went on to epoch " + beyond.get().epoch();
            return Optional.of(giveUp(Situation.TWO_PRIMARIES, running, why));
        }
        if (RestartRules.isOverdue(w, running)) {
            return Optional.of(instead(
                    running,
                    PrimaryRules.cede(
                            w,
                            "PostgreSQL crashed and does not serve again within restart_budget = "
                                    + w.policy().crash().restartBudget().toSeconds() + " s")));
        }
        if (speaksAgain(w, running)) {
            String why = w.now().peerId() + " is heard again, and serves";
            return Optional.of(new Decision.Note(
                    Situation.PRIMARY_FAILING,
                    List.of(new Fact.PlanUndoing(running.plan().id(), why)),
                    why));
        }
        boolean idle = w.memory().state() == NodeState.PRIMARY
                && w.memory().stillness().isEmpty()
                && waits(running);
        if (!idle) {
            return Optional.empty();
        }
        if (PrimaryRules.decide(w) instanceof Decision.Begin begin
                && (closes(begin.plan().kind()) || isMoot(w, running))) {
            return Optional.of(instead(running, begin));
        }
        if (isMoot(w, running)) {
            return Optional.of(giveUp(
                    Situation.POSTGRES_DOWN,
                    running,
                    "no primary's PostgreSQL runs here any more"));
        }
        return Optional.empty();
    }

    /** It waits for the peer to follow a PostgreSQL that is down, or in recovery: that ends only when this node is free again. */
    private static boolean isMoot(World w, Memory.Running running) {
        return (w.now().isDown() || w.now().isInRecovery())
                && running.step() instanceof Step.AwaitPeer await
                && (await.condition() == PeerCondition.STREAMS
                        || await.condition() == PeerCondition.WOULD_TAKE);
    }

    /** With a lease a claim that was not opened deposes nobody (rule C). */
    private static boolean hasOpened(World w, PeerMessage peer) {
        return !w.policy().guard().isLease() || peer.gateOpen().orElse(false);
    }

    /** A takeover on silence, not yet promoted, and the primary speaks; where leases guard, the claim decides instead. */
    private static boolean speaksAgain(World w, Memory.Running running) {
        return !w.policy().guard().isLease()
                && running.plan().kind() == PlanKind.FAILOVER
                && running.canUndo()
                && w.peerIn(NodeState.PRIMARY)
                        .filter(p -> p.postmaster() == Postmaster.RUNNING)
                        .isPresent();
    }

    private static boolean isVoidedBy(Memory.Running running) {
        return switch (running.plan().kind()) {
            case FAILOVER,
                    PROMOTE,
                    CEDE,
                    START,
                    RESTART,
                    ISOLATE,
                    SWITCHOVER,
                    RELEASE,
                    CANCEL_RELEASE,
                    INITIALIZE_PRIMARY,
                    RECLAIM -> true;
            case DEPOSE, RECONCILE, FOLLOW, REJOIN, INITIALIZE_STANDBY -> false;
        };
    }

    private static boolean closes(PlanKind kind) {
        return switch (kind) {
            case CEDE, DEPOSE, RECONCILE, ISOLATE -> true;
            case FAILOVER,
                    PROMOTE,
                    START,
                    RESTART,
                    SWITCHOVER,
                    RELEASE,
                    CANCEL_RELEASE,
                    FOLLOW,
                    REJOIN,
                    INITIALIZE_PRIMARY,
                    INITIALIZE_STANDBY,
                    RECLAIM -> false;
        };
    }

    /** The step under way changes nothing at PostgreSQL, so that leaving it leaves nothing half done. */
    private static boolean waits(Memory.Running running) {
        if (running.isOver()) {
            return false;
        }
        Step step = running.step();
        return step instanceof Step.AwaitPeer
                || step instanceof Step.AwaitOpen
                || step instanceof Step.AskForStandby
                || step instanceof Step.Checkpoint
                || step instanceof Step.PausePoolers
                || step instanceof Step.DropOld;
    }

    private static Decision giveUp(Situation situation, Memory.Running running, String why) {
        return new Decision.Note(situation, List.of(givenUp(running, why)), why);
    }

    private static Decision instead(Memory.Running running, Decision.Begin begin) {
        List<Fact> first = new ArrayList<>();
        first.add(givenUp(running, begin.why()));
        first.addAll(begin.first());
        return new Decision.Begin(begin.situation(), first, begin.plan());
    }

    private static Fact givenUp(Memory.Running running, String why) {
        return new Fact.PlanEnded(
                running.plan().id(), false, running.plan().kind().words() + " given up: " + why);
    }
}
