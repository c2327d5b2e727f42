package io.pgha.sim;

/** What a seed may do to its universe. */
enum FaultKind {
    CUT_LINK,
    CUT_ONE_WAY,
    CUT_OFF,
    CUT_GATEWAY(true),
    BAD_LINK,
    POSTGRES_CRASHES,
    POSTGRES_HANGS,
    POSTGRES_STOPPED,
    DAEMON_KILLED(true),
    DAEMON_PAUSED(true),
    MACHINE_FROZEN,
    POWER_LOST,
    BOTH_POWERS_LOST,
    DISK_FAILS(true),
    DISK_SLOW(true),
    STEPS_FAIL,
    GATE_FAILS(true),
    GATE_EMPTIED,
    PROBES_BLIND(true),
    LOOKS_FAIL(true),
    CLOCK_STEPPED(true),
    LAG(true),
    BULK(true),
    REPLAY_PAUSED(true),
    OPERATOR,
    PROMOTED_BY_HAND,
    STARTED_BY_HAND;

    private final boolean harmless;

    FaultKind() {
        this(false);
    }

    FaultKind(boolean harmless) {
        this.harmless = harmless;
    }

    /** True when no client may notice this, as long as it is the only kind that happens. */
    boolean isHarmless() {
        return harmless;
    }
}
