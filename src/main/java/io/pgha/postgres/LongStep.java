package io.pgha.postgres;

import io.pgha.plan.Progress;

import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * One run of a long step: how it tells where it is, and how it is told to stop. Made anew for each run.
 *
 * <p>{@link #cancel()} may be called from any thread; the step ends within a second, at a place from which it can be begun
 * again.
 */
public final class LongStep {

    private final Consumer<Progress> consumer;
    private volatile boolean cancelled;
    private Runnable giveUp = () -> {};

    /**
     * @param consumer called on the thread of the step, at most a few times a second while bytes move, and before and after
     *     each change that outlives a crash
     */
    public LongStep(Consumer<Progress> consumer) {
        this.consumer = consumer;
    }

    /** Asks the step to end. */
    public void cancel() {
        Runnable now;
        synchronized (this) {
            cancelled = true;
            now = giveUp;
        }
        now.run();
    }

    /**
     * For a wait that no interrupt ends: {@code now} ends it when the step is told to stop, at once if it was told already. Called on
     * the thread that tells it, so it must not wait itself.
     */
    void whenCancelled(Runnable now) {
        boolean already;
        synchronized (this) {
            giveUp = now;
            already = cancelled;
        }
        if (already) {
            now.run();
        }
    }

    boolean isCancelled() {
        return cancelled;
    }

    void report(String words) {
        consumer.accept(new Progress(0, OptionalLong.empty(), words));
    }

    void report(long doneBytes, long totalBytes, String words) {
        consumer.accept(new Progress(doneBytes, OptionalLong.of(totalBytes), words));
    }

    void checkCancelled(String what) throws DataDirectoryException {
        if (cancelled) {
            throw DataDirectoryException.cancelled(what);
        }
    }
}
