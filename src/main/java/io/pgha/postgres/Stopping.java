package io.pgha.postgres;

import io.pgha.os.Deadline;
import io.pgha.os.PidFd;
import io.pgha.os.ProcessEntry;
import io.pgha.os.Signal;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ends the processes of the cluster by the signals that pg_ctl stop sends (man pg_ctl, "kill mode"; postmaster's documentation):
 * to the very process, held by a descriptor, and told of its end by the kernel instead of by a look every 100 ms.
 */
final class Stopping {

    private static final Duration LOOK = Duration.ofMillis(5);

    private final LiveCluster cluster;

    Stopping(LiveCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Sends the signal to the postmaster, if there is one, and waits until no process is left.
     *
     * @return false when the time was over first
     */
    boolean signal(Signal signal, Duration limit) throws ControlFailed {
        Deadline deadline = Deadline.in(limit);
        try {
            Optional<PidFd> postmaster = cluster.holdPostmaster();
            if (postmaster.isPresent()) {
                try (PidFd held = postmaster.get()) {
                    held.signal(signal);
                    if (!awaitEnd(held, deadline)) {
                        return false;
                    }
                }
            }
            return awaitNone(deadline);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Waits for the end of the postmaster, without a signal, and of all other processes. */
    boolean await(Duration limit) throws ControlFailed {
        Deadline deadline = Deadline.in(limit);
        try {
            Optional<PidFd> postmaster = cluster.holdPostmaster();
            if (postmaster.isPresent()) {
                try (PidFd held = postmaster.get()) {
                    if (!awaitEnd(held, deadline)) {
                        return false;
                    }
                }
            }
            return awaitNone(deadline);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * SIGKILL to every process of the cluster, the postmaster first so that it starts no further ones, until a look that
     * began after its end finds none.
     *
     * @return how many were killed
     * @throws ControlFailed naming those that are left, when the time is over
     */
    int killAll(Duration limit) throws ControlFailed {
        Deadline deadline = Deadline.in(limit);
        int killed = 0;
        try {
            List<ProcessEntry> members = cluster.members();
            while (!members.isEmpty()) {
                if (deadline.hasPassed()) {
                    throw new ControlFailed("processes " + LiveCluster.numbers(members)
                            + " of the cluster in "
                            + cluster.data()
                            + " did not end " + Waiting.words(limit) + " after SIGKILL (state "
                            + members.get(0).state() + "); a commit may still be delivered");
                }
                killed += kill(members, deadline);
                members = cluster.members();
            }
            return killed;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** The processes that are left, for an error message. */
    String left() throws ControlFailed {
        try {
            return LiveCluster.numbers(cluster.members());
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private int kill(List<ProcessEntry> members, Deadline deadline)
            throws IOException, ControlFailed {
        List<PidFd> held = new ArrayList<>();
        try {
            for (ProcessEntry member : members) {
                cluster.hold(member).ifPresent(held::add);
            }
            for (PidFd process : held) {
                process.signal(Signal.KILL);
            }
            for (PidFd process : held) {
                awaitEnd(process, deadline);
            }
            return held.size();
        } finally {
            held.forEach(PidFd::close);
        }
    }

    private static boolean awaitEnd(PidFd process, Deadline deadline)
            throws IOException, ControlFailed {
        // In slices, because a wait in the kernel does not notice an interrupt.
        while (!process.awaitEnd(min(deadline.remaining(), Duration.ofMillis(200)))) {
            if (deadline.hasPassed()) {
                return false;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new ControlFailed("stopping PostgreSQL was given up");
            }
        }
        return true;
    }

    private boolean awaitNone(Deadline deadline) throws IOException, ControlFailed {
        while (!cluster.members().isEmpty()) {
            if (deadline.hasPassed()) {
                return false;
            }
            Waiting.pause(LOOK, "stopping PostgreSQL");
        }
        return true;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private ControlFailed failed(IOException e) {
        return new ControlFailed(
                "ending the processes of the cluster in " + cluster.data() + ": " + e.getMessage(),
                e);
    }
}
