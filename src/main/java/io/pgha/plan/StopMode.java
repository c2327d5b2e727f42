package io.pgha.plan;

/** How PostgreSQL is stopped. */
public enum StopMode {
    /** pg_ctl stop -m fast; fails when it does not end in time, because the caller needs a clean shutdown checkpoint. */
    FAST,
    /** fast, then immediate, then SIGKILL of every process of the cluster; done only when none is left. */
    LADDER,
    /** SIGKILL of every process at once: for a PostgreSQL that crashed or hangs, where asking costs time and helps nobody. */
    KILL
}
