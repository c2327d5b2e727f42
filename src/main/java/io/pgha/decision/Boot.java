package io.pgha.decision;

import io.pgha.model.ArbiterReply;
import io.pgha.model.Epoch;
import io.pgha.model.Guard;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.model.Register;
import io.pgha.plan.PlanKind;

import java.time.Duration;
import java.util.Optional;

/** May this node open as primary after a boot, an isolation or a first start? (design section 7, row A11) */
public final class Boot {

    /** Two daemons that start together need this long to hear each other; nobody is told to act before. */
    private static final Duration FIRST_CONTACT = Duration.ofSeconds(5);

    private Boot() {}

    /** The answer, with its reason. */
    public record Verdict(Kind kind, Epoch epoch, String why) {}

    /** What a verdict can be. */
    public enum Kind {
        /** Open, at the verdict's epoch. */
        OPEN,
        /** Not yet: an answer is awaited. */
        WAIT,
        /** Not without a person. */
        STAY,
        /** Never with this copy: the peer is primary at the verdict's epoch. */
        DEPOSED
    }

    /** Decides by the peer if it speaks, by guard and memory if it does not; without a vote nobody opens by itself. */
    @Decides(Row.A11)
    public static Verdict verdict(World w) {
        Verdict verdict = w.peer().map(peer -> withPeer(w, peer)).orElseGet(() -> alone(w));
        return verdict.kind() == Kind.OPEN
                ? VoteRules.withoutVote(w).map(why -> stay(w, why)).orElse(verdict)
                : verdict;
    }

    private static boolean isOtherDatabase(World w, PeerMessage peer) {
        return peer.systemId().isPresent()
                && w.now().systemId().isPresent()
                && !peer.systemId().equals(w.now().systemId());
    }

    private static Verdict deposed(PeerMessage peer, Epoch mine) {
        return new Verdict(
                Kind.DEPOSED,
                peer.epoch().isAfter(mine) ? peer.epoch() : mine,
                peer.node() + " is primary at epoch " + peer.epoch()
                        + ": run pgha initialize here to follow it");
    }

    private static Verdict withPeer(World w, PeerMessage peer) {
        Epoch mine = w.memory().epoch();
        if (isOtherDatabase(w, peer)) {
            return stay(
                    w,
                    "the peer's database is another one (system identifier "
                            + peer.systemId().orElseThrow() + ", here "
                            + w.now().systemId().orElseThrow()
                            + "): on the node whose database is not the pair's, rename its data directory, type systemctl"
                            + " restart pgha, and pgha initialize when the other node serves");
        }
        Optional<Verdict> given = givenToUs(w, peer);
        if (given.isPresent()) {
            return given.get();
        }
        boolean arbiterDecides = w.policy().guard().isLease()
                && w.memory().isOwner(w.now().self())
                && mine.isAfter(peer.epoch())
                && !isUnclaimed(w, peer);
        switch (peer.state()) {
            case PRIMARY, RECONCILING -> {
                return arbiterDecides
                        ? wait(
                                w,
                                peer.node() + " is primary at the older epoch " + peer.epoch()
                                        + " and steps down when the arbiter says so")
                        : deposed(peer, mine);
            }
            case PROMOTING, RELEASING -> {
                return wait(w, peer.node() + " is " + peer.state());
            }
            case RELEASED -> {
                return stay(
                        w,
                        peer.node()
                                + " released the role: pgha initialize here, or pgha release --cancel there");
            }
            case CONFLICT -> {
                return stay(
                        w,
                        "both nodes hold commits of their own: pgha promote --force on the one to keep");
            }
            case UNDECIDED, STANDBY, ISOLATED, CEDED, DEPOSED -> {}
        }
        if (peer.holdFor().filter(w.bootQuestion()::equals).isPresent()) {
            return new Verdict(
                    Kind.OPEN,
                    opening(w, peer),
                    peer.node() + " is " + peer.state() + " and holds still for us");
        }
        if (Eligibility.compareRank(w, peer) < 0) {
            return wait(
                    w,
                    peer.node() + " holds the newer copy (epoch " + peer.epoch()
                            + ") and opens first");
        }
        return wait(w, "asked " + peer.node() + " (" + peer.state() + ") to hold still");
    }

    /** The arbiter holds the peer's epoch, so that this node's own was never claimed, and nobody gave it to this node either. */
    private static boolean isUnclaimed(World w, PeerMessage peer) {
        return w.memory().given().filter(w.memory().epoch()::equals).isEmpty()
                && LeaseRules.register(w)
                        .filter(r -> r.leased()
                                && r.owner().equals(peer.node())
                                && r.epoch().equals(peer.epoch()))
                        .isPresent();
    }

    /** The peer gave its epoch up to this node, which owns the next one: it waits for nothing else. */
    private static Optional<Verdict> givenToUs(World w, PeerMessage peer) {
        boolean ceded = isCededToUs(w, peer);
        return ceded || isReleasedToUs(w, peer)
                ? Optional.of(new Verdict(
                        Kind.OPEN,
                        w.memory().epoch(),
                        peer.node() + (ceded ? " ceded epoch " : " released epoch ") + peer.epoch()
                                + " to this node, which owns the next one"))
                : Optional.empty();
    }

    /**
     * The peer's vote for this node stands, and this node took it, or took the same epoch on silence without having heard of
     * it: neither can take its word back. Once refused, the vote is void.
     */
    private static boolean isCededToUs(World w, PeerMessage peer) {
        return peer.state() == NodeState.CEDED
                && w.memory().isOwner(w.now().self())
                && peer.cede()
                        .filter(c -> c.to().equals(w.now().self())
                                && c.epoch().next().equals(w.memory().epoch())
                                && w.memory()
                                        .cedeAnswer()
                                        .filter(a -> !a.taken() && a.id().equals(c.id()))
                                        .isEmpty())
                        .isPresent();
    }

    /** A release that this node has redeemed, or run ahead of: the peer cannot take it back any more. */
    private static boolean isReleasedToUs(World w, PeerMessage peer) {
        return peer.state() == NodeState.RELEASED
                && w.memory().isOwner(w.now().self())
                && peer.token()
                        .filter(t -> t.target().equals(w.now().self())
                                && t.epoch().next().equals(w.memory().epoch()))
                        .isPresent();
    }

    private static Epoch opening(World w, PeerMessage peer) {
        boolean known = w.memory().epoch().isAfter(Epoch.NONE)
                && w.memory().isOwner(w.now().self())
                && !peer.epoch().isAfter(w.memory().epoch());
        // A deposed one may have been the owner of its epoch itself, and yielded: then ours is
        // above.
        boolean told = peer.epoch().isAfter(Epoch.NONE)
                && peer.state() != NodeState.DEPOSED
                && peer.owner().filter(w.now().self()::equals).isPresent()
                && !w.memory().epoch().isAfter(peer.epoch());
        if (known) {
            return w.memory().epoch();
        }
        if (told) {
            return peer.epoch();
        }
        Epoch top = peer.epoch().isAfter(w.memory().epoch())
                ? peer.epoch()
                : w.memory().epoch();
        return top.next();
    }

    private static Verdict alone(World w) {
        MonoTime since = w.tally().undecidedSince().orElse(w.tally().startedAt());
        if (!w.now().at().isPast(since, FIRST_CONTACT)) {
            return wait(w, w.now().peerId() + " has not been heard yet");
        }
        if (w.now().peerPort().filter(p -> p.answer() == PortAnswer.READY).isPresent()) {
            return stay(
                    w,
                    w.now().peerId()
                            + "'s PostgreSQL accepts writes, though its daemon is silent: start pgha there");
        }
        if (w.policy().guard().isLease()) {
            return byArbiter(w);
        }
        boolean lastPrimary = w.memory().isOwner(w.now().self());
        if (w.policy().guard() != Guard.FAILCOUNT || !lastPrimary) {
            String why = lastPrimary
                    ? "guard " + w.policy().guard().name().toLowerCase(java.util.Locale.ROOT)
                            + " does not open while " + w.now().peerId() + " is silent"
                    : w.now().peerId() + " is silent and this node was not the last known primary";
            return stay(
                    w,
                    why + ": start pgha there, or, when " + w.now().peerId()
                            + " is surely down, pgha promote --force here");
        }
        if (w.policy().fence().decides()) {
            return stay(
                    w,
                    w.now().peerId()
                            + " is silent, and may have switched this machine off and taken over: start pgha there, or, when "
                            + w.now().peerId() + " is surely down, pgha promote --force here");
        }
        if (!w.now().at().isPast(since, w.policy().bootPeerWait())) {
            return wait(
                    w,
                    w.now().peerId() + " is silent; waiting up to "
                            + w.policy().bootPeerWait().toSeconds() + " s for it");
        }
        if (w.tally()
                .peerMayWriteAt()
                .filter(at -> !w.now().at().isPast(at, w.policy().bootPeerWait()))
                .isPresent()) {
            boolean unasked =
                    w.now().peerPort().filter(p -> p.answer().isUnasked()).isPresent();
            return stay(
                    w,
                    w.now().peerId()
                            + (unasked
                                    ? " is silent, and whether its PostgreSQL lives cannot be found out"
                                    : "'s PostgreSQL lives, though its daemon is silent, and may accept writes")
                            + " (port: "
                            + w.now().peerPort().map(PortProbe::words).orElse("not asked")
                            + "): start pgha there, or, when that is surely no primary, pgha promote --force here");
        }
        return new Verdict(
                Kind.OPEN,
                w.memory().epoch(),
                w.now().peerId()
                        + " stayed silent and this node was the last known primary (guard failcount)");
    }

    /** Row A11 without the peer: the arbiter shows this node as owner, and this copy is not behind what it knows. */
    private static Verdict byArbiter(World w) {
        Optional<ArbiterReply> reply = LeaseRules.freshReply(w);
        String silent = w.now().peerId() + " is silent";
        if (reply.isEmpty()) {
            return stay(
                    w,
                    silent
                            + " and the arbiter does not answer: start pgha there or mend the arbiter, or, when "
                            + w.now().peerId() + " is surely down, pgha promote --force here");
        }
        if (reply.get().register().isEmpty()) {
            return stay(
                    w, silent + " and the arbiter knows nothing of this pair: start pgha there");
        }
        Register r = reply.get().register().get();
        if (!r.owner().equals(w.now().self())) {
            return r.leased() && !w.memory().epoch().isAfter(r.epoch())
                    ? new Verdict(
                            Kind.DEPOSED,
                            r.epoch(),
                            "the arbiter says that " + r.owner() + " is primary at epoch "
                                    + r.epoch())
                    : wait(w, silent + ", and the arbiter holds its claim of epoch " + r.epoch());
        }
        boolean behind = r.position()
                .filter(there -> w.now()
                        .position()
                        .filter(here -> here.compareTo(there) >= 0)
                        .isEmpty())
                .isPresent();
        if (behind || w.memory().epoch().isAfter(r.epoch())) {
            return stay(
                    w,
                    "the arbiter holds epoch " + r.epoch() + " for this node at "
                            + r.position().map(Object::toString).orElse("no position")
                            + ", and this copy stands at epoch " + w.memory().epoch() + ", "
                            + w.now().position().map(Object::toString).orElse("no position"));
        }
        return new Verdict(
                Kind.OPEN,
                r.epoch(),
                silent + "; the arbiter holds epoch " + r.epoch() + " for this node");
    }

    private static Verdict wait(World w, String why) {
        return new Verdict(Kind.WAIT, w.memory().epoch(), why);
    }

    private static Verdict stay(World w, String why) {
        return new Verdict(Kind.STAY, w.memory().epoch(), why);
    }

    /** The question this node answers for the peer: it holds still, so the peer may open. */
    public static Optional<String> holdFor(World w) {
        return w.peer()
                .filter(peer -> peer.bootQuestion().isPresent() && holds(w, peer))
                .flatMap(PeerMessage::bootQuestion);
    }

    /**
     * A node that is being made a standby waits for the very peer that asks, and whatever becomes of that it does not open: were
     * it called busy, neither would go on.
     */
    private static boolean holds(World w, PeerMessage peer) {
        boolean busy = w.memory().running().isPresent();
        boolean mayOpen = w.memory()
                .running()
                .filter(r -> r.plan().kind() != PlanKind.REJOIN
                        && r.plan().kind() != PlanKind.INITIALIZE_STANDBY)
                .isPresent();
        return switch (w.memory().state()) {
            case STANDBY, DEPOSED ->
                !mayOpen
                        && (w.memory().isOwner(peer.node())
                                || !w.memory().epoch().isAfter(peer.epoch()));
            case UNDECIDED, ISOLATED -> !busy && Eligibility.compareRank(w, peer) < 0;
            case PRIMARY, PROMOTING, CEDED, RELEASING, RELEASED, RECONCILING, CONFLICT -> false;
        };
    }

    /** True in the states that ask before they open. */
    public static boolean asks(NodeState state) {
        return state == NodeState.UNDECIDED || state == NodeState.ISOLATED;
    }
}
