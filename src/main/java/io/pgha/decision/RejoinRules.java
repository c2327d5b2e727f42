package io.pgha.decision;

import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.model.Policy;
import io.pgha.model.Policy.Rejoining;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Receiver;
import io.pgha.model.Rejoin;
import io.pgha.plan.CloneMode;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.RejoinWorkflows;
import io.pgha.plan.Step;
import io.pgha.plan.StepWords;
import io.pgha.plan.TargetWal;

import java.util.List;
import java.util.Optional;

/**
 * A deposed node follows the new owner (protocol section 8): without a person only where no client's commit is lost by it, and
 * only a peer that is the proven open owner.
 */
public final class RejoinRules {

    private RejoinRules() {}

    /**
     * The peer, when it is proven to be the owner that this node may take its data from: by its own fresh word it is the open,
     * writable primary of the epoch that deposed this node, and is about nothing else.
     */
    public static Optional<PeerMessage> openOwner(Observation now, Memory memory, Policy policy) {
        return now.freshPeer(Counting.fresh(policy))
                .filter(p -> p.state() == NodeState.PRIMARY
                        && p.epoch().equals(memory.epoch())
                        && memory.isOwner(p.node())
                        && p.postmaster() == Postmaster.RUNNING
                        && (p.gateOpen().orElse(false) || SyncRules.awaitsStandby(policy, p))
                        && p.inRecovery().filter(r -> !r).isPresent()
                        && p.activity().isEmpty());
    }

    static Optional<PeerMessage> openOwner(World w) {
        return openOwner(w.now(), w.memory(), w.policy());
    }

    /** What happens by itself; empty: nothing does. */
    static Optional<Decision> decide(World w) {
        Optional<PeerMessage> owner = openOwner(w);
        if (owner.isEmpty() || w.policy().rejoining() == Rejoining.MANUAL) {
            return Optional.empty();
        }
        if (isFollowing(w)) {
            return Optional.of(follows(owner.get()));
        }
        if (!w.now().isDown()) {
            return Optional.empty();
        }
        if (w.now().rejoin().isEmpty()) {
            return Optional.of(new Decision.Hold(
                    Situation.BUSY,
                    "epoch " + w.memory().epoch() + " is on " + owner.get().node()
                            + ": looking how this copy can follow it"));
        }
        return byWay(w, owner.get(), w.now().rejoin().get());
    }

    private static Optional<Decision> byWay(World w, PeerMessage owner, Rejoin rejoin) {
        return switch (rejoin.way()) {
            case START -> begin(plan(w, owner, rejoin, TargetWal.LOCAL));
            case REWIND -> {
                if (isRewindFailed(w)) {
                    yield recopy(w, owner);
                }
                yield rejoin.commits() == 0
                        ? begin(plan(w, owner, rejoin, TargetWal.LOCAL))
                        : Optional.empty();
            }
            case RECLONE ->
                w.memory().lastOutcome().startsWith(failed(PlanKind.REJOIN))
                        ? recopy(w, owner)
                        : Optional.empty();
            case UNKNOWN -> Optional.empty();
        };
    }

    /** A rewind that began and did not end leaves nothing that could be started; one that could not begin would not the next time. */
    private static Optional<Decision> recopy(World w, PeerMessage owner) {
        return begin(w.workflows()
                .initializeStandby(
                        w.id(),
                        owner.epoch(),
                        owner.node(),
                        CloneMode.ASIDE,
                        "copied anew, since the " + w.memory().lastOutcome()));
    }

    private static boolean isRewindFailed(World w) {
        String rewind = StepWords.of(new Step.Rewind("", TargetWal.LOCAL));
        return w.memory().lastOutcome().startsWith(failed(PlanKind.REJOIN) + ": " + rewind);
    }

    private static String failed(PlanKind kind) {
        return kind.words() + " failed";
    }

    /** The workflow for what was found; there is one for START and REWIND only. */
    static Plan plan(World w, PeerMessage owner, Rejoin rejoin, TargetWal wal) {
        return rejoin.way() == Rejoin.Way.START
                ? RejoinWorkflows.start(w.id(), owner.epoch(), owner.node(), rejoin.why())
                : RejoinWorkflows.rewind(
                        w.id(),
                        owner.epoch(),
                        owner.node(),
                        rejoin.fork().orElseThrow(),
                        rejoin.timeline(),
                        wal,
                        rejoin.why());
    }

    /** A person has started it, or a workflow that could not wait for the stream has. */
    private static boolean isFollowing(World w) {
        return w.now().isInRecovery()
                && w.now()
                        .local()
                        .answer()
                        .flatMap(PostgresView::receiver)
                        .filter(Receiver::isStreaming)
                        .isPresent();
    }

    private static Decision follows(PeerMessage owner) {
        return new Decision.Note(
                Situation.HEALTHY,
                List.of(new Fact.Became(
                        NodeState.STANDBY,
                        owner.epoch(),
                        owner.node(),
                        "PostgreSQL streams from " + owner.node())),
                "PostgreSQL streams from " + owner.node() + ": standby");
    }

    /** What a person who looks at a deposed node should know and type. */
    static String remedy(World w) {
        String copy = "run pgha initialize here to follow it";
        if (!w.now().isDown() || w.now().rejoin().isEmpty()) {
            return copy;
        }
        Rejoin rejoin = w.now().rejoin().get();
        return switch (rejoin.way()) {
            case START -> rejoin.why() + ": run pgha rejoin here to follow it";
            case REWIND ->
                rejoin.why() + ": run pgha rejoin here, which saves and then discards that, or "
                        + copy;
            case RECLONE, UNKNOWN -> rejoin.why() + ": " + copy;
        };
    }

    private static Optional<Decision> begin(Plan plan) {
        return Optional.of(new Decision.Begin(Situation.BUSY, List.of(), plan));
    }
}
