package io.pgha.decision;

import io.pgha.model.ArbiterReply;
import io.pgha.model.Cede;
import io.pgha.model.CedeAnswer;
import io.pgha.model.Epoch;
import io.pgha.model.Guard;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Probed;
import io.pgha.model.Register;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.CloneMode;
import io.pgha.plan.Plan;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** This node follows (table B of the protocol, without lease). */
final class StandbyRules {

    private StandbyRules() {}

    static Decision decide(World w) {
        Optional<Decision> told = w.peer().flatMap(peer -> told(w, peer));
        if (told.isPresent()) {
            return told.get();
        }
        if (w.now().isReadWrite()) {
            return new Decision.Note(
                    Situation.WAITING_FOR_OPERATOR,
                    List.of(new Fact.Became(
                            NodeState.UNDECIDED,
                            w.memory().epoch(),
                            w.memory().owner().orElse(w.now().peerId()),
                            "PostgreSQL was promoted by hand")),
                    "PostgreSQL here was promoted by hand; the gate stays closed");
        }
        if (w.tally().failures() >= w.policy().maxPrimaryFailcount() || isHeadless(w)) {
            return primaryFailed(w);
        }
        Optional<Decision> registered = LeaseRules.register(w).flatMap(r -> registered(w, r));
        if (registered.isPresent()) {
            return registered.get();
        }
        if (w.now().isDown() && w.tally().failures() == 0) {
            return down(w);
        }
        return quiet(w);
    }

    /** Row B7: PostgreSQL there may answer and the stream may live, but nobody renews the lease any more. */
    @Decides(Row.B7)
    private static boolean isHeadless(World w) {
        return w.policy().guard().isLease()
                && w.tally().silences() >= w.policy().maxPrimaryFailcount()
                && LeaseRules.ownRest(w).isZero();
    }

    /** The arbiter knows of a higher epoch of the peer, opened while this node could not see it. */
    private static Optional<Decision> registered(World w, Register r) {
        boolean newer = r.epoch().isAfter(w.memory().epoch());
        return newer && r.leased() && r.owner().equals(w.now().peerId())
                ? note(
                        "the arbiter says that epoch " + r.epoch() + " is " + r.owner() + "'s",
                        new Fact.EpochSeen(r.epoch(), r.owner()))
                : Optional.empty();
    }

    /** What the peer says comes before what is counted. */
    private static Optional<Decision> told(World w, PeerMessage peer) {
        Memory m = w.memory();
        boolean owns = peer.state() == NodeState.PRIMARY || peer.state() == NodeState.RELEASED;
        boolean sameByOther = peer.epoch().equals(m.epoch()) && !m.isOwner(peer.node());
        if (owns && (peer.epoch().isAfter(m.epoch()) || sameByOther)) {
            return note(
                    "epoch " + peer.epoch() + " is " + peer.node() + "'s",
                    new Fact.EpochSeen(peer.epoch(), peer.node()));
        }
        if (peer.cede().filter(c -> isForUs(w, c)).isPresent()) {
            return Optional.of(
                    isLookedAt(w)
                            ? answer(w, peer.cede().get())
                            : new Decision.Hold(
                                    Situation.PRIMARY_DOWN,
                                    peer.node()
                                            + " cedes; PostgreSQL here is looked at first, since this process was paused"));
        }
        if (peer.token()
                .filter(t -> t.target().equals(w.now().self()) && !m.kept().equals(peer.token()))
                .isPresent()) {
            return note(
                    "release " + peer.token().get().id() + " received",
                    new Fact.TokenKept(peer.token().get()));
        }
        if (m.kept().isPresent() && peer.token().isEmpty()) {
            return note(
                    "release " + m.kept().get().id() + " was taken back",
                    new Fact.TokenDropped(m.kept().get().id()));
        }
        boolean cannotFollow =
                w.now().rebuild().isPresent() || w.now().postmaster() == Postmaster.NO_DATA;
        if (peer.wantsStandby().isPresent() && peer.state() == NodeState.PRIMARY && cannotFollow) {
            return Optional.of(
                    begin(
                            Situation.BUSY,
                            w.workflows()
                                    .initializeStandby(
                                            w.id(),
                                            peer.epoch(),
                                            peer.node(),
                                            CloneMode.ASIDE,
                                            peer.node()
                                                    + " is being released to this node and asks for a standby")));
        }
        return Optional.empty();
    }

    /** What was seen before this process was paused says nothing of what is: replay may have been paused meanwhile. */
    @Decides(Row.B13)
    private static boolean isLookedAt(World w) {
        return !(w.now().local() instanceof Probed.Answered<PostgresView> view)
                || !w.tally().awakeAt().isAfter(view.at())
                || w.tally().awakeAt().equals(w.tally().startedAt());
    }

    private static boolean isForUs(World w, Cede cede) {
        // TAKEN, and yet a standby: that takeover came to nothing, and the peer still repeats its
        // cede
        // (rule S).
        boolean answered = w.memory()
                .cedeAnswer()
                .filter(a -> a.id().equals(cede.id()) && !a.taken())
                .isPresent();
        return !answered
                && cede.to().equals(w.now().self())
                && !w.memory().epoch().isAfter(cede.epoch());
    }

    /** Rule R: TAKEN or REFUSED(reason), durable before it is sent. */
    @Decides(Row.B2)
    private static Decision answer(World w, Cede cede) {
        List<String> vetoes = RescueRules.refusals(w, cede);
        if (!cede.incarnation().equals(w.now().incarnation())) {
            return refuse(cede, "the cede was for an earlier start of this daemon");
        }
        if (!vetoes.isEmpty()) {
            return refuse(cede, String.join("; ", vetoes));
        }
        return new Decision.Begin(
                Situation.PRIMARY_DOWN,
                List.of(new Fact.CedeAnswered(new CedeAnswer(cede.id(), true, ""))),
                takeover(w, cede));
    }

    /** What a person wanted is no failover, which would have to be acknowledged before the next one. */
    private static Plan takeover(World w, Cede cede) {
        String why = w.now().peerId() + " ceded epoch " + cede.epoch() + ": " + cede.why();
        Epoch next = cede.epoch().next();
        Optional<NodeId> owner = w.memory().owner();
        return cede.planned()
                ? w.workflows().promote(w.id(), next, cede.epoch(), owner, ClaimBasis.CEDED, why)
                : w.workflows().failover(w.id(), next, cede.epoch(), owner, ClaimBasis.CEDED, why);
    }

    static Decision refuse(Cede cede, String why) {
        return new Decision.Note(
                Situation.TAKEOVER_VETOED,
                List.of(new Fact.CedeAnswered(new CedeAnswer(cede.id(), false, why))),
                "refused the cede of epoch " + cede.epoch() + ": " + why);
    }

    @Decides({Row.B5, Row.B9, Row.B10, Row.B11})
    private static Decision primaryFailed(World w) {
        String failed = w.tally().failures() + " failures of " + w.now().peerId() + " in a row ("
                + w.tally().lastFailure() + ")";
        if (w.memory().kept().isPresent()) {
            return new Decision.Hold(
                    Situation.WAITING_FOR_OPERATOR,
                    w.now().peerId() + " released the role to this node: pgha initialize");
        }
        if (w.policy().guard() == Guard.MANUAL && !w.policy().fence().decides()) {
            return new Decision.Hold(
                    Situation.WAITING_FOR_OPERATOR,
                    failed + "; guard manual waits for a person: when "
                            + w.now().peerId() + " is surely down, pgha promote"
                            + Eligibility.lagBytes(w)
                                    .map(lag ->
                                            " (loses at most what was written after contact; lag then "
                                                    + lag + " bytes)")
                                    .orElse(""));
        }
        if (w.policy().guard() == Guard.GATEWAY && !gatewaySeen(w)) {
            return new Decision.Hold(
                    Situation.ISOLATED,
                    failed + ", but no gateway answers either: this node is the isolated one");
        }
        if (w.policy().guard().isLease()) {
            Optional<Decision> kept = leaseKeeps(w, failed);
            if (kept.isPresent()) {
                return kept.get();
            }
        } else if (Counting.streamAlive(w.now(), w.policy().streamTimeout())) {
            return new Decision.Hold(
                    Situation.TAKEOVER_VETOED, failed + ", but the replication stream is alive");
        }
        List<String> vetoes = Eligibility.vetoes(w);
        if (!vetoes.isEmpty()) {
            return new Decision.Hold(
                    Situation.TAKEOVER_VETOED,
                    failed + ", but not taking over: " + String.join("; ", vetoes));
        }
        Optional<Decision> unfenced = FenceRules.hold(w);
        if (unfenced.isPresent()) {
            return unfenced.get();
        }
        Epoch before = w.memory().epoch();
        return begin(
                Situation.PRIMARY_DOWN,
                w.workflows()
                        .failover(
                                w.id(),
                                before.next(),
                                before,
                                w.memory().owner(),
                                ClaimBasis.EXPIRY,
                                failed + ": taking over" + expectedLoss(w)));
    }

    /** Measured when it is decided: with a lease guard against what the arbiter was told last. */
    private static String expectedLoss(World w) {
        String by = Renewals.of(w.now(), w.memory()).isPresent()
                ? " bytes behind its last word to the arbiter"
                : " bytes behind at last contact";
        return Eligibility.lagBytes(w).map(lag -> ", " + lag + by).orElse("");
    }

    /** Rows B6, B7, B9: every grant to the peer must be over, this node's and the arbiter's, and the arbiter must be seen. */
    @Decides({Row.B6, Row.B7, Row.B9})
    private static Optional<Decision> leaseKeeps(World w, String failed) {
        Optional<String> voteless = VoteRules.withoutVote(w);
        if (voteless.isPresent()) {
            return hold(
                    Situation.TAKEOVER_VETOED, failed + ", but not taking over: " + voteless.get());
        }
        Duration rest = LeaseRules.ownRest(w);
        if (!rest.isZero()) {
            return hold(
                    Situation.PRIMARY_FAILING,
                    failed + "; its lease may run for another " + rest.toMillis() + " ms");
        }
        Optional<ArbiterReply> reply = LeaseRules.freshReply(w);
        if (reply.isEmpty()) {
            String trouble = w.now().arbiter().trouble();
            return hold(
                    Situation.ISOLATED,
                    failed + ", but the arbiter does not answer either"
                            + (trouble.isEmpty() ? "" : " (" + trouble + ")")
                            + ": this node may be the cut-off one");
        }
        if (reply.get().register().isEmpty()) {
            return hold(
                    Situation.WAITING_FOR_OPERATOR,
                    failed
                            + ", but the arbiter knows nothing of this pair yet: both nodes must see it and each other once");
        }
        Register held = reply.get().register().get();
        boolean own = held.owner().equals(w.now().self());
        boolean known = !held.epoch().isAfter(w.memory().epoch());
        if (!known && !own) {
            return hold(
                    Situation.TAKEOVER_VETOED,
                    failed + ", but the arbiter holds epoch " + held.epoch() + " of " + held.owner()
                            + ", here epoch " + w.memory().epoch() + " is known");
        }
        if (known && !reply.get().leaseRest().isZero()) {
            return hold(
                    Situation.TAKEOVER_VETOED,
                    failed + ", but the arbiter granted " + held.owner()
                            + " a lease that may run for another "
                            + reply.get().leaseRest().toMillis()
                            + " ms: " + held.owner() + " lives, this node does not see it");
        }
        return Optional.empty();
    }

    private static Optional<Decision> hold(Situation situation, String why) {
        return Optional.of(new Decision.Hold(situation, why));
    }

    private static boolean gatewaySeen(World w) {
        return w.now()
                .gatewaySeenAt()
                .filter(seen -> !w.now()
                        .at()
                        .isPast(seen, w.policy().interval().plus(w.policy().gatewayTimeout())))
                .isPresent();
    }

    private static Decision down(World w) {
        if (w.now().rebuild().isPresent()) {
            return new Decision.Hold(
                    Situation.WAITING_FOR_OPERATOR,
                    "PostgreSQL must not be started: " + w.now().rebuild().get());
        }
        boolean crashed = w.now().postmaster() == Postmaster.CRASHED;
        boolean mayStart = crashed || w.tally().bootAsked();
        if (mayStart && w.tally().restarts() < w.policy().crash().restartAttempts()) {
            return begin(
                    Situation.POSTGRES_DOWN,
                    w.workflows()
                            .startAsStandby(
                                    w.id(),
                                    w.memory().epoch(),
                                    w.memory().owner().orElse(w.now().peerId()),
                                    crashed
                                            ? "the standby's PostgreSQL crashed: start it again"
                                            : "start as standby"));
        }
        return new Decision.Hold(
                Situation.POSTGRES_DOWN,
                crashed
                        ? "the standby's PostgreSQL crashes again and again: see its log, then start it"
                        : "the standby's PostgreSQL was stopped by hand: start it, or pgha check-start");
    }

    @Decides({Row.B1, Row.B3, Row.B4})
    private static Decision quiet(World w) {
        if (w.now().postmaster() == Postmaster.NO_DATA) {
            return new Decision.Hold(
                    Situation.WAITING_FOR_OPERATOR,
                    "there is no complete database here: pgha initialize copies the primary's");
        }
        if (w.tally().failures() > 0) {
            return new Decision.Hold(
                    Situation.PRIMARY_FAILING,
                    "failure " + w.tally().failures() + " of " + w.policy().maxPrimaryFailcount()
                            + ": " + w.tally().lastFailure());
        }
        if (w.peer().isEmpty()) {
            return new Decision.Hold(
                    Situation.PEER_DAEMON_DOWN,
                    w.now().peerId()
                            + "'s daemon is silent while its PostgreSQL lives: start pgha there");
        }
        if (w.peerIn(NodeState.STANDBY).isPresent()) {
            return new Decision.Hold(
                    Situation.WAITING_FOR_OPERATOR,
                    "both nodes are standbys, and there is no primary: pgha promote on the one to keep");
        }
        if (w.peer()
                .filter(p -> p.state() == NodeState.PRIMARY && p.postmaster() != Postmaster.RUNNING)
                .isPresent()) {
            return new Decision.Hold(
                    Situation.PRIMARY_POSTGRES_DOWN,
                    w.now().peerId() + " says that its PostgreSQL does not run, and deals with it");
        }
        if (w.memory().kept().isPresent()) {
            return new Decision.Hold(
                    Situation.WAITING_FOR_OPERATOR,
                    w.now().peerId() + " released the role to this node: pgha initialize");
        }
        List<String> vetoes = Eligibility.vetoes(w);
        return vetoes.isEmpty()
                ? new Decision.Hold(Situation.HEALTHY, "following " + w.now().peerId())
                : new Decision.Hold(
                        Situation.TAKEOVER_VETOED,
                        "would not take over: " + String.join("; ", vetoes));
    }

    private static Optional<Decision> note(String why, Fact fact) {
        return Optional.of(new Decision.Note(Situation.HEALTHY, List.of(fact), why));
    }

    private static Decision begin(Situation situation, Plan plan) {
        return new Decision.Begin(situation, List.of(), plan);
    }
}
