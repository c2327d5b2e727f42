package io.pgha.sim;

import io.pgha.model.GateState;

/** The rules in one host's kernel: they outlive the daemon and are closed again by a boot. */
final class SimGate {

    private GateState state = GateState.CLOSED;

    GateState look() {
        return state;
    }

    /** Rules that somebody emptied guard nothing. */
    boolean lets() {
        return state != GateState.CLOSED;
    }

    void set(GateState wanted) {
        state = wanted;
    }

    /** The boot unit has run before any network. */
    void boot() {
        state = GateState.CLOSED;
    }
}
