package io.pgha.postgres;

import io.pgha.plan.CloneMode;
import io.pgha.postgres.CopyLedger.Phase;
import io.pgha.postgres.PeerCluster.SizedTablespace;
import io.pgha.postgres.Place.Kind;
import io.pgha.postgres.Place.Manner;
import io.pgha.postgres.Place.Presence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides where each part of a new copy goes: where this node had that part before, else, for a tablespace that is new here,
 * where the other node has it.
 */
final class CopyPlaces {

    private final Layout layout;
    private final Optional<CopyLedger> overwritten;
    private final CopyContent content;

    /**
     * @param layout of the old copy
     * @param overwritten an unfinished exchange in place: it remembers the parts of a copy that is no longer there
     * @param content of the new copy
     */
    CopyPlaces(Layout layout, Optional<CopyLedger> overwritten, CopyContent content) {
        this.layout = layout;
        this.overwritten = overwritten;
        this.content = content;
    }

    /** The ledger of the exchange, not yet written. */
    CopyLedger ledger(String attempt, CloneMode mode) throws IOException, DataDirectoryException {
        List<Place> places = new ArrayList<>();
        places.add(new Place(
                Kind.DATA,
                manner(),
                Files.exists(layout.data()) ? Presence.BOTH : Presence.NEW,
                0,
                layout.data()));
        Optional<Path> wal = layout.wal().or(() -> remembered(Kind.WAL, 0));
        if (wal.isPresent()) {
            Presence presence = Files.exists(wal.get()) ? Presence.BOTH : Presence.NEW;
            places.add(new Place(Kind.WAL, Manner.INSIDE, presence, 0, wal.get()));
        }
        addTablespaces(places);
        Phase first = mode == CloneMode.IN_PLACE ? Phase.ERASING : Phase.COPYING;
        return new CopyLedger(attempt, mode, first, oldMajor(), content.major(), places);
    }

    private Manner manner() {
        return overwritten.map(l -> l.data().manner()).orElseGet(() -> Place.mannerOf(layout));
    }

    private String oldMajor() {
        return layout.major()
                .or(() -> overwritten.map(CopyLedger::oldMajor))
                .orElse(CopyLedger.NO_VERSION);
    }

    private void addTablespaces(List<Place> places) throws IOException, DataDirectoryException {
        List<Long> wanted = new ArrayList<>();
        for (SizedTablespace tablespace : content.tablespaces()) {
            wanted.add(tablespace.oid());
            Optional<Path> own = here(tablespace.oid());
            Path root = own.orElse(tablespace.location());
            Place place = new Place(
                    Kind.TABLESPACE,
                    Manner.INSIDE,
                    own.isPresent() && Files.exists(root) ? Presence.BOTH : Presence.NEW,
                    tablespace.oid(),
                    root);
            if (own.isEmpty()) {
                requireUnused(place);
            }
            places.add(place);
        }
        for (Layout.Tablespace tablespace : layout.tablespaces()) {
            if (!wanted.contains(tablespace.oid()) && Files.exists(tablespace.location())) {
                places.add(new Place(
                        Kind.TABLESPACE,
                        Manner.INSIDE,
                        Presence.OLD,
                        tablespace.oid(),
                        tablespace.location()));
            }
        }
    }

    private Optional<Path> here(long oid) {
        return layout.locationOf(oid).or(() -> remembered(Kind.TABLESPACE, oid));
    }

    private Optional<Path> remembered(Kind kind, long oid) {
        return overwritten.stream()
                .flatMap(ledger -> ledger.places().stream())
                .filter(place -> place.kind() == kind && place.oid() == oid)
                .map(Place::root)
                .findFirst();
    }

    /** Two nodes on one machine would otherwise put the copy over the original. */
    private void requireUnused(Place place) throws IOException, DataDirectoryException {
        if (!place.entries(place.root(), content.major()).isEmpty()) {
            throw DataDirectoryException.refused("tablespace " + place.oid()
                    + " lies at the peer in "
                    + place.root() + ", but here that directory holds a tablespace that this node's"
                    + " old copy does not know. Empty it if it is of no use, or move it away");
        }
        Path above = DurableFiles.parent(place.root());
        if (!Files.isDirectory(place.root()) && !Files.isWritable(above)) {
            throw DataDirectoryException.refused(
                    "tablespace " + place.oid() + " needs the directory " + place.root()
                            + ": make it and give it to PostgreSQL's owner");
        }
    }

    /** Refuses, with numbers, when the copy does not fit; names --in-place where that would be enough. */
    void requireSpace(CopyLedger ledger) throws IOException, DataDirectoryException {
        List<Space> aside = new ArrayList<>();
        List<Space> inPlace = new ArrayList<>();
        for (Place place : ledger.places()) {
            long freed = place.inOld() ? usedByOld(place, ledger.oldMajor()) : 0;
            long needed = place.inNew() ? bytes(place, ledger) : 0;
            aside.add(new Space(where(place), needed, 0));
            inPlace.add(new Space(where(place), needed, freed));
        }
        List<Space> both = Space.of(ledger.mode() == CloneMode.ASIDE ? aside : inPlace);
        List<Space> tooLittle = both.stream().filter(s -> !s.suffices()).toList();
        if (tooLittle.isEmpty()) {
            return;
        }
        String numbers = tooLittle.stream().map(Space::words).collect(Collectors.joining("; "));
        if (ledger.mode() == CloneMode.ASIDE) {
            boolean helps = Space.of(inPlace).stream().allMatch(Space::suffices);
            throw DataDirectoryException.refused("a second copy of the database " + numbers
                    + (helps
                            ? "; use --in-place to overwrite the old copy"
                            : "; even --in-place would not be enough, make room first"));
        }
        throw DataDirectoryException.refused("the database " + numbers
                + ", the old copy counted as free; make room first. Nothing was removed");
    }

    /** Tries it: a directory may be another user's, or its file system mounted for reading only, also for root. */
    static void requireWritable(CopyLedger ledger) throws DataDirectoryException {
        for (Place place : ledger.places()) {
            Path where = where(place);
            if (place.inNew() && Files.isDirectory(where)) {
                Path trial = where.resolve(Place.INSIDE_PREFIX + "trial");
                try {
                    Files.deleteIfExists(trial);
                    Files.createFile(trial);
                    Files.delete(trial);
                } catch (IOException e) {
                    throw DataDirectoryException.refused("the " + place.words()
                            + " cannot be exchanged, since nothing can be written into " + where
                            + " (" + e.getClass().getSimpleName()
                            + "): give that to PostgreSQL's owner, or mount it for writing."
                            + " Nothing was removed");
                }
            }
        }
    }

    /** INSIDE stays on the file system of the directory, SIBLING goes beside it. */
    private static Path where(Place place) {
        return place.manner() == Manner.SIBLING ? DurableFiles.parent(place.root()) : place.root();
    }

    private long usedByOld(Place place, String major) throws IOException {
        long sum = 0;
        for (Path entry : place.entries(place.root(), major)) {
            sum += Space.used(entry);
        }
        return sum;
    }

    private long bytes(Place place, CopyLedger ledger) {
        boolean walApart = ledger.places().stream().anyMatch(p -> p.kind() == Kind.WAL);
        return switch (place.kind()) {
            case DATA -> content.dataBytes() + (walApart ? 0 : content.walBytes());
            case WAL -> content.walBytes();
            case TABLESPACE ->
                content.tablespaces().stream()
                        .filter(t -> t.oid() == place.oid())
                        .mapToLong(SizedTablespace::bytes)
                        .sum();
        };
    }
}
