package io.pgha.os;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for an HTTP server, each task limited in time, the queue limited in length.
 *
 * <p>The JDK's server reads a request and writes an answer with blocking calls, and its own limits are system properties. An
 * interrupt closes the channel that such a call blocks on (InterruptibleChannel), so a client that sends or reads a byte
 * a minute loses its connection here, and not our thread.
 */
public final class BoundedExecutor implements Executor, AutoCloseable {

    private final Duration limit;
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor limiter;

    /**
     * Starts no thread before the first task.
     *
     * @param name of the threads
     * @param threads at most
     * @param queue tasks that may wait
     * @param limit of one task
     */
    public BoundedExecutor(String name, int threads, int queue, Duration limit) {
        this.limit = limit;
        this.workers = new ThreadPoolExecutor(
                threads,
                threads,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queue),
                named(name));
        this.limiter = new ScheduledThreadPoolExecutor(1, named(name + "-limit"));
        limiter.setRemoveOnCancelPolicy(true);
    }

    /** Throws RejectedExecutionException when the queue is full: the server then closes the connection. */
    @Override
    public void execute(Runnable task) {
        workers.execute(() -> limited(task));
    }

    private void limited(Runnable task) {
        Thread worker = Thread.currentThread();
        Deadline deadline = new Deadline(worker);
        Future<?> alarm = limiter.schedule(deadline::fire, limit.toMillis(), TimeUnit.MILLISECONDS);
        try {
            task.run();
        } finally {
            alarm.cancel(false);
            deadline.end();
        }
    }

    /** Interrupts its thread at most once, and never after the task has ended. */
    private static final class Deadline {
        private final Thread worker;
        private boolean over;

        Deadline(Thread worker) {
            this.worker = worker;
        }

        synchronized void fire() {
            if (!over) {
                worker.interrupt();
            }
        }

        synchronized void end() {
            over = true;
            // Whatever came too late must not hit the next task of this thread.
            Thread.interrupted();
        }
    }

    private static ThreadFactory named(String name) {
        return r -> {
            Thread t = new Thread(r, name);
            t.setDaemon(true);
            return t;
        };
    }

    @Override
    public void close() {
        workers.shutdownNow();
        limiter.shutdownNow();
    }
}
