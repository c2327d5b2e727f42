package io.pgha.postgres;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.pgha.plan.CloneMode;
import io.pgha.postgres.CopyLedger.Phase;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Exchanges a complete new copy for the old one, keeps the old one aside, takes it back or removes it.
 *
 * <p>Each method may be begun again after a crash at any line and ends in the same state: the {@link CopyLedger} says which
 * pass is under way, a pass moves entries that are in exactly one of two places, and what has been moved is not moved again.
 * PG_VERSION leaves first and arrives last, so that a half exchanged directory cannot be started by anybody. Everything is on
 * disk when a method returns. None may be called while PostgreSQL runs; that is checked. One thread at a time.
 */
public final class Swap {

    private final Path dataDirectory;
    private final LongStep step;

    /**
     * @param dataDirectory PGDATA as configured
     * @param step hears of each move before and after it
     */
    public Swap(Path dataDirectory, LongStep step) {
        this.dataDirectory = dataDirectory;
        this.step = step;
    }

    /**
     * The new copy of the attempt is PGDATA, and the old one, if there was one, lies aside.
     *
     * @throws DataDirectoryException REFUSED when there is no complete copy of that attempt or PostgreSQL runs
     */
    public void swapIn(String attempt) throws DataDirectoryException {
        CopyLedger ledger = require(attempt);
        try {
            if (ledger.phase() == Phase.COMPLETE) {
                ClusterProcesses.requireNone(ledger.data().root(), "exchanging the data directory");
                ledger = ledger.enter(Phase.SETTING_ASIDE);
            }
            if (ledger.phase() == Phase.SETTING_ASIDE) {
                setAside(ledger);
                ledger = ledger.enter(Phase.MOVING_IN);
            }
            if (ledger.phase() == Phase.MOVING_IN) {
                moveIn(ledger);
                RewindLedger.forget(ledger.data().root());
                ledger = ledger.enter(Phase.SWAPPED);
            }
        } catch (IOException e) {
            throw DataDirectoryException.failed(
                    "exchanging " + dataDirectory + " for the copy of attempt " + attempt
                            + " stopped half-way; nothing is lost, begin it again",
                    e);
        }
        if (ledger.phase() != Phase.SWAPPED) {
            throw DataDirectoryException.refused("the copy of attempt " + attempt
                    + " cannot be put into place: it is " + ledger.phase());
        }
    }

    /**
     * The old copy of the attempt is PGDATA again. For a new copy that does not start.
     *
     * @throws DataDirectoryException REFUSED when there is no old copy to return to, or PostgreSQL runs
     */
    public void restoreOld(String attempt) throws DataDirectoryException {
        CopyLedger ledger = require(attempt);
        if (ledger.mode() == CloneMode.IN_PLACE) {
            throw DataDirectoryException.refused("attempt " + attempt
                    + " overwrote the old copy (--in-place): there is nothing to"
                    + " return to. Run pgha initialize again");
        }
        try {
            ClusterProcesses.requireNone(ledger.data().root(), "taking the old copy back");
            switch (ledger.phase()) {
                case COMPLETE -> ledger = ledger.enter(Phase.REJECTED);
                case SETTING_ASIDE -> ledger = ledger.enter(Phase.RETURNING);
                case MOVING_IN, SWAPPED -> ledger = ledger.enter(Phase.TAKING_OUT);
                case TAKING_OUT, RETURNING, REJECTED -> {}
                case ERASING, COPYING, DROPPING ->
                    throw DataDirectoryException.refused("the old copy of attempt " + attempt
                            + " cannot be taken back: it is " + ledger.phase());
            }
            if (ledger.phase() == Phase.TAKING_OUT) {
                takeOut(ledger);
                ledger = ledger.enter(Phase.RETURNING);
            }
            if (ledger.phase() == Phase.RETURNING) {
                putBack(ledger);
                ledger.enter(Phase.REJECTED);
            }
        } catch (IOException e) {
            throw DataDirectoryException.failed(
                    "taking the old copy of " + dataDirectory + " back stopped half-way; nothing is"
                            + " lost, begin it again",
                    e);
        }
    }

    /**
     * What lay aside for the attempt is gone; with it what attempts before it set aside, whose own copies were replaced before they
     * were proven. A second call changes nothing. The caller has proven that the copy in place is good.
     */
    public void dropOld(String attempt) throws DataDirectoryException {
        CopyLedger.checkAttempt(attempt);
        Optional<CopyLedger> own = find(attempt);
        if (own.isEmpty()) {
            return;
        }
        if (!isSetAside(own.get())) {
            throw DataDirectoryException.refused("the old copy of attempt " + attempt
                    + " stays: the exchange is " + own.get().phase());
        }
        for (CopyLedger ledger : DataDirectory.ledgers(dataDirectory)) {
            if (isSetAside(ledger) && !ledger.attempt().equals(attempt)) {
                drop(ledger);
            }
        }
        drop(own.get());
    }

    private static boolean isSetAside(CopyLedger ledger) {
        return ledger.phase() == Phase.SWAPPED || ledger.phase() == Phase.DROPPING;
    }

    private void drop(CopyLedger ledger) throws DataDirectoryException {
        String attempt = ledger.attempt();
        try {
            CopyLedger dropping = ledger.enter(Phase.DROPPING);
            for (Place place : dropping.places()) {
                step.report("removing the old copy of " + place.words());
                DurableFiles.deleteTree(place.old(attempt));
            }
            OwnFiles.of(dropping).discard();
            dropping.remove();
        } catch (IOException e) {
            throw DataDirectoryException.failed(
                    "removing the old copy of " + dataDirectory + " (attempt " + attempt
                            + ") stopped half-way; begin it again",
                    e);
        }
    }

    /** Removes a copy that is not in place, with its ledger. The old copy is not touched. */
    void discard(CopyLedger ledger) throws IOException {
        for (Place place : ledger.places()) {
            if (place.inNew()) {
                step.report("removing the unfinished copy of " + place.words());
                DurableFiles.deleteTree(place.fresh(ledger.attempt()));
            }
        }
        if (ledger.mode() == CloneMode.ASIDE) {
            OwnFiles.of(ledger).discard();
        }
        ledger.remove();
    }

    private void setAside(CopyLedger ledger) throws IOException {
        Place data = ledger.data();
        if (data.inOld()) {
            out(data, data.root(), data.old(ledger.attempt()), ledger.oldMajor());
        }
        for (Place place : ledger.places()) {
            if (place.inOld() && place.kind() != Place.Kind.DATA) {
                out(place, place.root(), place.old(ledger.attempt()), ledger.oldMajor());
            }
        }
        pointLinks(ledger, data.old(ledger.attempt()), Links.ROOT_TO_OLD);
    }

    private void moveIn(CopyLedger ledger) throws IOException {
        for (Place place : ledger.places()) {
            if (place.inNew() && place.kind() != Place.Kind.DATA) {
                in(place, place.fresh(ledger.attempt()), place.root(), ledger.newMajor());
            }
        }
        Place data = ledger.data();
        Path fresh = data.fresh(ledger.attempt());
        pointLinks(ledger, fresh, Links.FRESH_TO_ROOT);
        if (Files.exists(fresh)) {
            step.report("putting this node's own files into the new copy");
            OwnFiles.of(ledger).install(fresh);
        }
        in(data, fresh, data.root(), ledger.newMajor());
    }

    private void takeOut(CopyLedger ledger) throws IOException {
        Place data = ledger.data();
        out(data, data.root(), data.fresh(ledger.attempt()), ledger.newMajor());
        for (Place place : ledger.places()) {
            if (place.inNew() && place.kind() != Place.Kind.DATA) {
                out(place, place.root(), place.fresh(ledger.attempt()), ledger.newMajor());
            }
        }
        pointLinks(ledger, data.fresh(ledger.attempt()), Links.ROOT_TO_FRESH);
    }

    private void putBack(CopyLedger ledger) throws IOException {
        for (Place place : ledger.places()) {
            if (place.inOld() && place.kind() != Place.Kind.DATA) {
                in(place, place.old(ledger.attempt()), place.root(), ledger.oldMajor());
            }
        }
        Place data = ledger.data();
        if (data.inOld()) {
            pointLinks(ledger, data.old(ledger.attempt()), Links.OLD_TO_ROOT);
            in(data, data.old(ledger.attempt()), data.root(), ledger.oldMajor());
        }
    }

    /** Out of the place: PG_VERSION first. */
    private void out(Place place, Path from, Path to, String major) throws IOException {
        if (place.manner() == Place.Manner.SIBLING) {
            rename(place, from, to);
            return;
        }
        DurableFiles.makeDirectory(to, from);
        move(place, List.of(from.resolve("PG_VERSION")), to);
        move(place, place.entries(from, major), to);
    }

    /** Into the place: PG_VERSION last. */
    private void in(Place place, Path from, Path to, String major) throws IOException {
        if (place.manner() == Place.Manner.SIBLING) {
            rename(place, from, to);
            return;
        }
        Path version = from.resolve("PG_VERSION");
        move(
                place,
                place.entries(from, major).stream()
                        .filter(e -> !e.equals(version))
                        .toList(),
                to);
        move(place, List.of(version), to);
        DurableFiles.delete(from);
    }

    private void rename(Place place, Path from, Path to) throws IOException {
        if (Files.exists(from) && !Files.exists(to)) {
            step.report("moving the " + place.words() + ": " + from + " to " + to.getFileName());
            DurableFiles.move(from, to);
            step.report("moved the " + place.words());
        } else if (Files.exists(from)) {
            throw new IOException("both " + from + " and " + to
                    + " exist: somebody made one of them meanwhile; move that one away");
        }
    }

    private void move(Place place, List<Path> entries, Path to) throws IOException {
        for (Path entry : entries) {
            if (Files.exists(entry, NOFOLLOW_LINKS)) {
                step.report("moving " + entry.getFileName() + " of the " + place.words());
                DurableFiles.move(entry, to.resolve(entry.getFileName()));
                step.report("moved " + entry.getFileName() + " of the " + place.words());
            }
        }
    }

    /** Which way the links of a copy are turned. */
    private enum Links {
        ROOT_TO_OLD,
        OLD_TO_ROOT,
        FRESH_TO_ROOT,
        ROOT_TO_FRESH;

        boolean concern(Place place) {
            return switch (this) {
                case ROOT_TO_OLD, OLD_TO_ROOT -> place.inOld();
                case FRESH_TO_ROOT, ROOT_TO_FRESH -> place.inNew();
            };
        }

        Path target(Place place, String attempt) {
            return switch (this) {
                case ROOT_TO_OLD -> place.old(attempt);
                case ROOT_TO_FRESH -> place.fresh(attempt);
                case OLD_TO_ROOT, FRESH_TO_ROOT -> place.root();
            };
        }
    }

    /**
     * Each copy's links lead to its own parts at every time: an old copy whose links led to the new WAL would destroy it when
     * somebody started it from aside.
     */
    private void pointLinks(CopyLedger ledger, Path copy, Links links) throws IOException {
        for (Place place : ledger.places()) {
            if (place.kind() == Place.Kind.DATA || !links.concern(place)) {
                continue;
            }
            Path link = place.kind() == Place.Kind.WAL
                    ? copy.resolve("pg_wal")
                    : copy.resolve("pg_tblspc").resolve(Long.toString(place.oid()));
            if (Files.isSymbolicLink(link)) {
                DurableFiles.pointLink(link, links.target(place, ledger.attempt()));
            }
        }
    }

    private CopyLedger require(String attempt) throws DataDirectoryException {
        CopyLedger.checkAttempt(attempt);
        return find(attempt)
                .orElseThrow(() -> DataDirectoryException.refused(
                        "there is no copy of attempt " + attempt + " beside " + dataDirectory));
    }

    private Optional<CopyLedger> find(String attempt) throws DataDirectoryException {
        return DataDirectory.ledgers(dataDirectory).stream()
                .filter(ledger -> ledger.attempt().equals(attempt))
                .findFirst();
    }
}
