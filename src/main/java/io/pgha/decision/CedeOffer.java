package io.pgha.decision;

import io.pgha.model.Register;
import io.pgha.plan.PlanKind;

/** Whether a cede is still offered, or is on its way back (protocol section 4, rule R). */
public final class CedeOffer {

    private CedeOffer() {}

    /**
     * False once the node began to take it back and the arbiter moved the epoch: from there on it starts its PostgreSQL again. A
     * daemon that was killed in between, and finds PostgreSQL running, asks the arbiter first.
     */
    public static boolean stands(World w) {
        boolean goesBack = w.memory()
                .running()
                .filter(r -> r.plan().kind() == PlanKind.RECLAIM && !r.isOver() && r.cursor() > 0)
                .isPresent();
        boolean dead = w.now().isDown() || w.now().isInRecovery();
        boolean asked = !w.policy().guard().isLease()
                || LeaseRules.register(w).filter(r -> !isMoved(w, r)).isPresent();
        return !goesBack && (dead || asked);
    }

    /** The arbiter holds an epoch for this node that is past the ceded one, and past that of whoever took it. */
    static boolean isMoved(World w, Register register) {
        return w.policy().guard().isLease()
                && register.owner().equals(w.now().self())
                && register.epoch().isAfter(w.memory().epoch().next());
    }
}
