package io.pgha.daemon;

import io.pgha.postgres.LocalPostgres;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Sets synchronous_standby_names, on a thread that lives only while there is something to set. The newest wish wins. */
final class SyncKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(SyncKeeper.class);
    private static final long STACK_BYTES = 512 << 10;
    private static final long IDLE_SECONDS = 10;
    private static final int WISHES = 4;

    private final LocalPostgres postgres;
    private final HostSensors sensors;
    private final ExecutorService thread;
    private volatile String newest = "";
    private volatile String trouble = "";

    SyncKeeper(LocalPostgres postgres, HostSensors sensors) {
        this.postgres = postgres;
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

    private void setNewest() {
        String names = newest;
        try {
            postgres.setSynchronousNames(names);
            trouble = "";
        } catch (SQLException e) {
            String words = String.valueOf(e.getMessage());
            if (!words.equals(trouble)) {
                LOG.warn(
                        "synchronous_standby_names could not become '{}' ({}); as superuser: grant alter system on parameter"
                                + " synchronous_standby_names to {}",
                        names,
                        words,
                        postgres.user());
            }
            trouble = words;
        }
        sensors.lookAtPostgres();
    }
}
