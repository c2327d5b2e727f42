package io.pgha.model;

import java.time.Duration;

/**
 * Whether a COMMIT is acknowledged before the standby has it.
 *
 * @param mode the rule
 * @param timeout no COMMIT waits longer for a standby that is gone: then the primary goes on alone, or closes
 */
public record SyncPolicy(Mode mode, Duration timeout) {

    /** COMMIT waits for nobody, or for whom a person says. */
    public static final SyncPolicy OFF = new SyncPolicy(Mode.OFF, Duration.ZERO);

    /** The rules. */
    public enum Mode {
        /** pgha leaves synchronous_standby_names alone. */
        OFF,
        /** It waits while there is a standby, which else may not take over any more. */
        PREFERRED,
        /** It always waits, but for a primary that has just taken over, until a standby follows it. */
        STRICT
    }

    public boolean isOn() {
        return mode != Mode.OFF;
    }
}
