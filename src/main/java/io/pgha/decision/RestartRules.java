package io.pgha.decision;

import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import java.time.Duration;
import java.util.Optional;

/** Starting a crashed primary in place before its role is ceded (row A6 under on_crash = restart_then_failover). */
final class RestartRules {

    private RestartRules() {}

    /**
     * Whether the crash is answered by a start in place though a standby would take over. A crash soon after such a start is
     * not: what kills PostgreSQL again and again is tried elsewhere. Nor is one that a disk explains.
     */
    static boolean goesFirst(World w) {
        Tally tally = w.tally();
        boolean isAgain = tally.restarts() == 0
                && isWithin(w, tally.restartedAt(), w.policy().failoverBlock());
        return w.policy().crash().restartsFirst()
                && w.now().diskTrouble().isEmpty()
                && tally.restarts() < w.policy().crash().restartAttempts()
                && !isAgain
                && (tally.restarts() == 0 || isInBudget(w));
    }

    /** A start in place that a standby need not wait for any longer: it would take over, and the budget is over. */
    static boolean isOverdue(World w, Memory.Running running) {
        return w.policy().crash().restartsFirst()
                && w.memory().state() == NodeState.PRIMARY
                && w.memory().stillness().isEmpty()
                && running.plan().kind() == PlanKind.RESTART
                && running.plan().steps().get(0) instanceof Step.MarkPrimary
                && !running.isOver()
                && running.step() instanceof Step.StartPostgres
                && !w.now().isReadWrite()
                && !isInBudget(w)
                && w.peerWouldTake();
    }

    private static boolean isInBudget(World w) {
        return isWithin(w, w.tally().restartedAt(), w.policy().crash().restartBudget());
    }

    private static boolean isWithin(World w, Optional<MonoTime> since, Duration limit) {
        return since.filter(at -> !w.now().at().isPast(at, limit)).isPresent();
    }
}
