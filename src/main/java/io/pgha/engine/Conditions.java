package io.pgha.engine;

import io.pgha.decision.World;
import io.pgha.model.ControlData;
import io.pgha.model.Lsn;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Policy;
import io.pgha.model.Postmaster;
import io.pgha.model.StandbyView;
import io.pgha.plan.PeerCondition;

import java.time.Duration;
import java.util.Optional;

/** What a workflow waits for at the peer, asked of the newest observation. */
final class Conditions {

    /** A standby less than this behind is caught up by the fast stop itself. */
    private static final long CAUGHT_UP_BYTES = 16L << 20;

    private Conditions() {}

    static boolean holds(World w, PeerCondition condition) {
        Optional<PeerMessage> peer = w.peer();
        return switch (condition) {
            case STREAMS -> streams(w, peer);
            case WOULD_TAKE -> streams(w, peer) && w.peerWouldTake();
            case HOLDS_FINAL_WAL -> holdsFinalWal(w, peer);
            case HOLDS_TOKEN ->
                peer.flatMap(PeerMessage::tokenHeld)
                                .filter(id -> w.memory()
                                        .token()
                                        .filter(t -> t.id().equals(id))
                                        .isPresent())
                                .isPresent()
                        || peer.filter(p -> p.epoch().isAfter(w.memory().epoch()))
                                .isPresent();
            case ANSWERED_CEDE ->
                peer.flatMap(PeerMessage::cedeAnswer)
                        .filter(a -> w.memory()
                                .cede()
                                .filter(c -> c.id().equals(a.id()))
                                .isPresent())
                        .isPresent();
            case VOIDED_TOKEN ->
                peer.filter(p -> p.tokenHeld().isEmpty()
                                && (p.state() == NodeState.STANDBY
                                        || p.state() == NodeState.UNDECIDED)
                                && !p.epoch().isAfter(w.memory().epoch())
                                && p.activity().isEmpty())
                        .isPresent();
        };
    }

    /** While nobody serves, waiting is no longer than the stop was allowed to be. */
    static Duration limit(Policy policy, PeerCondition condition) {
        return condition == PeerCondition.HOLDS_FINAL_WAL
                ? policy.stopTimeout()
                : policy.workflowTimeout();
    }

    /** Why it can never hold any more, whatever goes on at the peer; empty: it may. */
    static Optional<String> hindrance(World w, PeerCondition condition) {
        if (condition == PeerCondition.WOULD_TAKE) {
            return w.peer()
                    .filter(p -> !p.vetoes().isEmpty())
                    .map(p -> p.node() + " would not take over: " + String.join("; ", p.vetoes()));
        }
        if (condition != PeerCondition.HOLDS_FINAL_WAL) {
            return Optional.empty();
        }
        if (w.now().postmaster() == Postmaster.RUNNING) {
            return Optional.of(
                    "PostgreSQL was started meanwhile, so that its last WAL is not the final one");
        }
        if (w.now().postmaster() == Postmaster.CRASHED) {
            return Optional.of(
                    "PostgreSQL did not stop cleanly, so that nobody can hold its final WAL");
        }
        return w.peerIn(NodeState.UNDECIDED)
                .filter(p -> !p.inRecovery().orElse(true))
                .map(p -> p.node() + "'s PostgreSQL was promoted by hand meanwhile");
    }

    private static boolean streams(World w, Optional<PeerMessage> peer) {
        boolean ready = peer.filter(p -> p.state() == NodeState.STANDBY && p.streaming())
                .isPresent();
        return ready
                && w.now()
                        .local()
                        .answer()
                        .filter(view -> view.standbys().stream()
                                .anyMatch(s -> isCaughtUp(s, view.position())))
                        .isPresent();
    }

    private static boolean isCaughtUp(StandbyView standby, Lsn position) {
        return standby.state().equals("streaming")
                && standby.flushed().bytesBehind(position) < CAUGHT_UP_BYTES;
    }

    /**
     * The receiver's flushed position lies behind the start of the shutdown checkpoint record: it has the record. Of a peer that
     * takes over meanwhile the position says nothing, since it is on a timeline of its own then.
     */
    private static boolean holdsFinalWal(World w, Optional<PeerMessage> peer) {
        return w.now()
                .control()
                .filter(ControlData::isCleanStop)
                .flatMap(control -> peer.filter(p ->
                                p.state() == NodeState.STANDBY && p.inRecovery().orElse(false))
                        .flatMap(PeerMessage::position)
                        .map(theirs -> theirs.compareTo(control.checkpoint()) > 0))
                .orElse(false);
    }
}
