package io.pgha.postgres;

import io.pgha.model.ControlData;
import io.pgha.model.Postmaster;
import io.pgha.os.CommandFailed;
import io.pgha.os.Deadline;
import io.pgha.os.ProcessEntry;
import io.pgha.os.Signal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What both ways of control have in common: looking, the rungs of the stop ladder, promoting. */
final class LocalServer {

    /** After SIGKILL; a process that waits for a disk may take longer. */
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    private static final Duration REAP_LIMIT = Duration.ofSeconds(5);

    private final Programs programs;
    private final LiveCluster cluster;
    private final ControlFile controlFile;
    private final Stopping stopping;
    private final StartLog log;
    private final StartWatch startWatch;

    LocalServer(Programs programs, Path startLog) {
        this.programs = programs;
        this.cluster = new LiveCluster(programs.data());
        this.controlFile = new ControlFile(programs);
        this.stopping = new Stopping(cluster);
        this.log = new StartLog(startLog, programs.data());
        this.startWatch = new StartWatch(cluster, log);
    }

    StartLog log() {
        return log;
    }

    StartWatch startWatch() {
        return startWatch;
    }

    ControlData controlData() throws ControlFailed {
        return controlFile.read();
    }

    PostmasterLook look() {
        try {
            Optional<ProcessEntry> named = cluster.postmaster();
            return named.isPresent() ? running(named.get(), "") : lookWithoutLockFile();
        } catch (IOException e) {
            return unknown("looking for PostgreSQL in " + programs.data() + ": " + e);
        }
    }

    private PostmasterLook lookWithoutLockFile() throws IOException {
        List<ProcessEntry> members = cluster.members();
        boolean isAlone = true;
        for (ProcessEntry member : members) {
            if (cluster.isPostmaster(member)) {
                return running(member, "its postmaster.pid is missing or names another process");
            }
            // A postmaster that has stopped cleanly is such a one for a moment.
            isAlone = isAlone && cluster.isEnding(member);
        }
        Path version = programs.data().resolve("PG_VERSION");
        if (!Files.exists(version)) {
            return withoutVersion();
        }
        String left = members.isEmpty() ? "" : members.size() + " of its processes are left";
        try {
            boolean clean = controlFile.read().isCleanStop() && isAlone;
            return new PostmasterLook(
                    clean ? Postmaster.STOPPED : Postmaster.CRASHED, OptionalLong.empty(), left);
        } catch (ControlFailed e) {
            return unknown(e.words());
        }
    }

    /** Not there, empty, or not to be looked into: only the first two mean that there is no data. */
    private PostmasterLook withoutVersion() throws IOException {
        if (!Files.exists(programs.data())) {
            Path parent = Optional.ofNullable(programs.data().getParent()).orElse(Path.of("/"));
            return Files.exists(parent) && !Files.isExecutable(parent)
                    ? unknown(parent + " may not be looked into")
                    : new PostmasterLook(
                            Postmaster.NO_DATA,
                            OptionalLong.empty(),
                            programs.data() + " does not exist");
        }
        try (var entries = Files.newDirectoryStream(programs.data())) {
            // A fresh file system brings its lost+found.
            for (Path entry : entries) {
                if (!entry.getFileName().toString().equals("lost+found")) {
                    return unknown(programs.data()
                            + " is neither empty nor a data directory: it has no PG_VERSION");
                }
            }
            return new PostmasterLook(
                    Postmaster.NO_DATA, OptionalLong.empty(), programs.data() + " is empty");
        }
    }

    private static PostmasterLook running(ProcessEntry postmaster, String words) {
        return new PostmasterLook(Postmaster.RUNNING, OptionalLong.of(postmaster.pid()), words);
    }

    private static PostmasterLook unknown(String words) {
        return new PostmasterLook(Postmaster.UNKNOWN, OptionalLong.empty(), words);
    }

    /**
     * Nothing of an earlier server stands in the way of a start: no live process, and its postmaster's number is free.
     *
     * @return false when a postmaster already runs
     */
    boolean clearForStart() throws ControlFailed {
        PostmasterLook look = look();
        switch (look.state()) {
            case RUNNING -> {
                return false;
            }
            case NO_DATA, UNKNOWN ->
                throw new ControlFailed("PostgreSQL cannot be started: " + look.words());
            case STOPPED, CRASHED -> {}
        }
        if (!stopping.await(REAP_LIMIT)) {
            throw new ControlFailed(
                    "PostgreSQL in " + programs.data() + " crashed and left processes "
                            + stopping.left()
                            + "; it cannot be started beside them. They are ended by 'pg_ctl stop -m immediate'"
                            + " or by kill");
        }
        awaitReaped();
        return true;
    }

    /** A killed postmaster bears its number until its parent has collected it, and PostgreSQL takes it for alive. */
    private void awaitReaped() throws ControlFailed {
        Deadline deadline = Deadline.in(REAP_LIMIT);
        try {
            Optional<LiveCluster.LockFile> lock = cluster.lockFile();
            while (lock.isPresent()
                    && cluster.isNumberTaken(Math.abs(lock.get().pid()))
                    && !deadline.hasPassed()) {
                Waiting.pause(Duration.ofMillis(20), "starting PostgreSQL");
            }
            removeStaleLock(lock);
        } catch (IOException e) {
            throw new ControlFailed(
                    "looking at the earlier postmaster of " + programs.data() + ": " + e, e);
        }
    }

    /**
     * After a reboot the number in postmaster.pid may belong to some other process of the same owner, such as pgha itself:
     * PostgreSQL then refuses to start for ever. The caller has proven that no process of this cluster lives, by working
     * directory, so the file is a leftover; Debian's pg_ctlcluster does the same.
     */
    private void removeStaleLock(Optional<LiveCluster.LockFile> lock) throws IOException {
        if (lock.isPresent() && cluster.isNumberTaken(Math.abs(lock.get().pid()))) {
            Files.deleteIfExists(programs.data().resolve("postmaster.pid"));
        }
    }

    /** The check that FAST owes its caller. */
    String requireCleanStop() throws ControlFailed {
        ControlData control = controlFile.read();
        if (!control.isCleanStop()) {
            throw new ControlFailed("PostgreSQL in " + programs.data()
                    + " stopped without a shutdown checkpoint (state '" + control.clusterState()
                    + "')" + log.tail());
        }
        return "stopped cleanly at " + control.checkpoint();
    }

    /** The error of a fast stop that took too long. */
    ControlFailed stillRunning(Duration limit) throws ControlFailed {
        return new ControlFailed(
                "PostgreSQL in " + programs.data() + " did not stop within " + Waiting.words(limit)
                        + " of a fast stop; processes " + stopping.left()
                        + " are left. A standby that cannot take the last WAL"
                        + " delays it: see pg_stat_replication" + log.tail());
    }

    Stopping stopping() {
        return stopping;
    }

    /** True when the postmaster is stopped by a signal, so that no polite request reaches it. */
    boolean isFrozen() throws ControlFailed {
        try {
            return cluster.postmaster().map(ProcessEntry::isFrozen).orElse(false);
        } catch (IOException e) {
            throw new ControlFailed(
                    "looking at the postmaster of " + programs.data() + ": " + e, e);
        }
    }

    /** True when a living postmaster has written that it stops (PM_STATUS_STOPPING of miscadmin.h). */
    boolean isStopping() throws ControlFailed {
        try {
            return cluster.postmaster().isPresent()
                    && cluster.lockFile()
                            .filter(lock -> lock.status().equals("stopping"))
                            .isPresent();
        } catch (IOException e) {
            throw new ControlFailed(
                    "looking at the postmaster of " + programs.data() + ": " + e, e);
        }
    }

    /** The rungs after the fast stop: immediate, SIGKILL. */
    String force(Duration limit, String because) throws ControlFailed {
        if (!isFrozen() && stopping.signal(Signal.QUIT, limit)) {
            return "stopped by an immediate stop, since " + because;
        }
        return killAll() + ", since " + because;
    }

    /** The last rung alone. */
    String killAll() throws ControlFailed {
        int killed = stopping.killAll(KILL_LIMIT);
        return killed == 0 ? "no process was left" : killed + " processes ended by SIGKILL";
    }

    void promote(Duration limit) throws ControlFailed {
        try {
            programs.command(
                            "pg_ctl",
                            "promote",
                            "-W",
                            "-s",
                            "-D",
                            programs.data().toString())
                    .runOk(limit);
        } catch (CommandFailed e) {
            throw new ControlFailed(e.words(), e);
        }
    }
}
