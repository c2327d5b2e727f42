package io.pgha.postgres;

import io.pgha.os.PidFd;
import io.pgha.os.ProcessEntry;
import io.pgha.os.ProcessTable;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The live processes of the cluster in one data directory. A process belongs to it when it is a PostgreSQL server whose working
 * directory is PGDATA; its number alone proves nothing, since numbers are given out again. Safe for threads.
 */
final class LiveCluster {

    private static final Set<String> NAMES = Set.of("postgres", "postmaster");
    private static final Pattern DIRECTORY = Pattern.compile(" -D (\\S+)");
    private static final Pattern NUMBER = Pattern.compile("-?\\d+");
    private static final String LOCK_FILE = "postmaster.pid";

    private final Path data;
    private final ProcessTable table = new ProcessTable();
    private volatile Optional<Proven> proven = Optional.empty();

    LiveCluster(Path data) {
        this.data = data;
    }

    Path data() {
        return data;
    }

    /**
     * postmaster.pid (PostgreSQL's miscadmin.h, "Lock file lines").
     *
     * @param pid first line; negative for a single-user server
     * @param status eighth line: starting, stopping, ready, standby; empty before it is written
     */
    record LockFile(long pid, String status) {}

    /** The lock file; empty when there is none, or when it is just being written. */
    Optional<LockFile> lockFile() throws IOException {
        try {
            List<String> lines = Files.readAllLines(data.resolve(LOCK_FILE));
            if (lines.isEmpty() || !NUMBER.matcher(lines.get(0).strip()).matches()) {
                return Optional.empty();
            }
            String status = lines.size() < 8 ? "" : lines.get(7).strip();
            return Optional.of(new LockFile(Long.parseLong(lines.get(0).strip()), status));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * What tells one content of a file from another without reading it.
     *
     * @param file device and inode
     */
    private record Mark(Object file, FileTime modified, long size) {

        static Optional<Mark> of(Path path) throws IOException {
            try {
                BasicFileAttributes a = Files.readAttributes(path, BasicFileAttributes.class);
                return Optional.of(new Mark(a.fileKey(), a.lastModifiedTime(), a.size()));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }
    }

    /** A process that was the postmaster, named by the lock file as it was then. */
    private record Proven(Mark lock, ProcessEntry process) {}

    /**
     * The postmaster that the lock file names, if it is alive and truly is one. Cheap: what proved to be the postmaster stays it
     * while it lives and the lock file is the same, since a server never changes its directory.
     */
    Optional<ProcessEntry> postmaster() throws IOException {
        // Before it is read: what is written meanwhile makes another mark at the next look.
        Optional<Mark> lock = Mark.of(data.resolve(LOCK_FILE));
        Optional<ProcessEntry> known =
                proven.filter(p -> lock.equals(Optional.of(p.lock()))).map(Proven::process);
        if (known.isPresent()) {
            Optional<ProcessEntry> now = table.find(known.get().pid());
            if (now.filter(p -> isAlive(p, known.get())).isPresent() && !isEnding(now.get())) {
                return now;
            }
        }
        Optional<ProcessEntry> found = prove();
        proven = found.flatMap(process -> lock.map(mark -> new Proven(mark, process)));
        return found;
    }

    private static boolean isAlive(ProcessEntry now, ProcessEntry then) {
        return now.startTicks() == then.startTicks() && !now.isDead();
    }

    private Optional<ProcessEntry> prove() throws IOException {
        Optional<LockFile> lock = lockFile();
        if (lock.isEmpty() || lock.get().pid() <= 0) {
            return Optional.empty();
        }
        Optional<ProcessEntry> process = table.find(lock.get().pid());
        return process.isPresent() && isMember(process.get()) && isPostmaster(process.get())
                ? process
                : Optional.empty();
    }

    /** As {@link #postmaster}, held so that it stays the same process. The caller closes it. */
    Optional<PidFd> holdPostmaster() throws IOException {
        Optional<ProcessEntry> before = postmaster();
        if (before.isEmpty()) {
            return Optional.empty();
        }
        return hold(before.get());
    }

    /** Holds this process; empty when it has ended, even if its number is another's by now. */
    Optional<PidFd> hold(ProcessEntry process) throws IOException {
        Optional<PidFd> held = PidFd.open(process.pid());
        if (held.isEmpty()) {
            return held;
        }
        Optional<ProcessEntry> now = table.find(process.pid());
        if (now.isPresent() && now.get().startTicks() == process.startTicks()) {
            return held;
        }
        held.get().close();
        return Optional.empty();
    }

    /** Holds the process of that number; empty when it is none of the cluster's. */
    Optional<PidFd> holdMember(long pid) throws IOException {
        Optional<ProcessEntry> process = table.find(pid);
        return process.isPresent() && isMember(process.get())
                ? hold(process.get())
                : Optional.empty();
    }

    /** Every live process of the cluster, orphans included, postmaster first. Looks at the whole process table. */
    List<ProcessEntry> members() throws IOException {
        List<ProcessEntry> members = new java.util.ArrayList<>();
        for (ProcessEntry process : table.all()) {
            if (isMember(process)) {
                members.add(isPostmaster(process) ? 0 : members.size(), process);
            }
        }
        return List.copyOf(members);
    }

    /** True for a process that accepts connections and forks the others; one that is ending does neither. */
    boolean isPostmaster(ProcessEntry member) throws IOException {
        String title = table.title(member.pid()).orElse("");
        if (title.isEmpty() || title.startsWith("postgres: ") || title.contains("--single")) {
            return false;
        }
        // A backend that has just been forked still bears its parent's title.
        Optional<ProcessEntry> parent = table.find(member.parent());
        return parent.isEmpty() || !isMember(parent.get());
    }

    /**
     * True for a process that will not run again: the kernel took its memory, and its title with it, and takes milliseconds for
     * the rest (exit_mm before exit_fs and exit_notify in the kernel's do_exit). What it had sent may still be on its way.
     */
    boolean isEnding(ProcessEntry member) throws IOException {
        return table.title(member.pid()).orElse("").isEmpty();
    }

    /** True while a process of this number is in the table, dead or alive: PostgreSQL refuses to start beside it. */
    boolean isNumberTaken(long pid) throws IOException {
        return table.find(pid).isPresent();
    }

    /** What the startup process says of itself: "startup recovering 000000010000000000000005"; empty without one. */
    Optional<String> recovery(List<ProcessEntry> members) throws IOException {
        for (ProcessEntry member : members) {
            String title = table.title(member.pid()).orElse("");
            if (title.startsWith("postgres: ") && title.contains("startup")) {
                return Optional.of(title + " " + member.cpuTicks() / 10);
            }
        }
        return Optional.empty();
    }

    /** Its WAL receivers: one at most, and another that is just ending. */
    List<ProcessEntry> receivers() throws IOException {
        List<ProcessEntry> receivers = new java.util.ArrayList<>();
        for (ProcessEntry member : members()) {
            if (table.title(member.pid()).orElse("").contains("walreceiver")) {
                receivers.add(member);
            }
        }
        return List.copyOf(receivers);
    }

    /** As a person would name them to kill(1). */
    static String numbers(List<ProcessEntry> members) {
        return members.stream().map(m -> Long.toString(m.pid())).collect(Collectors.joining(", "));
    }

    private boolean isMember(ProcessEntry process) throws IOException {
        if (process.isDead() || !NAMES.contains(process.name())) {
            return false;
        }
        try {
            return table.isAtHome(process.pid(), data);
        } catch (AccessDeniedException e) {
            if (isOfAnother(process)) {
                return false;
            }
            throw e;
        }
    }

    /**
     * A process with more capabilities than this program does not show its working directory (ptrace(2), "Ptrace access mode
     * checking"). Whose it is, its postmaster still tells, by its arguments; of an orphan nobody knows.
     */
    private boolean isOfAnother(ProcessEntry process) throws IOException {
        Optional<ProcessEntry> parent = table.find(process.parent());
        ProcessEntry postmaster = parent.filter(p -> NAMES.contains(p.name())).orElse(process);
        if (lockFile().filter(lock -> lock.pid() == postmaster.pid()).isPresent()) {
            return false;
        }
        Matcher named = DIRECTORY.matcher(table.title(postmaster.pid()).orElse(""));
        if (!named.find()) {
            return false;
        }
        Path directory = Path.of(named.group(1));
        return !directory.equals(data)
                && !(Files.exists(directory)
                        && Files.exists(data)
                        && Files.isSameFile(directory, data));
    }
}
