package io.pgha.decision;

import io.pgha.model.CedeAnswer;
import io.pgha.model.Epoch;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Postmaster;
import io.pgha.model.Register;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.CloneMode;
import io.pgha.plan.Plan;
import io.pgha.plan.Step;
import io.pgha.plan.StopMode;

import java.util.List;
import java.util.Optional;

/** The states between two roles: an intent, a cede, a release, a lost epoch. */
final class HandoverRules {

    private HandoverRules() {}

    /** The daemon restarted during a takeover. PostgreSQL itself says how far it came (rule S). */
    static Decision promoting(World w) {
        Optional<PeerMessage> above = above(w);
        if (above.isPresent()) {
            return begin(w.workflows()
                    .depose(
                            w.id(),
                            above.get().epoch(),
                            above.get().node(),
                            above.get().node() + " opened epoch " + above.get().epoch()
                                    + " while this node was taking over"));
        }
        if (w.now().isReadWrite()) {
            return promoted(w);
        }
        if (w.now().isInRecovery() && isRepeated(w)) {
            return takeAgain(
                    w,
                    ClaimBasis.CEDED,
                    w.now().peerId() + " ceded epoch " + epochBefore(w)
                            + ", which was taken before the restart");
        }
        if (w.now().isInRecovery() && isClaimed(w)) {
            return takeAgain(
                    w,
                    ClaimBasis.EXPIRY,
                    "the arbiter confirms the claim of epoch " + w.memory().epoch()
                            + " made before the restart");
        }
        if (w.now().isDown()) {
            return FailedPromotion.decide(w, isRepeated(w));
        }
        if (w.policy().guard().isLease() && LeaseRules.freshReply(w).isEmpty()) {
            return new Decision.Hold(
                    Situation.WAITING_FOR_OPERATOR,
                    "a takeover was interrupted, and the arbiter does not answer whether epoch "
                            + w.memory().epoch() + " is claimed: it goes on or ends when it does");
        }
        if (w.now().isInRecovery()) {
            return asBefore(w, "an unproven intent is void after a restart");
        }
        return new Decision.Hold(
                Situation.WAITING_FOR_OPERATOR,
                "a takeover was interrupted and PostgreSQL does not answer ("
                        + w.now().local().why() + "): start it, the rest follows by itself");
    }

    /** By the takeover, or by hand in the midst of one that never got the epoch. */
    private static Decision promoted(World w) {
        if (isAnothers(w)) {
            return new Decision.Note(
                    Situation.UNDECIDED,
                    List.of(
                            new Fact.Became(
                                    NodeState.UNDECIDED,
                                    epochBefore(w),
                                    w.now().peerId(),
                                    "PostgreSQL was promoted by hand during a takeover that nobody had confirmed")),
                    "the arbiter holds epoch " + epochBefore(w) + " of "
                            + w.now().peerId() + ": the intent for epoch "
                            + w.memory().epoch() + " is void");
        }
        return begin(w.workflows()
                .startAsPrimary(
                        w.id(),
                        w.memory().epoch(),
                        "promotion had been carried out before the restart"));
    }

    static Epoch epochBefore(World w) {
        return new Epoch(Math.max(0, w.memory().epoch().number() - 1));
    }

    private static Decision takeAgain(World w, ClaimBasis basis, String why) {
        return begin(w.workflows()
                .failover(
                        w.id(),
                        w.memory().epoch(),
                        epochBefore(w),
                        Optional.of(w.now().peerId()),
                        basis,
                        why));
    }

    private static boolean isRepeated(World w) {
        return w.peerIn(NodeState.CEDED)
                .flatMap(PeerMessage::cede)
                .filter(c -> c.to().equals(w.now().self())
                        && c.epoch().next().equals(w.memory().epoch())
                        && w.memory()
                                .cedeAnswer()
                                .filter(a -> a.taken() && a.id().equals(c.id()))
                                .isPresent())
                .isPresent();
    }

    private static boolean isClaimed(World w) {
        return LeaseRules.register(w)
                .filter(r -> r.owner().equals(w.now().self())
                        && r.epoch().equals(w.memory().epoch()))
                .isPresent();
    }

    /** The epoch was never claimed: the peer still owns the one before, by the arbiter and by its own word. */
    private static boolean isAnothers(World w) {
        return w.memory().given().filter(w.memory().epoch()::equals).isEmpty()
                && w.peerIn(NodeState.PRIMARY).isPresent()
                && LeaseRules.register(w)
                        .filter(r -> r.owner().equals(w.now().peerId())
                                && r.epoch().equals(epochBefore(w)))
                        .isPresent();
    }

    /** The standby that this node was before its takeover began, by the workflow that leaves nothing of it behind. */
    static Decision asBefore(World w, String why) {
        Plan plan = w.workflows().startAsStandby(w.id(), epochBefore(w), w.now().peerId(), why);
        return new Decision.Begin(Situation.BUSY, List.of(), plan);
    }

    static Decision ceded(World w) {
        if (w.memory().cede().isEmpty()) {
            return new Decision.Note(
                    Situation.UNDECIDED,
                    List.of(new Fact.Became(
                            NodeState.UNDECIDED,
                            w.memory().epoch(),
                            w.now().self(),
                            "the cede was never sent")),
                    "an unsent cede is void after a restart");
        }
        String id = w.memory().cede().get().id();
        Optional<CedeAnswer> answer =
                w.peer().flatMap(PeerMessage::cedeAnswer).filter(a -> a.id().equals(id));
        Optional<PeerMessage> above = w.peer()
                .filter(p ->
                        p.epoch().isAfter(w.memory().epoch()) && p.state() == NodeState.PRIMARY);
        if (above.isPresent()) {
            String why = above.get().node() + " took the epoch it was ceded";
            Epoch epoch = above.get().epoch();
            return begin(
                    isInHistoryOf(w, above.get())
                            ? w.workflows().follow(w.id(), epoch, above.get().node(), why)
                            : w.workflows().depose(w.id(), epoch, above.get().node(), why));
        }
        Optional<Decision> goesOn = takenBack(w);
        if (goesOn.isPresent()) {
            return goesOn.get();
        }
        if (answer.filter(a -> !a.taken()).isPresent()) {
            return new Decision.Begin(
                    Situation.POSTGRES_DOWN,
                    List.of(new Fact.CedeVoided(id)),
                    outOfRecovery(
                            w,
                            w.workflows()
                                    .restart(
                                            w.id(),
                                            w.memory().epoch(),
                                            w.now().peerId() + " refused the cede ("
                                                    + answer.get().why()
                                                    + "): serve again here")));
        }
        Optional<Decision> back = takesBack(w);
        if (back.isPresent()) {
            return back.get();
        }
        return new Decision.Hold(
                answer.isPresent() || w.peer().isPresent()
                        ? Situation.PRIMARY_DOWN
                        : Situation.WAITING_FOR_OPERATOR,
                answer.isPresent()
                        ? w.now().peerId() + " takes over"
                        : "ceded epoch " + w.memory().epoch() + " to " + w.now().peerId()
                                + ", which has not answered: start pgha there; if it is surely down and never took over,"
                                + " pgha promote --force here");
    }

    /** Started by hand meanwhile, it found standby.signal, whether it says so already or not; only a start without it serves. */
    private static Plan outOfRecovery(World w, Plan plan) {
        boolean isRecovering =
                w.now().postmaster() == Postmaster.RUNNING && !w.now().isReadWrite();
        return isRecovering ? plan.after(new Step.StopPostgres(StopMode.LADDER)) : plan;
    }

    /** Stopped cleanly, and the peer left this timeline after the shutdown checkpoint: it can be followed without a copy. */
    private static boolean isInHistoryOf(World w, PeerMessage peer) {
        return w.now().postmaster() == Postmaster.STOPPED
                && w.now()
                        .control()
                        .filter(control -> peer.forks().stream()
                                .anyMatch(fork -> fork.timeline() == control.timeline()
                                        && fork.at().compareTo(control.checkpoint()) > 0))
                        .isPresent();
    }

    /**
     * Rule S: what was begun before a restart goes on, since the arbiter has moved the epoch past the one that was ceded. The
     * peer, whatever it answers, can claim nothing any more.
     */
    private static Optional<Decision> takenBack(World w) {
        return LeaseRules.register(w)
                .filter(r -> CedeOffer.isMoved(w, r))
                .map(r -> takeBack(
                        w,
                        r.epoch(),
                        w.memory().epoch(),
                        w.now().self(),
                        "the arbiter confirms that the cede was taken back"));
    }

    private static Optional<Decision> takesBack(World w) {
        return LeaseRules.register(w)
                .filter(r -> canTakeBack(w, r))
                .map(
                        r -> takeBack(
                                w,
                                w.memory().epoch().next().next(),
                                r.epoch(),
                                r.owner(),
                                w.now().peerId()
                                        + " fell silent after the cede, and the arbiter says that it never opened"));
    }

    private static Decision takeBack(World w, Epoch next, Epoch held, NodeId heldBy, String why) {
        return begin(outOfRecovery(w, w.workflows().takeBack(w.id(), next, held, heldBy, why)));
    }

    /** Rule R, with an arbiter: nobody has opened the next epoch, and no grant of anybody is in force. */
    private static boolean canTakeBack(World w, Register r) {
        Epoch mine = w.memory().epoch();
        boolean unopened =
                !r.epoch().isAfter(mine) || (r.epoch().equals(mine.next()) && !r.leased());
        return w.policy().guard().isLease()
                && w.peer().isEmpty()
                && w.tally().silences() >= w.policy().maxPrimaryFailcount()
                && unopened
                && LeaseRules.ownRest(w).isZero()
                && LeaseRules.freshReply(w).filter(a -> a.leaseRest().isZero()).isPresent();
    }

    /** Rule R: a cede is answered, also by a node that cannot take it; the old owner serves again then. */
    static Optional<Decision> refusal(World w) {
        return w.peer()
                .flatMap(PeerMessage::cede)
                .filter(c -> c.to().equals(w.now().self())
                        && w.memory()
                                .cedeAnswer()
                                .filter(a -> a.id().equals(c.id()) && !a.taken())
                                .isEmpty())
                .map(c -> StandbyRules.refuse(c, "this node is " + w.memory().state()));
    }

    static Decision deposed(World w) {
        Optional<Decision> refusal = refusal(w);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        Optional<PeerMessage> primary = w.peerIn(NodeState.PRIMARY);
        if (primary.filter(p ->
                        p.epoch().isAfter(w.memory().epoch()) || !w.memory().isOwner(p.node()))
                .isPresent()) {
            return new Decision.Note(
                    Situation.WAITING_FOR_OPERATOR,
                    List.of(new Fact.EpochSeen(
                            primary.get().epoch(), primary.get().node())),
                    "epoch " + primary.get().epoch() + " is " + primary.get().node() + "'s");
        }
        if (w.now().isReadWrite()) {
            return begin(w.workflows()
                    .depose(
                            w.id(),
                            w.memory().epoch(),
                            w.memory().owner().orElse(w.now().peerId()),
                            "PostgreSQL was started here by hand, while "
                                    + w.now().peerId() + " owns the epoch"));
        }
        Optional<Decision> rejoin = RejoinRules.decide(w);
        if (rejoin.isPresent()) {
            return rejoin.get();
        }
        if (primary.flatMap(PeerMessage::wantsStandby).isPresent()) {
            return begin(w.workflows()
                    .initializeStandby(
                            w.id(),
                            primary.get().epoch(),
                            primary.get().node(),
                            CloneMode.ASIDE,
                            primary.get().node()
                                    + " is being released to this node and asks for a standby"));
        }
        return new Decision.Hold(
                Situation.WAITING_FOR_OPERATOR,
                "epoch " + w.memory().epoch() + " is on "
                        + w.memory().owner().orElse(w.now().peerId()) + ": "
                        + RejoinRules.remedy(w));
    }

    static Decision releasing(World w) {
        Optional<PeerMessage> above = w.peerBeyond();
        if (above.isPresent()) {
            String why = above.get().node() + " went on to epoch " + above.get().epoch();
            boolean follows =
                    above.get().state() == NodeState.PRIMARY && isInHistoryOf(w, above.get());
            return begin(
                    follows
                            ? w.workflows()
                                    .follow(
                                            w.id(),
                                            above.get().epoch(),
                                            above.get().node(),
                                            why)
                            : w.workflows()
                                    .depose(
                                            w.id(),
                                            above.get().epoch(),
                                            above.get().node(),
                                            why));
        }
        if (w.now().isDown() || w.now().postmaster() == Postmaster.RUNNING) {
            return begin(w.workflows()
                    .restart(
                            w.id(),
                            w.memory().epoch(),
                            "a release was interrupted before it was issued: serve again"));
        }
        return new Decision.Hold(
                Situation.WAITING_FOR_OPERATOR,
                "a release was interrupted and PostgreSQL's state is unknown: see pgha check");
    }

    static Decision released(World w) {
        Optional<PeerMessage> primary = w.peerIn(NodeState.PRIMARY)
                .filter(p -> p.epoch().isAfter(w.memory().epoch()));
        if (primary.isPresent()) {
            return begin(w.workflows()
                    .follow(
                            w.id(),
                            primary.get().epoch(),
                            primary.get().node(),
                            primary.get().node()
                                    + " redeemed the release: follow it without copying"));
        }
        return new Decision.Hold(
                Situation.WAITING_FOR_OPERATOR,
                "there is no primary until pgha initialize is typed on "
                        + w.now().peerId() + "; pgha release --cancel takes the role back");
    }

    /** The peer, if it has opened a higher epoch: whatever this node was about is void. */
    private static Optional<PeerMessage> above(World w) {
        return w.peerIn(NodeState.PRIMARY)
                .filter(p -> p.epoch().isAfter(w.memory().epoch()));
    }

    private static Decision begin(Plan plan) {
        return new Decision.Begin(Situation.BUSY, List.of(), plan);
    }
}
