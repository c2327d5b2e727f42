package io.pgha.postgres;

import io.pgha.os.PidFd;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Tells at once when the local postmaster ends: the kernel wakes one thread (pidfd_open(2)), nothing is polled while it lives. A
 * process is watched only after it has proven to be the postmaster of this data directory while it was already held, so that a
 * number that was given to another process is never reported.
 *
 * <p>While none runs, one is looked for each {@code interval}, and when {@link #lookNow} says that one was started. One that
 * starts and ends between two looks is not reported; a look at {@link PostgresControl#postmaster} shows it.
 */
public final class PostmasterWatch implements AutoCloseable {

    /** After which a closed watch lets its postmaster go; an end is told at once, however long. */
    private static final Duration SLICE = Duration.ofMinutes(1);
    /** Loading the native interface for the first time needs a deep stack; what is not touched costs nothing. */
    private static final long STACK_BYTES = 2 << 20;

    private final LiveCluster cluster;
    private final Duration interval;
    private final Listener listener;
    private final Object wake = new Object();
    private volatile boolean closed;
    private boolean told;

    /** Called on the watching thread; must not block. */
    public interface Listener {
        /** This process is the postmaster and is being watched from now on. */
        void found(long pid);

        /** The process that was found has ended, in whatever way. */
        void ended(long pid);

        /** It cannot be watched now: too few descriptors, no rights, an old kernel. Tried again after the interval. */
        void troubled(String why);
    }

    private PostmasterWatch(Path dataDirectory, Duration interval, Listener listener) {
        this.cluster = new LiveCluster(dataDirectory);
        this.interval = interval;
        this.listener = listener;
    }

    /** Begins to watch, on a thread of its own. */
    public static PostmasterWatch start(Path dataDirectory, Duration interval, Listener listener) {
        PostmasterWatch watch = new PostmasterWatch(dataDirectory, interval, listener);
        Thread thread = new Thread(null, watch::run, "postmaster-watch", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    /** A postmaster was started just now. */
    public void lookNow() {
        synchronized (wake) {
            told = true;
            wake.notifyAll();
        }
    }

    /** From now on nothing is told any more, but for what is just being told. */
    @Override
    public void close() {
        closed = true;
        lookNow();
    }

    private void run() {
        while (!closed) {
            try {
                Optional<PidFd> postmaster = cluster.holdPostmaster();
                if (postmaster.isPresent()) {
                    watch(postmaster.get());
                } else {
                    pause();
                }
            } catch (IOException e) {
                troubled(String.valueOf(e.getMessage()));
            } catch (RuntimeException | Error e) {
                // Whatever it was, also the listener's own: nobody else would tell of the end.
                troubled(e.toString());
            }
        }
    }

    private void troubled(String why) {
        try {
            listener.troubled("watching the postmaster of " + cluster.data() + ": " + why);
        } catch (RuntimeException | Error e) {
            // It is told again after the pause, if it lasts.
            return;
        } finally {
            pause();
        }
    }

    private void watch(PidFd postmaster) throws IOException {
        try (postmaster) {
            listener.found(postmaster.pid());
            boolean ended = false;
            while (!ended && !closed) {
                ended = postmaster.awaitEnd(SLICE);
            }
            if (!closed) {
                listener.ended(postmaster.pid());
            }
        }
    }

    private void pause() {
        synchronized (wake) {
            long until = System.nanoTime() + interval.toNanos();
            while (!told && !closed && until - System.nanoTime() > 0) {
                try {
                    wake.wait(Math.max(1, (until - System.nanoTime()) / 1_000_000));
                } catch (InterruptedException e) {
                    closed = true;
                }
            }
            told = false;
        }
    }
}
