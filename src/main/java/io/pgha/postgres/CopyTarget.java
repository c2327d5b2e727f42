package io.pgha.postgres;

import io.pgha.plan.CloneMode;
import io.pgha.postgres.CopyLedger.Phase;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

/**
 * Room for a new copy of the database beside the old one, from the first look at the disks to the moment at which the copy is
 * complete and durable. Who fills it (a base backup, an archive) is not its business.
 *
 * <p>ASIDE touches nothing of the old copy. IN_PLACE removes it first; the ledger says so on disk before the first removal, and
 * from then on PGDATA may not be started until a new copy is in place, whatever happens in between.
 */
final class CopyTarget {

    private final Path dataDirectory;
    private final LongStep step;

    CopyTarget(Path dataDirectory, LongStep step) {
        this.dataDirectory = dataDirectory;
        this.step = step;
    }

    /** True when the attempt's copy is complete, or already further: there is nothing left to copy. */
    boolean isComplete(String attempt) throws DataDirectoryException {
        CopyLedger.checkAttempt(attempt);
        for (CopyLedger ledger : DataDirectory.ledgers(dataDirectory)) {
            if (ledger.attempt().equals(attempt)) {
                return switch (ledger.phase()) {
                    case COMPLETE, SETTING_ASIDE, MOVING_IN, SWAPPED, DROPPING -> true;
                    case ERASING, COPYING, TAKING_OUT, RETURNING, REJECTED -> false;
                };
            }
        }
        return false;
    }

    /** Ends the programs that an earlier, killed run left writing into its copy. */
    void endEarlierWriters() throws DataDirectoryException {
        try {
            for (CopyLedger ledger : DataDirectory.ledgers(dataDirectory)) {
                for (Place place : ledger.places()) {
                    ClusterProcesses.endWriters(place.fresh(ledger.attempt()));
                }
            }
        } catch (IOException e) {
            throw DataDirectoryException.failed(
                    "ending what an earlier run left writing beside " + dataDirectory, e);
        }
    }

    /**
     * Clears what earlier attempts left, checks the space, keeps this node's own files, and makes the directories for the copy.
     *
     * @param content what will be copied
     * @throws DataDirectoryException REFUSED when the space is too little or a place is in use; nothing has changed then
     */
    CopyLedger begin(String attempt, CloneMode mode, CopyContent content)
            throws DataDirectoryException {
        try {
            Optional<CopyLedger> overwritten = clearEarlier();
            Layout layout = Layout.read(dataDirectory);
            OwnFiles.ofRewound(layout.data()).install(layout.data());
            CopyPlaces places = new CopyPlaces(layout, overwritten, content);
            CloneMode effective = overwritten.isPresent() ? CloneMode.IN_PLACE : mode;
            CopyLedger ledger = places.ledger(attempt, effective);
            places.requireSpace(ledger);
            CopyPlaces.requireWritable(ledger);
            if (effective == CloneMode.IN_PLACE) {
                ClusterProcesses.requireNone(layout.data(), "overwriting the data directory");
            }
            prepare(ledger, layout, overwritten.isPresent());
            if (overwritten.isPresent() && !overwritten.get().file().equals(ledger.file())) {
                overwritten.get().remove();
            }
            return ledger.enter(Phase.COPYING);
        } catch (IOException e) {
            throw DataDirectoryException.failed(
                    "making room for a new copy of " + dataDirectory, e);
        }
    }

    /**
     * The copy has been filled and verified: marks it as standby, so that nobody can start it as a second primary, and makes it
     * durable. Returns what a person should know.
     */
    List<String> complete(CopyLedger ledger) throws DataDirectoryException {
        try {
            Path copy = ledger.data().fresh(ledger.attempt());
            DurableFiles.replace(copy.resolve("standby.signal"), new byte[0]);
            List<String> notes = ownFiles(ledger, copy);
            for (Place place : ledger.places()) {
                if (place.inNew()) {
                    syncTree(place.fresh(ledger.attempt()));
                }
            }
            ledger.enter(Phase.COMPLETE);
            return notes;
        } catch (IOException e) {
            throw DataDirectoryException.failed("completing the new copy of " + dataDirectory, e);
        }
    }

    /** A node that had no copy gets the other node's configuration, without what is true of that node only. */
    private static List<String> ownFiles(CopyLedger ledger, Path copy) throws IOException {
        OwnFiles own = OwnFiles.of(ledger);
        if (own.isKept()) {
            return own.words(ledger.data().root());
        }
        StandbyConfiguration.forgetOrigin(copy);
        return Files.exists(copy.resolve("postgresql.conf"))
                ? List.of(
                        "there was no old copy with a configuration of its own: postgresql.conf and pg_hba.conf are the"
                                + " other node's; look at port, listen_addresses and paths")
                : List.of();
    }

    /** After a failure: frees the space at once. What cannot be removed now is removed by the next begin. */
    void abandon(CopyLedger ledger, DataDirectoryException cause) {
        try {
            if (ledger.mode() == CloneMode.ASIDE) {
                new Swap(dataDirectory, step).discard(ledger);
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Undoes or finishes what earlier attempts began. Returns the one that was overwriting the old copy, which therefore no
     * longer exists; its ledger stays until the new one stands.
     */
    private Optional<CopyLedger> clearEarlier() throws DataDirectoryException, IOException {
        Swap swap = new Swap(dataDirectory, step);
        Optional<CopyLedger> overwritten = Optional.empty();
        endEarlierWriters();
        for (CopyLedger ledger : DataDirectory.ledgers(dataDirectory)) {
            boolean inPlace = ledger.mode() == CloneMode.IN_PLACE;
            switch (ledger.phase()) {
                case ERASING, COPYING, COMPLETE -> {
                    if (inPlace) {
                        removeFresh(ledger);
                        overwritten = Optional.of(ledger);
                    } else {
                        swap.discard(ledger);
                    }
                }
                case SETTING_ASIDE, MOVING_IN -> {
                    if (inPlace) {
                        swap.swapIn(ledger.attempt());
                        swap.dropOld(ledger.attempt());
                    } else {
                        swap.restoreOld(ledger.attempt());
                        swap.discard(ledger);
                    }
                }
                case TAKING_OUT, RETURNING -> {
                    swap.restoreOld(ledger.attempt());
                    swap.discard(ledger);
                }
                case REJECTED -> swap.discard(ledger);
                case DROPPING -> swap.dropOld(ledger.attempt());
                case SWAPPED -> {
                    // Which of the two copies is the good one, only a proof or a person can say:
                    // the old one stays aside.
                    if (inPlace) {
                        swap.dropOld(ledger.attempt());
                    }
                }
            }
        }
        return overwritten;
    }

    private void prepare(CopyLedger ledger, Layout layout, boolean goesOn)
            throws IOException, DataDirectoryException {
        String attempt = ledger.attempt();
        OwnFiles own = OwnFiles.of(ledger);
        if (ledger.mode() == CloneMode.IN_PLACE) {
            if (!goesOn) {
                own.discard();
            }
            ledger.enter(Phase.ERASING);
            if (layout.present() || own.isKept()) {
                step.report("setting this node's own files aside");
                own.setAside(layout.data());
            }
            erase(ledger);
        } else {
            ledger.enter(Phase.COPYING);
            if (layout.present()) {
                own.copy(layout.data());
            }
        }
        for (Place place : ledger.places()) {
            if (place.inNew()) {
                if (!Files.exists(place.root()) && place.manner() == Place.Manner.INSIDE) {
                    DurableFiles.makeDirectory(place.root(), ownerLike(layout));
                }
                DurableFiles.deleteTree(place.fresh(attempt));
                DurableFiles.makeDirectory(place.fresh(attempt), ownerLike(layout));
            }
        }
    }

    private static Path ownerLike(Layout layout) {
        return Files.exists(layout.data()) ? layout.data() : DurableFiles.parent(layout.data());
    }

    /** PG_VERSION first: from then on no start by hand finds a database. */
    private void erase(CopyLedger ledger) throws IOException, DataDirectoryException {
        for (Place place : ledger.places()) {
            if (!place.inOld()) {
                continue;
            }
            if (place.kind() == Place.Kind.DATA) {
                DurableFiles.delete(place.root().resolve("PG_VERSION"));
            }
            for (Path entry : place.entries(place.root(), ledger.oldMajor())) {
                step.checkCancelled("overwriting " + dataDirectory);
                step.report("removing " + entry.getFileName() + " of the " + place.words());
                DurableFiles.deleteTree(entry);
            }
        }
    }

    private void removeFresh(CopyLedger ledger) throws IOException {
        for (Place place : ledger.places()) {
            DurableFiles.deleteTree(place.fresh(ledger.attempt()));
        }
    }

    private void syncTree(Path root) throws IOException, DataDirectoryException {
        long[] done = new long[1];
        long total = Space.used(root);
        step.checkCancelled("writing the copy to disk");
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
                    throws IOException {
                if (facts.isRegularFile()) {
                    DurableFiles.sync(file);
                    done[0] += facts.size();
                }
                return step.isCancelled() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes facts)
                    throws IOException {
                step.report(done[0], total, "writing the new copy to disk");
                DurableFiles.syncDirectory(directory);
                return FileVisitResult.CONTINUE;
            }
        });
        step.checkCancelled("writing the copy to disk");
    }
}
