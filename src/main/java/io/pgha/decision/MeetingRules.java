package io.pgha.decision;

import io.pgha.model.Epoch;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;

import java.util.List;
import java.util.Optional;

/**
 * Two primaries meet (protocol section 7). The side with the lower epoch closes at once and counts; a side without client
 * commits since the fork yields, whatever its epoch; if both have some, both stay closed and a person decides.
 */
final class MeetingRules {

    private MeetingRules() {}

    /** What the primary does about this peer; empty: nothing to reconcile. */
    static Optional<Decision> primary(World w, PeerMessage peer) {
        Epoch mine = w.memory().epoch();
        Optional<Long> commits = w.memory().commits();
        switch (peer.state()) {
            case PRIMARY -> {
                return metPrimary(w, peer);
            }
            case RECONCILING -> {
                if (commits.isEmpty()) {
                    if (isUncountable(w)) {
                        return begin(inConflict(w, uncounted(w)));
                    }
                    return begin(w.workflows()
                            .count(
                                    w.id(),
                                    peer.node() + " was open too: count commits since the fork"));
                }
                return metReconciling(w, peer, commits.get());
            }
            case DEPOSED, STANDBY -> {
                if (peer.epoch().isAfter(mine)) {
                    return Optional.of(new Decision.Note(
                            Situation.TWO_PRIMARIES,
                            List.of(new Fact.Became(
                                    NodeState.PRIMARY,
                                    peer.epoch().next(),
                                    w.now().self(),
                                    peer.node() + " stepped down")),
                            peer.node() + " stepped down from epoch " + peer.epoch()
                                    + ": ours is raised above it"));
                }
            }
            case CONFLICT -> {
                // One that a person chose is above the epoch of the conflict.
                if (!mine.isAfter(peer.epoch())) {
                    return begin(inConflict(w, peer.node() + " is in conflict with epoch " + mine));
                }
            }
            case UNDECIDED, PROMOTING, ISOLATED, CEDED, RELEASING, RELEASED -> {}
        }
        return commits.isPresent()
                ? Optional.of(new Decision.Note(
                        Situation.HEALTHY,
                        List.of(new Fact.CommitsForgotten()),
                        "the meeting is over"))
                : Optional.empty();
    }

    @Decides({Row.A5, Row.A9})
    private static Optional<Decision> metPrimary(World w, PeerMessage peer) {
        Epoch mine = w.memory().epoch();
        if (peer.epoch().isAfter(mine)
                && w.policy().guard().isLease()
                && !peer.gateOpen().orElse(false)) {
            return Optional.of(
                    new Decision.Hold(
                            Situation.TWO_PRIMARIES,
                            peer.node() + " has claimed epoch " + peer.epoch()
                                    + " and not opened it yet: nothing is given up before it has (rule C)"));
        }
        if (peer.epoch().isAfter(mine) && w.policy().guard().isLease()) {
            return begin(w.workflows()
                    .depose(
                            w.id(),
                            peer.epoch(),
                            peer.node(),
                            peer.node() + " opened epoch " + peer.epoch()
                                    + " after the lease of epoch " + mine + " was over"));
        }
        if (peer.epoch().isAfter(mine)) {
            return begin(w.workflows()
                    .reconcile(
                            w.id(),
                            mine,
                            "met " + peer.node() + " open at epoch " + peer.epoch() + " (here "
                                    + mine + ")"));
        }
        if (peer.epoch().equals(mine)) {
            return begin(inConflict(
                    w, "both nodes are open at epoch " + mine + ", which must not happen"));
        }
        if (w.policy().guard().isLease()) {
            // Its lease is over, whatever its state says; this node has work of its own to do.
            return Optional.empty();
        }
        return Optional.of(new Decision.Hold(
                Situation.TWO_PRIMARIES,
                peer.node() + " is open at the older epoch " + peer.epoch() + " and has to close"));
    }

    private static Optional<Decision> metReconciling(World w, PeerMessage peer, long commits) {
        long theirs = peer.commitsSinceFork().orElse(-1L);
        if (theirs > 0 && commits == 0) {
            // Since the other has closed, its clients come here: what was counted while open is
            // old.
            return begin(
                    w.workflows()
                            .reconcile(
                                    w.id(),
                                    w.memory().epoch(),
                                    theirs + " commits on " + peer.node()
                                            + " since the fork, none here when they were counted: close, and count again"));
        }
        if (theirs > 0) {
            return begin(inConflict(w, both(w, peer, commits, theirs)));
        }
        return Optional.of(new Decision.Hold(
                Situation.TWO_PRIMARIES, peer.node() + " has closed and counts its commits"));
    }

    /** Closed, counted; now who yields? */
    static Decision reconciling(World w) {
        Optional<Long> commits = w.memory().commits();
        if (commits.isEmpty()) {
            return new Decision.Begin(
                    Situation.TWO_PRIMARIES,
                    List.of(),
                    isUncountable(w)
                            ? inConflict(w, uncounted(w))
                            : w.workflows()
                                    .reconcile(
                                            w.id(),
                                            w.memory().epoch(),
                                            "count commits since the fork"));
        }
        if (w.peer().isEmpty()) {
            return hold(
                    "closed after meeting another primary; it is silent again: pgha promote --force opens here");
        }
        PeerMessage peer = w.peer().get();
        if (commits.get() == 0 && (isStillOwner(peer) || isLesserOfTwoUnwritten(w, peer))) {
            return new Decision.Begin(
                    Situation.TWO_PRIMARIES,
                    List.of(),
                    w.workflows()
                            .depose(
                                    w.id(),
                                    higher(w, peer),
                                    peer.node(),
                                    "no client wrote here since the fork: yield to "
                                            + peer.node()));
        }
        if (peer.state() == NodeState.DEPOSED) {
            return new Decision.Begin(
                    Situation.TWO_PRIMARIES,
                    List.of(),
                    w.workflows()
                            .startAsPrimary(
                                    w.id(), higher(w, peer).next(), peer.node() + " yielded"));
        }
        if (peer.state() == NodeState.CONFLICT
                || peer.commitsSinceFork().filter(n -> n > 0).isPresent()) {
            return new Decision.Begin(
                    Situation.TWO_PRIMARIES,
                    List.of(),
                    inConflict(
                            w,
                            both(w, peer, commits.get(), peer.commitsSinceFork().orElse(-1L))));
        }
        return hold("closed after meeting " + peer.node() + " (" + peer.state() + "); "
                + commits.get() + " client commits here since the fork");
    }

    /**
     * The epoch of the conflict is the higher of both, so that only a later one, which a person
     * made, ends it. The other's own, of before, must never look like that choice.
     */
    private static Plan inConflict(World w, String why) {
        Memory m = w.memory();
        Optional<PeerMessage> above =
                w.now().peer().last().filter(p -> p.epoch().isAfter(m.epoch()));
        return w.workflows()
                .conflict(
                        w.id(),
                        above.map(PeerMessage::epoch).orElse(m.epoch()),
                        above.flatMap(PeerMessage::owner).orElse(w.now().self()),
                        why);
    }

    static Decision conflict(World w) {
        if (w.peerIn(NodeState.PRIMARY)
                .filter(p -> p.epoch().isAfter(w.memory().epoch()))
                .isPresent()) {
            return new Decision.Begin(
                    Situation.TWO_PRIMARIES,
                    List.of(),
                    w.workflows()
                            .depose(
                                    w.id(),
                                    higher(w, w.peer().orElseThrow()),
                                    w.now().peerId(),
                                    "a person chose " + w.now().peerId()));
        }
        return new Decision.Hold(
                Situation.WAITING_FOR_OPERATOR,
                w.memory().why()
                        + ". Choose: pgha promote --force on the node to keep, then pgha initialize on the other");
    }

    /** The count was tried and failed: what is not known is never taken for zero, so a person decides. */
    private static boolean isUncountable(World w) {
        return w.memory().lastOutcome().startsWith(PlanKind.RECONCILE.words() + " failed");
    }

    private static String uncounted(World w) {
        return "both nodes were open, and the commits since the fork could not be counted here ("
                + w.memory().lastOutcome() + ")";
    }

    /** Both are closed and nobody wrote on either: the lower rank yields, so that one is left to open. */
    private static boolean isLesserOfTwoUnwritten(World w, PeerMessage peer) {
        return peer.state() == NodeState.RECONCILING
                && peer.commitsSinceFork().filter(n -> n == 0).isPresent()
                && Eligibility.compareRank(w, peer) < 0;
    }

    private static boolean isStillOwner(PeerMessage peer) {
        boolean wroteToo = peer.commitsSinceFork().orElse(0L) > 0;
        return peer.state() == NodeState.PRIMARY
                || (peer.state() == NodeState.RECONCILING && wroteToo);
    }

    private static Epoch higher(World w, PeerMessage peer) {
        return peer.epoch().isAfter(w.memory().epoch())
                ? peer.epoch()
                : w.memory().epoch();
    }

    private static String both(World w, PeerMessage peer, long mine, long theirs) {
        return "both nodes took client commits since the fork: " + mine + " on "
                + w.now().self() + ", " + (theirs < 0 ? "an unknown number" : Long.toString(theirs))
                + " on " + peer.node();
    }

    private static Optional<Decision> begin(Plan plan) {
        return Optional.of(new Decision.Begin(Situation.TWO_PRIMARIES, List.of(), plan));
    }

    private static Decision hold(String why) {
        return new Decision.Hold(Situation.TWO_PRIMARIES, why);
    }
}
