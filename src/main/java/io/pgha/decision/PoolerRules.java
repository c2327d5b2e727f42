package io.pgha.decision;

import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.NodeState;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

/**
 * Who lets the poolers' clients on again, and when. It is owed by the node that let them wait, and by whoever takes over
 * since, each on its own disk: so it does not matter how a switchover ended, which daemon died in it and which machine is left.
 */
public final class PoolerRules {

    private PoolerRules() {}

    /** The workflow lets clients wait. */
    static boolean pauses(Plan plan) {
        return plan.steps().contains(new Step.PausePoolers());
    }

    /** Whoever goes to a higher epoch may have taken it from one that let clients wait, and can no longer be asked. */
    static boolean takesOver(Fact.Became became, Epoch before) {
        boolean isOwn =
                became.state() == NodeState.PROMOTING || became.state() == NodeState.PRIMARY;
        return isOwn && became.epoch().isAfter(before);
    }

    /** It is owed, and there is a node that serves them; never while a switchover here is on its way to close the gate. */
    public static boolean mayResume(World w) {
        return w.memory().owesResume()
                && !w.policy().pauseTimeout().isZero()
                && !isPausing(w)
                && (servesHere(w) || servesThere(w));
    }

    private static boolean isPausing(World w) {
        return w.memory()
                .running()
                .filter(r -> r.plan().kind() == PlanKind.SWITCHOVER && !r.undoing())
                .isPresent();
    }

    private static boolean servesHere(World w) {
        return w.memory().state() == NodeState.PRIMARY
                && w.now().gate().answer().filter(GateState.OPEN::equals).isPresent();
    }

    private static boolean servesThere(World w) {
        return w.peerIn(NodeState.PRIMARY)
                .filter(p -> p.gateOpen().orElse(false))
                .isPresent();
    }
}
