package io.pgha.decision;

import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Postmaster;

import java.util.List;
import java.util.Optional;

/** The role is not known: after a boot, at the first start, after a hand-made change, or isolated. */
final class UndecidedRules {

    private UndecidedRules() {}

    static Decision decide(World w) {
        boolean takenBack = w.memory().kept().isPresent()
                && w.peer().filter(p -> p.token().isEmpty()).isPresent();
        if (takenBack) {
            String id = w.memory().kept().get().id();
            return new Decision.Note(
                    Situation.UNDECIDED,
                    List.of(new Fact.TokenDropped(id)),
                    "release " + id + " was taken back");
        }
        if (w.now().postmaster() == Postmaster.NO_DATA) {
            return hold("there is no database here: pgha initialize copies the peer's");
        }
        if (w.now().postmaster() == Postmaster.UNKNOWN) {
            return hold("it could not be found out whether PostgreSQL runs here: see pgha check");
        }
        if (w.now().isDown() && w.now().rebuild().isPresent()) {
            return new Decision.Hold(
                    Situation.WAITING_FOR_OPERATOR,
                    "PostgreSQL must not be started: " + w.now().rebuild().get());
        }
        if (w.now().isInRecovery()) {
            return recovering(w);
        }
        boolean running = w.now().postmaster() == Postmaster.RUNNING;
        Optional<Decision> refusal =
                isPrimarysCopy(w) && !w.memory().isOwner(w.now().self())
                        ? HandoverRules.refusal(w)
                        : Optional.empty();
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (running && !w.now().isReadWrite()) {
            return hold("PostgreSQL runs and does not say whether it is in recovery ("
                    + w.now().local().why() + ")");
        }
        if (!running && w.now().standbySignal().answer().isEmpty()) {
            return hold("standby.signal could not be looked for ("
                    + w.now().standbySignal().why() + ")");
        }
        boolean follows = !running
                && w.now().standbySignal().answer().orElseThrow()
                && !w.memory().isOwner(w.now().self());
        if (follows) {
            return w.tally().bootAsked()
                    ? begin(w.workflows()
                            .startAsStandby(
                                    w.id(),
                                    w.memory().epoch(),
                                    w.memory().owner().orElse(w.now().peerId()),
                                    "standby.signal is there: start as standby"))
                    : hold("PostgreSQL is down and would start as standby: pgha check-start");
        }
        return byVerdict(w, running);
    }

    /** It is read-write, or would be when it is started: no copy that could take over what is ceded. */
    private static boolean isPrimarysCopy(World w) {
        boolean unsigned = w.now().standbySignal().answer().filter(s -> !s).isPresent();
        return w.now().isReadWrite() || (w.now().isDown() && unsigned);
    }

    private static Decision recovering(World w) {
        if (w.memory().isOwner(w.now().self()) && Boot.verdict(w).kind() != Boot.Kind.DEPOSED) {
            return PrimaryRules.startedInRecovery(w);
        }
        NodeId owner = w.peer()
                .flatMap(PeerMessage::owner)
                .or(() -> w.memory().owner())
                .filter(o -> !o.equals(w.now().self()))
                .orElse(w.now().peerId());
        return new Decision.Note(
                Situation.HEALTHY,
                List.of(new Fact.Became(
                        NodeState.STANDBY,
                        w.memory().epoch(),
                        owner,
                        "PostgreSQL runs in recovery")),
                "PostgreSQL runs in recovery: standby");
    }

    /**
     * Closed; the way back is the same question as after a boot. Under a lease guard the peer can only have opened after the
     * lease here was over, with a higher epoch: there is nothing to weigh (row A5).
     */
    static Decision isolated(World w) {
        boolean other = w.peerIn(NodeState.PRIMARY).isPresent()
                || w.peerIn(NodeState.RECONCILING).isPresent();
        if (other && !w.policy().guard().isLease()) {
            return begin(w.workflows()
                    .reconcile(
                            w.id(),
                            w.memory().epoch(),
                            w.now().peerId() + " is open: " + w.now().self()
                                    + " was open too before it was isolated"));
        }
        Boot.Verdict verdict = Boot.verdict(w);
        return switch (verdict.kind()) {
            case OPEN ->
                begin(w.workflows().startAsPrimary(w.id(), verdict.epoch(), verdict.why()));
            case DEPOSED -> outranked(w, verdict);
            case WAIT, STAY ->
                new Decision.Hold(Situation.ISOLATED, "closed while isolated; " + verdict.why());
        };
    }

    private static Decision byVerdict(World w, boolean running) {
        Boot.Verdict verdict = Boot.verdict(w);
        return switch (verdict.kind()) {
            case OPEN ->
                running || w.tally().bootAsked()
                        ? begin(w.workflows()
                                .startAsPrimary(w.id(), verdict.epoch(), verdict.why()))
                        : hold("PostgreSQL is down and may start as primary (" + verdict.why()
                                + "): pgha check-start");
            case WAIT -> hold(verdict.why());
            case STAY -> new Decision.Hold(Situation.WAITING_FOR_OPERATOR, verdict.why());
            case DEPOSED -> outranked(w, verdict);
        };
    }

    private static Decision outranked(World w, Boot.Verdict verdict) {
        boolean mineIsNewer =
                w.peer().filter(p -> w.memory().epoch().isAfter(p.epoch())).isPresent()
                        && w.memory().isOwner(w.now().self());
        if (mineIsNewer && w.now().isReadWrite()) {
            return begin(w.workflows()
                    .reconcile(
                            w.id(),
                            w.memory().epoch(),
                            w.now().peerId() + " is open at an older epoch"));
        }
        return begin(
                w.workflows().depose(w.id(), verdict.epoch(), w.now().peerId(), verdict.why()));
    }

    private static Decision begin(io.pgha.plan.Plan plan) {
        return new Decision.Begin(Situation.UNDECIDED, List.of(), plan);
    }

    private static Decision hold(String why) {
        return new Decision.Hold(Situation.UNDECIDED, why);
    }
}
