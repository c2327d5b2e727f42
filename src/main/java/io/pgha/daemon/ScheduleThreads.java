package io.pgha.daemon;

import org.quartz.spi.ThreadPool;

import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Quartz's threads: as many as there are calls at a time, {@code threadCount} at most. They sleep until there is work, where
 * those of Quartz's own pool each wake twice a second to look for some. Made by Quartz, by the name of this class.
 */
public final class ScheduleThreads implements ThreadPool {

    private static final int IDLE_SECONDS = 60;

    private final Semaphore free = new Semaphore(0);
    /** Bounded by the semaphore: a thread that has ended its call counts there as free a moment earlier than here. */
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>());

    private int count = 1;
    private String name = "schedule";

    /** Set by Quartz, from the property of this name. */
    public void setThreadCount(int most) {
        count = most;
    }

    @Override
    public void initialize() {
        threads.setThreadFactory(body -> {
            Thread thread = new Thread(body, name);
            thread.setDaemon(true);
            return thread;
        });
        free.release(count);
    }

    @Override
    public boolean runInThread(Runnable call) {
        if (threads.isShutdown()) {
            return false;
        }
        // Never waits in fact: Quartz asks for no more than it was told there are.
        free.acquireUninterruptibly();
        threads.execute(() -> {
            try {
                call.run();
            } finally {
                free.release();
            }
        });
        return true;
    }

    @Override
    public int blockForAvailableThreads() {
        try {
            while (!threads.isShutdown()) {
                if (free.tryAcquire(1, TimeUnit.SECONDS)) {
                    free.release();
                    return Math.max(1, free.availablePermits());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    @Override
    public void shutdown(boolean waitForJobsToComplete) {
        threads.shutdown();
    }

    @Override
    public int getPoolSize() {
        return count;
    }

    @Override
    public void setInstanceId(String id) {
        // The name says enough.
    }

    @Override
    public void setInstanceName(String instance) {
        name = instance;
    }
}
