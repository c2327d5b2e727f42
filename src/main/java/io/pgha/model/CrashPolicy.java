package io.pgha.model;

import java.time.Duration;

/**
 * What a crash of PostgreSQL leads to.
 *
 * @param mode whether a primary is ceded at once, where a standby would take over
 * @param restartBudget how long the starts in place may take together before it is, until it serves again
 * @param restartAttempts starts in place before it is left to a person, or before it is ceded
 */
public record CrashPolicy(Mode mode, Duration restartBudget, int restartAttempts) {

    /** It is ceded at once; where nobody would take over, started in place so many times. */
    public static CrashPolicy failover(int restartAttempts) {
        return new CrashPolicy(Mode.FAILOVER, Duration.ZERO, restartAttempts);
    }

    /** The rules. */
    public enum Mode {
        /** The standby takes over at once. */
        FAILOVER,
        /** It is started in place; the standby takes over when that does not succeed in time, or was needed a moment ago. */
        RESTART_THEN_FAILOVER
    }

    public boolean restartsFirst() {
        return mode == Mode.RESTART_THEN_FAILOVER;
    }
}
