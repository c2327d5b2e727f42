package io.pgha.os;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * One process, held by a descriptor: it keeps meaning this process even when its number is given to another, and the kernel
 * tells its end at once (pidfd_open(2)). Not safe for threads.
 */
public final class PidFd implements AutoCloseable {

    private final long pid;
    private final int descriptor;
    private boolean closed;

    private PidFd(long pid, int descriptor) {
        this.pid = pid;
        this.descriptor = descriptor;
    }

    /**
     * Holds the process that bears this number now; empty when there is none. Whether it is the one that is meant must be
     * asked after this call, since only from here on it cannot change.
     *
     * @throws IOException when the kernel does not offer this, or no descriptor is left
     */
    public static Optional<PidFd> open(long pid) throws IOException {
        try {
            return Optional.of(new PidFd(pid, Kernel.pidfdOpen(pid)));
        } catch (Kernel.NoSuchProcess e) {
            return Optional.empty();
        }
    }

    public long pid() {
        return pid;
    }

    /** Waits for the end, as a zombie or altogether, at most {@code limit}; false when it still lives. */
    public boolean awaitEnd(Duration limit) throws IOException {
        if (closed) {
            throw new IOException("the descriptor of process " + pid + " is closed");
        }
        long until = System.nanoTime() + limit.toNanos();
        while (true) {
            long left = Math.max(0, until - System.nanoTime());
            int millis = (int) Math.min(Integer.MAX_VALUE, (left + 999_999) / 1_000_000);
            if (Kernel.pollIn(descriptor, millis)) {
                return true;
            }
            if (until - System.nanoTime() <= 0) {
                return false;
            }
        }
    }

    /** True when it has ended. */
    public boolean hasEnded() throws IOException {
        return awaitEnd(Duration.ZERO);
    }

    /**
     * Sends a signal to this very process; does nothing when it has ended.
     *
     * @throws IOException when this is not permitted
     */
    public void signal(Signal signal) throws IOException {
        try {
            Kernel.pidfdSendSignal(descriptor, signal.number(), pid);
        } catch (Kernel.NoSuchProcess e) {
            // It has ended, which is at least what the signal was to bring about.
            return;
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Kernel.close(descriptor);
        }
    }
}
