package io.pgha.sim;

import io.pgha.decision.Memory;

import java.util.HashSet;
import java.util.Set;

/** What people did in this schedule: what follows from that is theirs, and no law speaks of it. */
final class Person {

    private boolean handled;
    private boolean forced;
    private final Set<SimHost> promoted = new HashSet<>();

    /** Took matters into their own hands. */
    void handled() {
        handled = true;
    }

    /** Promoted this node's PostgreSQL past pgha. */
    void promoted(SimHost host) {
        handled = true;
        promoted.add(host);
    }

    boolean hasPromoted(SimHost host) {
        return promoted.contains(host);
    }

    /** Vouched for a node that cannot be seen. */
    void forced() {
        handled = true;
        forced = true;
    }

    boolean hasHandled() {
        return handled;
    }

    boolean hasForced() {
        return forced;
    }

    /** Paused: the gate is not touched, nothing is decided. */
    static boolean keepsStill(SimHost host) {
        Memory durable = host.disk().durable();
        return durable.paused().isPresent() || durable.peerPaused().isPresent();
    }
}
