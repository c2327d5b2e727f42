package io.pgha.model;

/** Whether the local postmaster runs, and how it ended when it does not. */
public enum Postmaster {
    /** A live postmaster owns the data directory. */
    RUNNING,
    /** It does not run, and pg_control says "shut down" or "shut down in recovery". */
    STOPPED,
    /** It does not run, and pg_control says it was in production or in recovery: it crashed or was killed. */
    CRASHED,
    /** There is no data directory, or an empty one. */
    NO_DATA,
    /** It could not be found out. */
    UNKNOWN
}
