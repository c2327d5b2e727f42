package io.pgha.daemon;

import org.quartz.spi.ThreadPool;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Quartz's own thread in place of a pool: all that {@link Schedule} has Quartz do is to say what is due, which takes no time, and
 * threads of Quartz's pool each wake twice a second to look for work. Public, since Quartz calls it by reflection.
 */
public final class ScheduleThread implements ThreadPool {

    private final AtomicBoolean over = new AtomicBoolean();

    @Override
    public void initialize() {
        // There is nothing to be made.
    }

    @Override
    public boolean runInThread(Runnable call) {
        if (over.get()) {
            return false;
        }
        call.run();
        return true;
    }

    @Override
    public int blockForAvailableThreads() {
        return over.get() ? 0 : 1;
    }

    @Override
    public void shutdown(boolean waitForJobsToComplete) {
        over.set(true);
    }

    @Override
    public int getPoolSize() {
        return 1;
    }

    @Override
    public void setInstanceId(String id) {
        // There is one.
    }

    @Override
    public void setInstanceName(String instance) {
        // Its thread has Quartz's name for it.
    }
}
