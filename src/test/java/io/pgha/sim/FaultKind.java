package io.pgha.sim;

import io.pgha.model.Guard;

/** What a seed may do to its universe. */
enum FaultKind {
    CUT_LINK,
    CUT_ONE_WAY,
    CUT_OFF,
    CUT_GATEWAY(Harm.NEVER),
    CUT_WITNESS(Harm.NEVER),
    WITNESS_LOST(Harm.NEVER),
    BAD_LINK,
    POSTGRES_CRASHES,
    POSTGRES_HANGS,
    POSTGRES_STOPPED,
    DAEMON_KILLED(Harm.WITH_LEASE),
    DAEMON_STOPPED(Harm.WITH_LEASE),
    DAEMON_PAUSED(Harm.WITH_LEASE),
    MACHINE_FROZEN,
    POWER_LOST,
    BOTH_POWERS_LOST,
    DISK_FAILS(Harm.WITH_LEASE),
    DISK_SLOW(Harm.NEVER),
    STEPS_FAIL,
    GATE_FAILS(Harm.WITH_LEASE),
    GATE_EMPTIED,
    PROBES_BLIND(Harm.NEVER),
    LOOKS_FAIL(Harm.WITH_LEASE),
    CLOCK_STEPPED(Harm.NEVER),
    LAG(Harm.NEVER),
    BULK(Harm.NEVER),
    REPLAY_PAUSED(Harm.NEVER),
    OPERATOR,
    SET_ASIDE(Harm.NEVER),
    PROMOTED_BY_HAND,
    STARTED_BY_HAND,
    STARTED_IN_RECOVERY;

    /** When clients may notice a kind of fault that comes alone. */
    private enum Harm {
        ALWAYS,
        WITH_LEASE,
        NEVER
    }

    private final Harm harm;

    FaultKind() {
        this(Harm.ALWAYS);
    }

    FaultKind(Harm harm) {
        this.harm = harm;
    }

    /** True when nothing on a host itself is wrong. */
    boolean isOfTheNetwork() {
        return switch (this) {
            case CUT_LINK, CUT_ONE_WAY, CUT_OFF, CUT_GATEWAY, CUT_WITNESS, WITNESS_LOST, BAD_LINK ->
                true;
            default -> false;
        };
    }

    /** True when no client may notice this, as long as it is the only kind that happens. */
    boolean isHarmless(Guard guard) {
        return switch (harm) {
            case ALWAYS -> false;
            case WITH_LEASE -> !guard.isLease();
            case NEVER -> true;
        };
    }
}
