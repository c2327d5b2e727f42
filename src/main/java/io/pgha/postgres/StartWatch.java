package io.pgha.postgres;

import io.pgha.model.Postmaster;
import io.pgha.os.Deadline;
import io.pgha.os.ProcessEntry;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Waits until a server that has been told to start serves, for as long as its recovery advances. The server writes its state
 * into postmaster.pid, where pg_ctl reads it too; that its recovery advances is seen by the WAL file its startup process names
 * and the processor time it uses.
 */
final class StartWatch {

    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration PROGRESS_LOOK = Duration.ofMillis(500);

    /** However busy it looks: a person should see to it. */
    private static final Duration MOST = Duration.ofHours(24);

    private final LiveCluster cluster;
    private final StartLog log;

    StartWatch(LiveCluster cluster, StartLog log) {
        this.cluster = cluster;
        this.log = log;
    }

    /** Whether whoever was told to start it has given up; its words, empty while it has not. */
    @FunctionalInterface
    interface Starter {
        Optional<String> failure() throws ControlFailed;
    }

    /**
     * Returns when the server serves, or follows without serving (hot_standby off).
     *
     * @param appear within which there must be a postmaster at all
     */
    void await(Duration patience, Duration appear, Starter starter) throws ControlFailed {
        Deadline end = Deadline.in(MOST);
        Deadline appears = Deadline.in(appear);
        Deadline stalls = Deadline.in(patience);
        Deadline nextLook = Deadline.in(Duration.ZERO);
        String progress = "";
        boolean seen = false;
        try {
            while (!end.hasPassed()) {
                Optional<ProcessEntry> postmaster = cluster.postmaster();
                if (postmaster.isPresent() && serves(postmaster.get())) {
                    return;
                }
                seen |= postmaster.isPresent();
                if (nextLook.hasPassed()) {
                    nextLook = Deadline.in(PROGRESS_LOOK);
                    List<ProcessEntry> members = cluster.members();
                    checkAlive(members, seen || appears.hasPassed(), starter);
                    String now = cluster.recovery(members).orElse("");
                    if (!now.equals(progress)) {
                        progress = now;
                        stalls = Deadline.in(patience);
                    }
                }
                if (stalls.hasPassed()) {
                    throw new ControlFailed("PostgreSQL in " + cluster.data()
                            + " made no progress for "
                            + Waiting.words(patience) + " while starting; it goes on trying"
                            + (progress.isEmpty() ? "" : " (" + progress + ")") + log.tail());
                }
                Waiting.pause(LOOK, "starting PostgreSQL");
            }
        } catch (IOException e) {
            throw new ControlFailed("watching PostgreSQL start in " + cluster.data() + ": " + e, e);
        }
        throw new ControlFailed("PostgreSQL in " + cluster.data() + " is still starting after "
                + Waiting.words(MOST));
    }

    private boolean serves(ProcessEntry postmaster) throws IOException {
        Optional<LiveCluster.LockFile> lock = cluster.lockFile();
        return lock.isPresent()
                && lock.get().pid() == postmaster.pid()
                && (lock.get().status().equals("ready") || lock.get().status().equals("standby"));
    }

    private void checkAlive(List<ProcessEntry> members, boolean expected, Starter starter)
            throws ControlFailed, IOException {
        for (ProcessEntry member : members) {
            if (cluster.isPostmaster(member)) {
                return;
            }
        }
        Optional<String> failure = starter.failure();
        if (failure.isPresent() || expected) {
            throw new ControlFailed("PostgreSQL in " + cluster.data() + " did not start and is "
                    + Postmaster.STOPPED.name().toLowerCase(java.util.Locale.ROOT) + " again"
                    + failure.map(words -> " (" + words + ")").orElse("") + log.tail());
        }
    }
}
