package io.pgha.postgres;

import io.pgha.model.ControlData;
import io.pgha.plan.StopMode;

import java.time.Duration;

/**
 * Starts, stops and promotes the one local PostgreSQL, and says whether it runs. Every method may be called twice, blocks its
 * caller no longer than it is allowed to, and reacts to an interrupt. Safe for threads, but one start or stop at a time.
 */
public interface PostgresControl {

    /** Whether the postmaster runs. Cheap while it does: three small reads of /proc. Never throws: UNKNOWN has its reason. */
    PostmasterLook postmaster();

    /**
     * Whether the postmaster was told to stop and is not done yet; by its own word in postmaster.pid. Nothing takes that back.
     *
     * @throws ControlFailed when it could not be looked at
     */
    boolean isStopping() throws ControlFailed;

    /**
     * What pg_controldata says; works whether the server runs or not.
     *
     * @throws ControlFailed when it cannot be read
     */
    ControlData controlData() throws ControlFailed;

    /**
     * PostgreSQL runs and has reached the state in which it serves; what it starts as is what standby.signal says. Starting
     * may take long after a crash: it is given up when recovery has made no progress for {@code patience}, and is then left
     * as it is.
     *
     * @throws ControlFailed with the last lines of the server's log when it did not start
     */
    void start(Duration patience) throws ControlFailed;

    /**
     * No process of the cluster is left.
     *
     * @param limit of each rung of the ladder; of the whole with {@link StopMode#FAST}
     * @return how it ended, for the event log
     * @throws ControlFailed FAST: when it did not end in time or left no clean shutdown checkpoint. LADDER: when a process
     *     could not be killed
     */
    String stop(StopMode mode, Duration limit) throws ControlFailed;

    /**
     * The standby has been told to leave recovery. Does not wait: pg_ctl looks only every 100 ms, so the caller asks
     * {@code pg_is_in_recovery()} itself.
     *
     * @throws ControlFailed when it could not be told, as when it is no standby
     */
    void promote(Duration limit) throws ControlFailed;
}
