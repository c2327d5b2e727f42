package io.pgha.postgres;

import io.pgha.os.PidFd;
import io.pgha.os.ProcessEntry;
import io.pgha.os.ProcessTable;
import io.pgha.os.Signal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The last look before files of a data directory are moved or removed: is any process of PostgreSQL at home there? A backend
 * can outlive its postmaster, so the working directory of every process counts, not only postmaster.pid.
 */
final class ClusterProcesses {

    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private ClusterProcesses() {}

    /**
     * Returns when no process of the cluster is there.
     *
     * @throws DataDirectoryException REFUSED, naming the processes, or when it cannot be known
     */
    static void requireNone(Path data, String purpose) throws DataDirectoryException {
        List<ProcessEntry> found;
        try {
            found = new LiveCluster(data).members();
        } catch (IOException e) {
            throw DataDirectoryException.failed(
                    "whether PostgreSQL runs in " + data + " could not be found out; " + purpose
                            + " was not begun",
                    e);
        }
        if (!found.isEmpty()) {
            throw DataDirectoryException.refused(
                    purpose + " needs PostgreSQL stopped, but in " + data
                            + " there are still processes " + LiveCluster.numbers(found)
                            + ". Stop it (pg_ctl stop -m fast, or its unit) and begin again");
        }
    }

    /**
     * Returns when there is no postmaster.pid, or when the process that it names is dead. A living one may be any program that got
     * the number since, which only a person can tell where the server may be at home in another container.
     *
     * @throws DataDirectoryException REFUSED otherwise, also when the file does not say
     */
    static void requireLeftover(Path data, String purpose) throws DataDirectoryException {
        Path file = data.resolve("postmaster.pid");
        if (Files.notExists(file)) {
            return;
        }
        String what;
        try {
            Optional<LiveCluster.LockFile> lock = new LiveCluster(data).lockFile();
            if (lock.isEmpty() && Files.notExists(file)) {
                return;
            }
            // A single-user server writes its number with a minus.
            Optional<ProcessEntry> named = lock.isEmpty()
                    ? Optional.empty()
                    : new ProcessTable().find(Math.abs(lock.get().pid()));
            if (lock.isPresent() && named.filter(p -> !p.isDead()).isEmpty()) {
                return;
            }
            what = named.map(p -> "names process " + p.pid() + " (" + p.name() + "), which lives")
                    .orElse("names no process: a server may just be starting");
        } catch (IOException e) {
            what = "cannot be read (" + e + ")";
        }
        throw DataDirectoryException.refused(purpose + " needs PostgreSQL stopped, but " + file
                + " " + what + ". Stop it (pg_ctl stop -m fast, or its unit) and begin again; if ps"
                + " shows no PostgreSQL at work there: rm " + file);
    }

    /**
     * Ends the programs that an earlier, killed run left writing into {@code directory}: they carry it in their arguments.
     *
     * @throws IOException when one does not end
     */
    static void endWriters(Path directory) throws IOException {
        String argument = "=" + directory;
        for (Path process : DurableFiles.entries(Path.of("/proc"))) {
            String pid = process.getFileName().toString();
            if (pid.matches("\\d+") && hasArgument(process, argument)) {
                end(Long.parseLong(pid), process, directory);
            }
        }
    }

    /** A zombie has ended: nobody may be there to reap it (a container without an init of its own). */
    private static void end(long pid, Path process, Path directory) throws IOException {
        Optional<PidFd> held = PidFd.open(pid);
        if (held.isEmpty()) {
            return;
        }
        try (PidFd writer = held.get()) {
            if (!hasArgument(process, "=" + directory)) {
                return;
            }
            writer.signal(Signal.KILL);
            if (!writer.awaitEnd(END_LIMIT)) {
                throw new IOException("process " + pid + " still writes into " + directory
                        + " and does not end; end it by hand");
            }
        }
    }

    private static boolean hasArgument(Path process, String argument) {
        try {
            String line = new String(
                    Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
            boolean writes = line.contains("pg_basebackup")
                    || line.contains("pg_rewind")
                    || line.contains("--single");
            return writes
                    && List.of(line.split("\0")).stream()
                            .anyMatch(a -> a.endsWith(argument) || ("=" + a).equals(argument));
        } catch (IOException e) {
            // Gone meanwhile, or somebody else's, who cannot write here.
            return false;
        }
    }
}
