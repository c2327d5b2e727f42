package io.pgha.decision;

import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Policy.OnCleanStop;
import io.pgha.model.PortProbe;
import io.pgha.model.Postmaster;
import io.pgha.model.Register;
import io.pgha.plan.Plan;
import io.pgha.plan.StopMode;

import java.util.List;
import java.util.Optional;

/** This node owns the epoch (table A of the protocol, without lease). */
final class PrimaryRules {

    private PrimaryRules() {}

    static Decision decide(World w) {
        Optional<Decision> met = w.peer().flatMap(peer -> MeetingRules.primary(w, peer));
        if (met.isPresent()) {
            return met.get();
        }
        Optional<Decision> registered = LeaseRules.register(w).flatMap(r -> registered(w, r));
        if (registered.isPresent()) {
            return registered.get();
        }
        if (w.tally().leases().heldAt(w.now().at()).isPresent() && !hasOpened(w)) {
            return new Decision.Note(
                    Situation.HEALTHY,
                    List.of(new Fact.Opened(w.memory().epoch())),
                    "epoch " + w.memory().epoch() + " is open");
        }
        if (isIsolated(w)) {
            return begin(
                    Situation.ISOLATED,
                    w.workflows()
                            .isolate(
                                    w.id(),
                                    w.memory().epoch(),
                                    w.policy().guard() == Guard.GATEWAY
                                            ? "neither " + w.now().peerId()
                                                    + " nor a gateway seen for "
                                                    + w.policy().fenceAfter().toMillis() + " ms"
                                            : "the lease is over, and neither "
                                                    + w.now().peerId()
                                                    + " nor the arbiter answers"));
        }
        if (w.now().isDown()) {
            return down(w);
        }
        if (w.tally().ownFailures() >= w.policy().maxPrimaryFailcount()
                && w.now().postmaster() == Postmaster.RUNNING) {
            return hangs(w);
        }
        if (w.now().isInRecovery()) {
            return startedInRecovery(w);
        }
        return serving(w);
    }

    /** By a person, with standby.signal: an owner does not become a standby by that, for nobody would be primary then. */
    static Decision startedInRecovery(World w) {
        return new Decision.Hold(
                Situation.WAITING_FOR_OPERATOR,
                "this node owns epoch " + w.memory().epoch()
                        + ", but its PostgreSQL was started in recovery: remove standby.signal and restart it, or pgha"
                        + " promote on " + w.now().peerId());
    }

    private static Decision serving(World w) {
        if (w.peer().isEmpty()) {
            return new Decision.Hold(
                    Situation.STANDBY_MISSING,
                    "serving; " + w.now().peerId()
                            + "'s daemon is silent: nobody would take over; start pgha there"
                            + w.memory()
                                    .votes()
                                    .alone()
                                    .map(why -> ". Open without a lease meanwhile: " + why)
                                    .orElse(""));
        }
        PeerMessage peer = w.peer().get();
        if (peer.state() != NodeState.STANDBY) {
            return new Decision.Hold(
                    Situation.STANDBY_MISSING,
                    "serving; " + peer.node() + " is " + peer.state() + " and would not take over");
        }
        if (!peer.vetoes().isEmpty()) {
            return new Decision.Hold(
                    Situation.STANDBY_MISSING,
                    "serving; " + peer.node() + " would not take over: "
                            + String.join("; ", peer.vetoes()));
        }
        return new Decision.Hold(
                Situation.HEALTHY, "serving; " + peer.node() + " follows and would take over");
    }

    @Decides(Row.A4)
    private static boolean isIsolated(World w) {
        MonoTime last = later(w.tally().awakeAt(), w.now().peer().contactAt());
        if (w.policy().guard() == Guard.GATEWAY) {
            last = later(last, w.now().gatewaySeenAt());
            return w.now().at().isPast(last, w.policy().fenceAfter());
        }
        // Of a lease that an earlier daemon took only the kernel knows the end, and keeps it (row
        // A10).
        boolean inherited = w.tally().leases().held().isEmpty()
                && w.now().gate().answer().filter(GateState.OPEN::equals).isPresent();
        boolean over = w.tally().leases().heldAt(w.now().at()).isEmpty() && !inherited;
        last = later(last, w.now().arbiter().askedAt());
        return w.policy().guard().isLease()
                && over
                && w.memory().votes().alone().isEmpty()
                && w.now().at().isPast(last, w.policy().lease().plus(w.policy().leaseMargin()));
    }

    private static boolean hasOpened(World w) {
        return w.memory().opened().filter(w.memory().epoch()::equals).isPresent();
    }

    /** Row A5, and rule C: a leased higher epoch deposes, a claim that was never opened is taken back in time. */
    @Decides(Row.A5)
    private static Optional<Decision> registered(World w, Register r) {
        if (!r.owner().equals(w.now().peerId()) || !r.epoch().isAfter(w.memory().epoch())) {
            return Optional.empty();
        }
        if (r.leased()) {
            return Optional.of(begin(
                    Situation.TWO_PRIMARIES,
                    w.workflows()
                            .depose(
                                    w.id(),
                                    r.epoch(),
                                    r.owner(),
                                    "the arbiter says that " + r.owner() + " opened epoch "
                                            + r.epoch())));
        }
        if (!hasOpened(w)) {
            return Optional.of(begin(
                    Situation.TWO_PRIMARIES,
                    w.workflows()
                            .depose(
                                    w.id(),
                                    r.epoch(),
                                    r.owner(),
                                    "epoch " + w.memory().epoch()
                                            + " was never opened here, and the arbiter has moved on to epoch "
                                            + r.epoch())));
        }
        boolean timedOut = w.tally()
                .leases()
                .claimSince()
                .filter(since -> w.now().at().isPast(since, w.policy().claimTimeout()))
                .isPresent();
        return timedOut
                ? Optional.of(begin(
                        Situation.PRIMARY_DOWN,
                        w.workflows()
                                .reclaim(
                                        w.id(),
                                        r.epoch().next(),
                                        r.epoch(),
                                        r.owner() + " claimed epoch " + r.epoch()
                                                + " and never opened it: taken back")))
                : Optional.empty();
    }

    private static MonoTime later(MonoTime a, Optional<MonoTime> b) {
        return b.filter(moment -> moment.isAfter(a)).orElse(a);
    }

    @Decides(Row.A6)
    private static Decision down(World w) {
        boolean crashed = w.now().postmaster() == Postmaster.CRASHED;
        MonoTime since = w.tally().downSince().orElse(w.now().at());
        boolean inGrace = !crashed && !w.now().at().isPast(since, w.policy().cleanStopGrace());
        if (inGrace) {
            return new Decision.Hold(
                    Situation.POSTGRES_DOWN,
                    "PostgreSQL was stopped cleanly; a restart is awaited for "
                            + w.policy().cleanStopGrace().toSeconds() + " s");
        }
        if (!crashed && w.policy().onCleanStop() == OnCleanStop.HOLD) {
            return new Decision.Hold(
                    Situation.WAITING_FOR_OPERATOR,
                    "PostgreSQL was stopped cleanly by hand (on_clean_stop = hold): start it, or pgha promote on "
                            + w.now().peerId());
        }
        String what =
                (crashed ? "PostgreSQL exited without a shutdown" : "PostgreSQL stayed stopped")
                        + w.now().diskTrouble().map(why -> " (" + why + ")").orElse("");
        if (crashed && RestartRules.goesFirst(w)) {
            return restart(
                    w, what + ": start it again, as on_crash = restart_then_failover has it");
        }
        if (w.peerWouldTake()) {
            return cede(w, what);
        }
        if (crashed && w.tally().restarts() < w.policy().crash().restartAttempts()) {
            return restart(w, what + " and no standby would take over: start it again");
        }
        return new Decision.Hold(
                Situation.WAITING_FOR_OPERATOR,
                what + ", and " + nobody(w) + ": see PostgreSQL's log, then start it");
    }

    @Decides(Row.A7)
    private static Decision hangs(World w) {
        String what = w.tally().ownFailures() + " probes of the local PostgreSQL failed in a row ("
                + w.now().ownPort().map(PortProbe::words).orElse("no answer") + ")";
        if (w.peerWouldTake()) {
            return cede(w, what);
        }
        return new Decision.Hold(
                Situation.POSTGRES_HANGS, what + ", and " + nobody(w) + ": left as it is");
    }

    private static String nobody(World w) {
        return w.peer()
                .map(p -> p.node() + " would not take over ("
                        + (p.vetoes().isEmpty()
                                ? p.state().toString()
                                : String.join("; ", p.vetoes()))
                        + ")")
                .orElse(w.now().peerId() + "'s daemon is silent");
    }

    private static Decision restart(World w, String why) {
        return begin(
                Situation.POSTGRES_DOWN,
                w.workflows().restart(w.id(), w.memory().epoch(), why));
    }

    /** Of a PostgreSQL that does not run or does not do its work, to a peer that would take over. */
    static Decision.Begin cede(World w, String why) {
        PeerMessage peer = w.peer().orElseThrow();
        Epoch epoch = w.memory().epoch();
        return begin(
                Situation.PRIMARY_DOWN,
                w.workflows()
                        .cede(
                                w.id(),
                                epoch,
                                peer.incarnation(),
                                StopMode.KILL,
                                why + ": ceding epoch " + epoch + " to " + peer.node()));
    }

    private static Decision.Begin begin(Situation situation, Plan plan) {
        return new Decision.Begin(situation, List.of(), plan);
    }
}
