package io.pgha.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * PGDATA as a thing on disk: what it is, whether it may be started, and as what. Everything a method changes is on disk when it
 * returns, and each may be called twice.
 */
public final class DataDirectory {

    private static final String STANDBY_SIGNAL = "standby.signal";
    private static final String RECOVERY_SIGNAL = "recovery.signal";
    private static final long SEGMENT = 16L << 20;

    private final Path path;

    /** @param path PGDATA as configured; may be a symbolic link, need not exist */
    public DataDirectory(Path path) {
        this.path = path;
    }

    /** PGDATA as configured. */
    public Path path() {
        return path;
    }

    /**
     * The next start is read-only, whoever starts it.
     *
     * @throws DataDirectoryException when there is no database or the file cannot be made
     */
    public void markStandby() throws DataDirectoryException {
        requireDatabase("marking " + path + " as standby");
        try {
            DurableFiles.replace(path.resolve(STANDBY_SIGNAL), new byte[0]);
        } catch (IOException e) {
            throw DataDirectoryException.failed("making " + path.resolve(STANDBY_SIGNAL), e);
        }
    }

    /**
     * The next start is read-write. recovery.signal goes too: it would begin a recovery to a target.
     *
     * @throws DataDirectoryException when there is no database or a file cannot be removed
     */
    public void markPrimary() throws DataDirectoryException {
        requireDatabase("marking " + path + " as primary");
        try {
            DurableFiles.delete(path.resolve(RECOVERY_SIGNAL));
            DurableFiles.delete(path.resolve(STANDBY_SIGNAL));
        } catch (IOException e) {
            throw DataDirectoryException.failed("removing " + path.resolve(STANDBY_SIGNAL), e);
        }
    }

    /**
     * Whether the next start would be a standby's.
     *
     * @throws DataDirectoryException when there is no database to ask about
     */
    public boolean isStandby() throws DataDirectoryException {
        requireDatabase("looking for " + STANDBY_SIGNAL);
        return Files.exists(path.resolve(STANDBY_SIGNAL));
    }

    /**
     * Where the parts lie.
     *
     * @throws DataDirectoryException when something that exists cannot be read
     */
    public Layout layout() throws DataDirectoryException {
        try {
            return Layout.read(path);
        } catch (IOException e) {
            throw DataDirectoryException.failed("looking at the parts of " + path, e);
        }
    }

    /**
     * Why PGDATA must not be started, whatever it looks like; empty when nothing speaks against it. For check-start and for
     * whoever starts PostgreSQL.
     *
     * @throws DataDirectoryException when it cannot be found out: do not start then either
     */
    public Optional<String> obstacle() throws DataDirectoryException {
        for (CopyLedger ledger : ledgers(path)) {
            if (ledger.forbidsStart()) {
                return Optional.of(path + " is not a whole database: the exchange of attempt "
                        + ledger.attempt() + " (" + ledger.mode() + ") stopped at " + ledger.phase()
                        + ". Run pgha initialize again; it goes on from there");
            }
        }
        try {
            return RewindLedger.find(Layout.resolve(path)).map(RewindLedger::words);
        } catch (IOException e) {
            throw DataDirectoryException.failed("resolving " + path, e);
        }
    }

    /**
     * For whoever starts PostgreSQL: returns only when nothing speaks against it.
     *
     * @throws DataDirectoryException REFUSED with the obstacle; FAILED when it cannot be found out
     */
    public void requireWhole() throws DataDirectoryException {
        Optional<String> obstacle = obstacle();
        if (obstacle.isPresent()) {
            throw DataDirectoryException.refused("PostgreSQL is not started: " + obstacle.get());
        }
    }

    /**
     * For whoever moves it and did not stop its server himself: returns only when no process of PostgreSQL is at home there and
     * postmaster.pid, where there is one, is the leftover of a process that is dead.
     *
     * @param purpose what would be done, for the sentence
     * @throws DataDirectoryException when somebody is there, or when it cannot be known
     */
    public void requireNobody(String purpose) throws DataDirectoryException {
        ClusterProcesses.requireNone(path, purpose);
        ClusterProcesses.requireLeftover(path, purpose);
    }

    /**
     * What lies aside from exchanges that are not over, one sentence each.
     *
     * @throws DataDirectoryException when it cannot be found out
     */
    public List<String> leftovers() throws DataDirectoryException {
        return ledgers(path).stream()
                .map(l -> "attempt " + l.attempt() + " is " + l.phase()
                        + (l.phase() == CopyLedger.Phase.SWAPPED && l.data().inOld()
                                ? "; the copy before it lies in " + l.data().old(l.attempt())
                                : ""))
                .toList();
    }

    /**
     * Why nothing can be written where PostgreSQL has its data or its WAL; empty when nothing is known that speaks against it.
     * Asks the file system alone, and waits for no disk.
     */
    public Optional<String> diskTrouble() {
        return Stream.of(path, path.resolve("pg_wal"))
                .map(Path::toFile)
                .filter(File::isDirectory)
                .flatMap(where -> trouble(where).stream())
                .findFirst();
    }

    private static Optional<String> trouble(File where) {
        if (!where.canWrite()) {
            return Optional.of(where + " is on a read-only file system, or closed to pgha's user");
        }
        // Zero in all is what a file system that says nothing is taken to have.
        return where.getUsableSpace() < SEGMENT && where.getTotalSpace() > 0
                ? Optional.of("the file system of " + where + " has "
                        + where.getUsableSpace() / 1024 + " kB left, less than one WAL segment")
                : Optional.empty();
    }

    static List<CopyLedger> ledgers(Path dataDirectory) throws DataDirectoryException {
        try {
            return CopyLedger.find(Layout.resolve(dataDirectory));
        } catch (IOException e) {
            throw DataDirectoryException.failed("resolving " + dataDirectory, e);
        }
    }

    private void requireDatabase(String purpose) throws DataDirectoryException {
        if (!Files.exists(path.resolve("PG_VERSION"))) {
            throw DataDirectoryException.refused(purpose + " needs a database, but " + path
                    + " has no PG_VERSION. Check postgres.data_directory");
        }
    }
}
