package io.pgha.sim;

import io.pgha.model.GateState;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * The rules in one host's kernel: they outlive the daemon and are closed by a boot. Besides the open or closed element there
 * are two slots that the kernel ends by its own clock.
 */
final class SimGate {

    private static final int SLOTS = 2;

    private final Agenda agenda;
    private final SimClock clock;
    private final long[] permitUntil = new long[SLOTS];
    private final boolean[] granted = new boolean[SLOTS];
    private boolean open;
    private boolean damaged;

    SimGate(Agenda agenda, SimClock clock) {
        this.agenda = agenda;
        this.clock = clock;
    }

    GateState look() {
        if (damaged) {
            return GateState.DAMAGED;
        }
        return open || lastingSlot().isPresent() ? GateState.OPEN : GateState.CLOSED;
    }

    /** Rules that somebody emptied guard nothing. */
    boolean lets() {
        return damaged || open || isInForce(0) || isInForce(1);
    }

    boolean isDamaged() {
        return damaged;
    }

    private boolean isInForce(int slot) {
        return granted[slot] && agenda.now() < permitUntil[slot];
    }

    Optional<Integer> lastingSlot() {
        int later = permitUntil[1] > permitUntil[0] ? 1 : 0;
        return Stream.of(later, 1 - later).filter(this::isInForce).findFirst();
    }

    void set(GateState wanted) {
        damaged = wanted == GateState.DAMAGED;
        open = wanted == GateState.OPEN;
        if (!open) {
            java.util.Arrays.fill(granted, false);
            java.util.Arrays.fill(permitUntil, 0);
        }
    }

    /** Arms a slot for a span of this host's time; a grant it had is gone. */
    void permit(int slot, long localNanos) {
        granted[slot] = false;
        permitUntil[slot] = agenda.now() + clock.trueSpan(localNanos);
    }

    void grant(int slot) {
        granted[slot] = true;
    }

    /** The kernel's timers stand still with the machine. */
    void freeze(long nanos) {
        for (int i = 0; i < SLOTS; i++) {
            if (permitUntil[i] > agenda.now()) {
                permitUntil[i] = permitUntil[i] + nanos;
            }
        }
    }

    /** The boot unit has run before any network. */
    void boot() {
        set(GateState.CLOSED);
    }
}
