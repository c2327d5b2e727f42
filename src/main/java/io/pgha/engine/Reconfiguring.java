package io.pgha.engine;

import io.pgha.model.Policy;

import java.util.List;
import java.util.Optional;

/**
 * The configuration that an engine decides by, and the one that takes its place as soon as no workflow rests on the old one.
 * Every public method may be called from any thread.
 */
public final class Reconfiguring {

    private final Runnable wake;
    private Optional<Next> next = Optional.empty();
    private volatile Configured inForce;
    private volatile List<String> remarks = List.of();

    private record Next(Configured configured, Runnable taken) {}

    Reconfiguring(Configured first, Runnable wake) {
        this.inForce = first;
        this.wake = wake;
    }

    /**
     * Puts another configuration in force between two workflows. One that still waits for that is forgotten.
     *
     * @param taken called on the engine's thread when it is in force
     */
    public void ask(Configured configured, Runnable taken) {
        synchronized (this) {
            next = Optional.of(new Next(configured, taken));
        }
        wake.run();
    }

    /** What of the configuration file is not in force, as problems in the status; none: all of it is. */
    public void remark(List<String> sentences) {
        remarks = List.copyOf(sentences);
        wake.run();
    }

    /** What is decided by. */
    public Policy policy() {
        return inForce.policy();
    }

    /** At the beginning of a turn, on the engine's thread; the policy by which the whole turn goes. */
    Policy turn(boolean idle) {
        if (idle) {
            Optional<Next> waited = taken();
            if (waited.isPresent()) {
                inForce = waited.get().configured();
                waited.get().taken().run();
            }
        }
        return inForce.policy();
    }

    private synchronized Optional<Next> taken() {
        Optional<Next> waited = next;
        next = Optional.empty();
        return waited;
    }

    String digest() {
        return inForce.digest();
    }

    List<String> remarks() {
        return remarks;
    }
}
