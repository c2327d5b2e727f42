package io.pgha.daemon;

import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.WaitingCommits;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Sets synchronous_standby_names, and ends whose COMMIT waits for them in vain, on a thread that lives only while there is
 * something to do. The newest wish wins.
 */
final class SyncKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(SyncKeeper.class);
    private static final long STACK_BYTES = 512 << 10;
    private static final long IDLE_SECONDS = 10;
    private static final int WISHES = 4;

    private final LocalPostgres postgres;
    private final HostSensors sensors;
    private final ExecutorService thread;
    private final WaitingCommits waiting;
    private volatile String newest = "";
    private volatile String trouble = "";
    private volatile String endTrouble = "";

    SyncKeeper(LocalPostgres postgres, Path data, HostSensors sensors) {
        this.postgres = postgres;
        this.waiting = new WaitingCommits(postgres, data);
        this.sensors = sensors;
        ThreadPoolExecutor one = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WISHES), body -> {
                    Thread t = new Thread(null, body, "synchronous", STACK_BYTES);
                    t.setDaemon(true);
                    return t;
                });
        one.allowCoreThreadTimeOut(true);
        this.thread = one;
    }

    /** Returns at once; an order that finds no room is given again by the engine. */
    void set(String names) {
        newest = names;
        try {
            thread.execute(this::setNewest);
        } catch (RejectedExecutionException e) {
            LOG.debug("{} waits", names);
        }
    }

    /** Returns at once; what finds no room is ordered again by the engine. */
    void endWaiting() {
        try {
            thread.execute(this::end);
        } catch (RejectedExecutionException e) {
            LOG.debug("sessions that wait for the standby are ended later");
        }
    }

    private void end() {
        try {
            int ended = waiting.end();
            if (ended > 0) {
                LOG.warn(
                        "ended {} sessions whose COMMIT waited for the standby for longer than sync_timeout; none was"
                                + " acknowledged, each is committed here",
                        ended);
            }
            endTrouble = "";
        } catch (SQLException | IOException e) {
            endTrouble = complain(
                    "sessions whose COMMIT waits for the standby could not be ended ("
                            + e.getMessage() + "); as superuser: grant pg_signal_backend to "
                            + postgres.user(),
                    endTrouble);
        }
    }

    private void setNewest() {
        String names = newest;
        try {
            postgres.setSynchronousNames(names);
            trouble = "";
        } catch (SQLException e) {
            trouble = complain(
                    "synchronous_standby_names could not become '" + names + "' (" + e.getMessage()
                            + "); as superuser: grant alter system on parameter synchronous_standby_names to "
                            + postgres.user(),
                    trouble);
        }
        sensors.lookAtPostgres();
    }

    /** Once for each trouble, since what failed is tried again each interval; returns it. */
    private static String complain(String trouble, String before) {
        if (!trouble.equals(before)) {
            LOG.warn("{}", trouble);
        }
        return trouble;
    }
}
