package io.pgha.network;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One thread on which calls into the firewall are made one at a time, each waited for until a deadline. A call that did not
 * begin by then never begins; one that began may still take effect, and those after it wait for its end.
 */
final class Lane {

    private static final int MOST_WAITING = 16;

    private final Duration deadline;
    private final ExecutorService thread;
    private volatile String current = "";

    Lane(String name, Duration deadline) {
        this.deadline = deadline;
        this.thread = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread made = new Thread(null, task, name, 2 << 20);
                    made.setDaemon(true);
                    return made;
                });
    }

    /** A call into the firewall. */
    interface Call<T> {
        T make() throws GateException;
    }

    /**
     * Makes a call.
     *
     * @param what names it in messages: "close gate pgha"
     * @param late what to do when it began and is not over at the deadline; runs on the caller's thread
     */
    <T> T call(String what, Call<T> call, Runnable late) throws GateException {
        Future<T> result;
        try {
            result = thread.submit(() -> {
                current = what;
                try {
                    return call.make();
                } finally {
                    current = "";
                }
            });
        } catch (RejectedExecutionException e) {
            throw new GateException(what + ": not tried, " + busy(), e);
        }
        try {
            return result.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GateException known) {
                throw known;
            }
            throw new GateException(what + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            String before = current;
            result.cancel(false);
            if (before.equals(what)) {
                late.run();
                throw new GateException(what + ": no answer from the kernel within "
                        + deadline.toMillis() + " ms, outcome unknown. Look: pgha gate status");
            }
            throw new GateException(what + ": not tried, " + busy());
        } catch (InterruptedException e) {
            result.cancel(false);
            Thread.currentThread().interrupt();
            throw new GateException(what + ": abandoned, since this process is stopping", e);
        }
    }

    private String busy() {
        String before = current;
        return before.isEmpty() ? "the gate is disposed" : "still busy with: " + before;
    }

    /** Ends the thread; what runs is not waited for. */
    void end() {
        thread.shutdownNow();
    }
}
