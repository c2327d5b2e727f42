package io.pgha.plan;

/** The workflows. */
public enum PlanKind {
    FAILOVER("failover"),
    PROMOTE("promote"),
    CEDE("cede"),
    START("start"),
    RESTART("restart in place"),
    DEPOSE("step down"),
    RECONCILE("reconcile"),
    ISOLATE("close while isolated"),
    RECLAIM("reclaim"),
    SWITCHOVER("switchover"),
    RELEASE("release"),
    CANCEL_RELEASE("release --cancel"),
    FOLLOW("follow"),
    REJOIN("rejoin"),
    INITIALIZE_PRIMARY("initialize as primary"),
    INITIALIZE_STANDBY("initialize as standby");

    private final String words;

    PlanKind(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }

    /** True for the kinds that only make sense in the boot in which they were decided. */
    public boolean isOfThisBoot() {
        return switch (this) {
            case FAILOVER, PROMOTE, CEDE, SWITCHOVER, START, RESTART, RECONCILE, ISOLATE, RECLAIM ->
                true;
            case DEPOSE,
                    RELEASE,
                    CANCEL_RELEASE,
                    FOLLOW,
                    REJOIN,
                    INITIALIZE_PRIMARY,
                    INITIALIZE_STANDBY -> false;
        };
    }

    /**
     * True for the kinds that a restarted daemon decides anew instead of resuming: what they rest on was seen or promised to
     * the process that is gone (rule S).
     */
    public boolean isVoidAtRestart() {
        return this == FAILOVER
                || this == PROMOTE
                || this == START
                || this == RECONCILE
                || this == RECLAIM;
    }
}
