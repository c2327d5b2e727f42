package io.pgha.engine;

import io.pgha.decision.Counting;
import io.pgha.decision.Decision;
import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.decision.Situation;
import io.pgha.decision.Tally;
import io.pgha.decision.World;
import io.pgha.model.GateState;
import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.Policy;
import io.pgha.plan.StepWords;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Turns changes of mind into events: one sentence each, never one a tick. */
final class Chronicle {

    private final Consumer<Event> events;
    private Optional<Situation> lastSituation = Optional.empty();
    private String lastWhy = "";
    private Optional<GateState> lastGate = Optional.empty();
    private boolean peerSpoke;
    private String lastTrouble = "";
    private Set<String> warnedOf = Set.of();

    Chronicle(Consumer<Event> events) {
        this.events = events;
    }

    void counted(Tally before, Tally after, Memory memory, Policy policy, Observation seen) {
        if (!after.awakeAt().equals(before.awakeAt())) {
            events.accept(Event.warn(
                    "woke_up",
                    "this process was paused for "
                            + seen.at().since(before.lastTurnAt()).toMillis()
                            + " ms: what had been counted is forgotten"));
        }
        if (after.failures() > before.failures()) {
            events.accept(Event.warn(
                    "primary_failure",
                    "failure " + after.failures() + " of " + policy.maxPrimaryFailcount() + " of "
                            + seen.peerId() + ": " + after.lastFailure()));
        } else if (before.failures() > 0
                && after.failures() == 0
                && memory.state() == NodeState.STANDBY) {
            events.accept(Event.info(
                    "primary_alive",
                    seen.peerId() + " gave a sign of life: the count of " + before.failures()
                            + " is reset to 0"));
        }
        if (after.ownFailures() > before.ownFailures()) {
            events.accept(Event.warn(
                    "local_failure",
                    "local failure " + after.ownFailures() + " of " + policy.maxPrimaryFailcount()
                            + ": "
                            + seen.ownPort().map(io.pgha.model.PortProbe::words).orElse("")));
        }
    }

    void decided(Decision decision) {
        boolean changed = lastSituation.filter(decision.situation()::equals).isEmpty();
        boolean news = changed
                || (severity(decision.situation()) != EventLine.Severity.INFO
                        && !decision.why().equals(lastWhy));
        lastWhy = decision.why();
        lastSituation = Optional.of(decision.situation());
        boolean spokenOf = decision.situation() == Situation.PRIMARY_FAILING
                || !(decision instanceof Decision.Hold);
        if (news && !spokenOf) {
            events.accept(new Event(
                    severity(decision.situation()),
                    decision.situation().name().toLowerCase(java.util.Locale.ROOT),
                    decision.why()));
        }
    }

    void recorded(Memory before, Memory after, List<Fact> facts) {
        for (Fact fact : facts) {
            recorded(fact, after);
            fenced(fact);
        }
        if (before.state() != after.state() || !before.epoch().equals(after.epoch())) {
            String words = before.state() + " -> " + after.state() + " at epoch " + after.epoch()
                    + ": " + after.why();
            boolean bad =
                    after.state() == NodeState.CONFLICT || after.state() == NodeState.ISOLATED;
            events.accept(bad ? Event.error("state", words) : Event.info("state", words));
        }
    }

    private void recorded(Fact fact, Memory after) {
        if (fact instanceof Fact.PlanBegun begun) {
            events.accept(Event.info(
                    "workflow_begun",
                    begun.plan().kind().words() + " begins: " + begun.plan().why()));
        } else if (fact instanceof Fact.StepReached step) {
            after.running()
                    .filter(r -> !r.isOver())
                    .ifPresent(r -> events.accept(Event.info(
                            "step",
                            r.plan().kind().words() + " " + (step.cursor() + 1) + "/"
                                    + r.steps().size() + ": " + StepWords.of(r.step()))));
        } else if (fact instanceof Fact.PlanUndoing undoing) {
            events.accept(Event.warn("workflow_undone", "going back: " + undoing.why()));
        } else if (fact instanceof Fact.PlanEnded end) {
            events.accept(
                    end.ok()
                            ? Event.info("workflow_done", end.words())
                            : Event.error("workflow_failed", end.words()));
        } else if (fact instanceof Fact.CedeAnswered answered
                && !answered.answer().taken()) {
            events.accept(Event.warn(
                    "cede_refused", "refused to take over: " + answered.answer().why()));
        } else if (fact instanceof Fact.HoldPlaced hold) {
            events.accept(
                    Event.warn("gate_held", "an operator holds the gate closed: " + hold.why()));
        } else if (fact instanceof Fact.HoldLifted) {
            events.accept(Event.info("gate_released", "the operator's hold on the gate is over"));
        } else if (fact instanceof Fact.Paused pause) {
            events.accept(Event.warn("paused", "paused by " + pause.by() + ": " + pause.why()));
        } else if (fact instanceof Fact.Resumed resumed) {
            events.accept(Event.info("resumed", resumed.why()));
        } else if (fact instanceof Fact.Withheld withheld) {
            events.accept(Event.warn(
                    "standby", "an operator keeps this node a standby: " + withheld.why()));
        } else if (fact instanceof Fact.Readmitted) {
            events.accept(Event.info("unstandby", "this node may take over again"));
        } else if (fact instanceof Fact.Acknowledged seen) {
            events.accept(
                    Event.info("acknowledged", "the failover is acknowledged by " + seen.by()));
        } else if (fact instanceof Fact.Voted voted) {
            boolean both = voted.votes().isHeld() && voted.votes().alone().isEmpty();
            events.accept(
                    both ? Event.info("votes", voted.why()) : Event.warn("votes", voted.why()));
        } else if (fact instanceof Fact.CommitsCounted counted) {
            events.accept(Event.info(
                    "commits_counted",
                    counted.commits() + " client commits since the timelines parted"));
        }
    }

    private void fenced(Fact fact) {
        if (fact instanceof Fact.WalRescued f) {
            events.accept(
                    f.lost() > 0 || f.unread().isPresent()
                            ? Event.warn("wal_lost", f.words())
                            : Event.info("wal_rescued", f.words()));
        } else if (fact instanceof Fact.Fenced f) {
            events.accept(Event.warn(
                    "fenced",
                    f.node() + "'s machine is off: switched off by fence device " + f.device()
                            + ", level " + f.level() + ", and seen off by its status"));
        } else if (fact instanceof Fact.FenceFailed f) {
            events.accept(Event.error(
                    "fence_failed", f.node() + "'s machine was not seen off: " + f.why()));
        } else if (fact instanceof Fact.DivergedWalSaved f) {
            events.accept(Event.warn(
                    "diverged_wal_saved",
                    f.bytes() + " bytes of diverged WAL with " + f.transactions()
                            + " transactions, " + f.commits()
                            + " of them commits of clients, are saved in " + f.where()));
        }
    }

    void seen(World w) {
        Optional<GateState> gate = w.now().gate().answer();
        if (gate.isPresent() && !gate.equals(lastGate)) {
            lastGate = gate;
            events.accept(
                    gate.get() == GateState.DAMAGED
                            ? Event.warn(
                                    "gate_damaged",
                                    "the gate's rules were changed by somebody: putting them back")
                            : Event.info(
                                    "gate_" + gate.get().name().toLowerCase(java.util.Locale.ROOT),
                                    "the gate is " + gate.get()));
        }
        boolean speaks = w.now().freshPeer(Counting.fresh(w.policy())).isPresent();
        if (speaks != peerSpoke) {
            peerSpoke = speaks;
            events.accept(
                    speaks
                            ? Event.info("peer_heard", w.now().peerId() + "'s daemon is heard")
                            : Event.warn("peer_silent", w.now().peerId() + "'s daemon is silent"));
        }
        if (!w.now().peer().trouble().equals(lastTrouble)) {
            lastTrouble = w.now().peer().trouble();
            if (!lastTrouble.isEmpty()) {
                events.accept(Event.warn("peer_link", lastTrouble));
            }
        }
    }

    /** Each once when it begins and once when it is over, however its words change meanwhile. */
    void warned(List<Warnings.Warning> warnings) {
        if (warnings.isEmpty() && warnedOf.isEmpty()) {
            return;
        }
        Set<String> now = warnings.stream().map(Warnings.Warning::code).collect(Collectors.toSet());
        for (Warnings.Warning warning : warnings) {
            if (!warnedOf.contains(warning.code())) {
                events.accept(Event.warn(warning.code(), warning.sentence()));
            }
        }
        for (String code : warnedOf) {
            if (!now.contains(code)) {
                events.accept(Event.info(
                        code, "over: " + code.replace('_', ' ') + " is no problem any more"));
            }
        }
        warnedOf = now;
    }

    private static EventLine.Severity severity(Situation situation) {
        return switch (situation) {
            case HEALTHY, BUSY, PAUSED, UNDECIDED, PRIMARY_FAILING, PRIMARY_DOWN ->
                EventLine.Severity.INFO;
            case TAKEOVER_VETOED,
                    PEER_DAEMON_DOWN,
                    PRIMARY_POSTGRES_DOWN,
                    POSTGRES_DOWN,
                    STANDBY_MISSING -> EventLine.Severity.WARN;
            case POSTGRES_HANGS, ISOLATED, TWO_PRIMARIES, WAITING_FOR_OPERATOR ->
                EventLine.Severity.ERROR;
        };
    }
}
