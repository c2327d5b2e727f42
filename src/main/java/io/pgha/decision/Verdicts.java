package io.pgha.decision;

import io.pgha.model.Epoch;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.model.PostgresView;
import io.pgha.model.Receiver;
import io.pgha.model.Register;
import io.pgha.model.Votes;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.CloneMode;
import io.pgha.plan.Plan;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What comes of an operator's word: a workflow, a fact, or a refusal that says what to type instead. */
public final class Verdicts {

    private Verdicts() {}

    /**
     * A verdict.
     *
     * @param exitCode 0 done or begun, 5 refused for safety
     * @param words what to print
     * @param facts to record at once
     * @param plan to begin
     */
    public record Verdict(int exitCode, List<String> words, List<Fact> facts, Optional<Plan> plan) {
        public Verdict {
            words = List.copyOf(words);
            facts = List.copyOf(facts);
        }
    }

    /** pgha promote. */
    public static Verdict promote(World w, boolean acceptLoss, boolean force) {
        Memory m = w.memory();
        Optional<PeerMessage> peer = w.peer();
        if (m.state() == NodeState.PRIMARY) {
            return alreadyPrimary(w, force);
        }
        if (peer.filter(p -> p.state() == NodeState.PRIMARY
                        && p.postmaster() == io.pgha.model.Postmaster.RUNNING)
                .isPresent()) {
            return refused(w.now().peerId() + " is the primary and serves (epoch "
                    + peer.get().epoch() + "): pgha release there hands the role over");
        }
        // With its daemon heard, the peer's gate is known to be closed; without, only its port can
        // speak.
        Optional<String> open = peer.isEmpty() ? mayWrite(w) : Optional.empty();
        if (open.isPresent()) {
            return refused(open.get() + ": stop it first");
        }
        if (m.running().isPresent()) {
            return refused("busy with " + m.running().get().plan().kind().words()
                    + ": wait, or see pgha status");
        }
        if (m.hold().isPresent()) {
            return refused(
                    "the gate is held closed (" + m.hold().get() + "): pgha gate open first");
        }
        if (m.state() == NodeState.STANDBY) {
            return promoteStandby(w, acceptLoss, force);
        }
        if (m.state() == NodeState.PROMOTING) {
            return refused("a takeover is being finished: see pgha status");
        }
        if (!force) {
            return refused(
                    "this node is " + m.state() + " (" + m.why()
                            + "): only --force makes it primary, and commits that only the other node holds are then lost");
        }
        Epoch next = top(w).next();
        Plan plan = w.workflows()
                .promoteByForce(
                        w.id(),
                        next,
                        LeaseRules.register(w).map(Register::epoch).orElse(m.epoch()),
                        LeaseRules.register(w).map(Register::owner).or(m::owner),
                        "promoted by an operator with --force");
        return new Verdict(
                0, List.of(plan.kind().words() + ": " + plan.why()), vouch(w), Optional.of(plan));
    }

    /** Nothing to take over; but a person may vouch for a standby that is dead. */
    private static Verdict alreadyPrimary(World w, boolean force) {
        List<Fact> vouched = force ? vouch(w) : List.of();
        String words = "this node is the primary already (epoch " + w.memory().epoch() + ")";
        return new Verdict(
                0,
                List.of(
                        vouched.isEmpty()
                                ? words
                                : words + ", and needs no lease until "
                                        + w.now().peerId() + " is heard again"),
                vouched,
                Optional.empty());
    }

    /**
     * With --force a person vouches for the peer: this node has its vote, whatever it gave up; and a silent one can neither
     * open nor grant, until it is heard again.
     */
    private static List<Fact> vouch(World w) {
        Votes mine = w.memory().votes();
        String why = "an operator vouched for " + w.now().peerId() + " with --force";
        Votes vouched = w.policy().guard().isLease() && w.peer().isEmpty()
                ? mine.held().standingAlone(why)
                : mine.held();
        return vouched.equals(mine) ? List.of() : List.of(new Fact.Voted(vouched, why));
    }

    private static Verdict promoteStandby(World w, boolean acceptLoss, boolean force) {
        List<String> vetoes = new ArrayList<>(Eligibility.vetoes(w));
        if (acceptLoss || force) {
            vetoes.removeIf(v -> v.startsWith("lag ") || v.startsWith("sync "));
        }
        if (force) {
            VoteRules.withoutVote(w).ifPresent(vetoes::remove);
        }
        if (!vetoes.isEmpty()) {
            List<String> words = new ArrayList<>(List.of("not promoted:"));
            vetoes.forEach(v -> words.add("  " + v));
            return new Verdict(5, words, List.of(), Optional.empty());
        }
        String lag = Eligibility.lagBytes(w)
                .map(n -> n + " bytes behind at last contact")
                .orElse("lag unknown");
        Plan plan = w.workflows()
                .promote(
                        w.id(),
                        top(w).next(),
                        w.memory().epoch(),
                        w.memory().owner(),
                        force ? ClaimBasis.VOUCHED : ClaimBasis.EXPIRY,
                        "promoted by an operator (" + lag + ")");
        return new Verdict(
                0,
                List.of(plan.kind().words() + ": " + plan.why()),
                force ? vouch(w) : List.of(),
                Optional.of(plan));
    }

    /** pgha release. */
    public static Verdict release(World w, Optional<Path> archive) {
        Memory m = w.memory();
        if (m.state() == NodeState.RELEASED && m.token().isPresent()) {
            return done("released already (release " + m.token().get().id()
                    + "); there is no primary until pgha initialize is typed on "
                    + w.now().peerId());
        }
        if (m.state() != NodeState.PRIMARY) {
            return refused("this node is " + m.state()
                    + ", not PRIMARY: pgha release is typed on the primary");
        }
        if (m.running().isPresent()) {
            return refused(
                    "busy with " + m.running().get().plan().kind().words() + ": see pgha status");
        }
        if (!w.now().isReadWrite()) {
            return refused(
                    "the local PostgreSQL does not serve (" + w.now().local().why() + ")");
        }
        if (archive.isPresent()) {
            return begin(w.workflows()
                    .releaseTo(w.id(), m.epoch(), archive.get(), "released into " + archive.get()));
        }
        if (w.peer().isEmpty()) {
            return refused(w.now().peerId()
                    + "'s daemon is silent: start pgha there, or use --archive FILE");
        }
        PeerMessage peer = w.peer().get();
        if (peer.state() != NodeState.STANDBY && peer.state() != NodeState.DEPOSED) {
            return refused(peer.node() + " is " + peer.state()
                    + " and cannot become a standby of this node now");
        }
        boolean follows = peer.state() == NodeState.STANDBY && peer.streaming();
        return begin(
                w.workflows().release(w.id(), m.epoch(), follows, "released to " + peer.node()));
    }

    /** pgha release --cancel. */
    public static Verdict cancelRelease(World w, boolean force) {
        Memory m = w.memory();
        if (m.state() != NodeState.RELEASED && m.state() != NodeState.RELEASING) {
            return refused("there is no release to cancel: this node is " + m.state());
        }
        if (w.peer().filter(p -> p.epoch().isAfter(m.epoch())).isPresent()) {
            return refused(w.now().peerId() + " has redeemed the release (epoch "
                    + w.peer().get().epoch() + ")");
        }
        if (w.peer().isEmpty() && !force) {
            return refused(w.now().peerId()
                    + " is silent and may be redeeming the release: start pgha there, or, when it surely"
                    + " has not and will not, --force");
        }
        return begin(w.workflows()
                .cancelRelease(
                        w.id(), m.epoch(), w.peer().isEmpty(), "release cancelled by an operator"));
    }

    /** pgha initialize: the verdict says what this node becomes, and what is overwritten. */
    public static Verdict initialize(
            World w, Optional<Boolean> asPrimary, Optional<Path> from, boolean inPlace) {
        Memory m = w.memory();
        if (m.running().isPresent()) {
            return refused("busy with " + m.running().get().plan().kind().words()
                    + ": it goes on by itself, see pgha status");
        }
        if (m.state() == NodeState.PRIMARY) {
            return asPrimary.orElse(true)
                    ? done("this node is the primary already (epoch " + m.epoch() + ")")
                    : refused("this node is the primary: pgha release first");
        }
        if (from.isPresent()) {
            return initializeFrom(w, from.get());
        }
        if (m.kept().isPresent() && w.peerIn(NodeState.PRIMARY).isEmpty()) {
            if (!asPrimary.orElse(true)) {
                return refused(w.now().peerId()
                        + " released the role to this node: pgha release --cancel there first");
            }
            return begin(w.workflows()
                    .initializePrimary(
                            w.id(),
                            m.kept().get().id(),
                            m.kept().get().epoch().next(),
                            m.epoch(),
                            "redeem release " + m.kept().get().id() + " of "
                                    + w.now().peerId()));
        }
        if (asPrimary.orElse(false)) {
            return refused("there is no release for this node: pgha release on "
                    + w.now().peerId() + " first");
        }
        return initializeStandby(w, inPlace);
    }

    private static Verdict initializeStandby(World w, boolean inPlace) {
        Optional<PeerMessage> primary = w.peerIn(NodeState.PRIMARY)
                .filter(p -> p.inRecovery().filter(r -> !r).isPresent());
        if (primary.isEmpty()) {
            return refused(
                    w.peer()
                            .map(p -> p.node() + " is " + p.state()
                                    + ": a node is rebuilt only from an open primary")
                            .orElse(
                                    w.now().peerId()
                                            + "'s daemon is silent: a node is rebuilt only from a proven open primary"));
        }
        if (primary.get().epoch().compareTo(w.memory().epoch()) < 0
                && w.memory().isOwner(w.now().self())) {
            return refused("this node owns epoch " + w.memory().epoch() + ", higher than "
                    + primary.get().node() + "'s " + primary.get().epoch() + ": see pgha status");
        }
        if (w.memory().token().isPresent()) {
            return refused(
                    "this node holds an unredeemed release of its own: pgha release --cancel, or pgha initialize on "
                            + w.now().peerId());
        }
        boolean follows = w.now()
                .local()
                .answer()
                .flatMap(PostgresView::receiver)
                .filter(Receiver::isStreaming)
                .isPresent();
        String why = "rebuilt from " + primary.get().node() + " at epoch "
                + primary.get().epoch()
                + (follows ? " (it follows already: this copies it anew)" : "");
        CloneMode mode = inPlace ? CloneMode.IN_PLACE : CloneMode.ASIDE;
        return begin(w.workflows()
                .initializeStandby(w.id(), primary.get().epoch(), primary.get().node(), mode, why));
    }

    /** By a fresh look at its port. While its daemon is silent each look is a login; the one before that may not have been. */
    private static Optional<String> mayWrite(World w) {
        Optional<PortAnswer> answer = w.now()
                .peerPort()
                .filter(p -> !w.now().at().isPast(p.at(), w.policy().interval().multipliedBy(10)))
                .map(PortProbe::answer);
        String whose = w.now().peerId() + "'s PostgreSQL ";
        if (answer.filter(PortAnswer.READY::equals).isPresent()) {
            return Optional.of(whose + "accepts writes");
        }
        return answer.filter(PortAnswer.ALIVE::equals)
                .filter(alive -> w.peer().isEmpty())
                .map(
                        alive -> whose
                                + "lives and has not said yet whether it accepts writes (type the same again in a second); if it does");
    }

    private static Verdict initializeFrom(World w, Path file) {
        if (w.peerIn(NodeState.PRIMARY).isPresent()) {
            return refused(w.now().peerId()
                    + " is primary: a release in a file is for a peer that is closed");
        }
        Optional<String> open = mayWrite(w);
        if (open.isPresent()) {
            return refused(open.get() + ": it was not released");
        }
        return begin(w.workflows()
                .initializeFrom(w.id(), file, top(w).next(), "redeem the release in " + file));
    }

    /** pgha gate close. */
    public static Verdict gateClose(World w, String why) {
        return new Verdict(
                0,
                List.of("the gate is held closed until pgha gate open"),
                w.memory().hold().isPresent() ? List.of() : List.of(new Fact.HoldPlaced(why)),
                Optional.empty());
    }

    /** pgha gate open. */
    public static Verdict gateOpen(World w) {
        if (w.memory().hold().isEmpty()) {
            return w.memory().state() == NodeState.PRIMARY
                    ? done("the gate is not held")
                    : refused("this node is " + w.memory().state()
                            + " and does not own the epoch: the gate stays closed");
        }
        if (w.memory().state() != NodeState.PRIMARY) {
            return new Verdict(
                    0,
                    List.of("the hold is lifted; the gate stays closed, since this node is "
                            + w.memory().state()),
                    List.of(new Fact.HoldLifted()),
                    Optional.empty());
        }
        return new Verdict(
                0, List.of("the hold is lifted"), List.of(new Fact.HoldLifted()), Optional.empty());
    }

    private static Epoch top(World w) {
        Epoch mine = w.memory().epoch();
        Epoch registered = LeaseRules.register(w).map(Register::epoch).orElse(mine);
        Epoch known = registered.isAfter(mine) ? registered : mine;
        return w.now()
                .peer()
                .last()
                .map(PeerMessage::epoch)
                .filter(e -> e.isAfter(known))
                .orElse(known);
    }

    private static Verdict begin(Plan plan) {
        return new Verdict(
                0, List.of(plan.kind().words() + ": " + plan.why()), List.of(), Optional.of(plan));
    }

    private static Verdict done(String words) {
        return new Verdict(0, List.of(words), List.of(), Optional.empty());
    }

    private static Verdict refused(String words) {
        return new Verdict(5, List.of(words), List.of(), Optional.empty());
    }
}
