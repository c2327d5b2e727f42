package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.plan.CloneMode;
import io.pgha.postgres.CopyLedger.Phase;
import io.pgha.postgres.Place.Kind;
import io.pgha.postgres.Place.Manner;
import io.pgha.postgres.Place.Presence;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The exchange of two copies, cut off before and after every rename. */
class SwapTest {

    private static final String ATTEMPT = "a1";
    private static final int MORE_THAN_ALL_REPORTS = 200;

    @TempDir(factory = InMemory.class)
    private Path bed;

    private int beds;

    /** A kill -9, as far as files are concerned: nothing of the exchange runs after it. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @TestFactory
    Stream<DynamicTest> cutOffAnywhereAnExchangeBegunAgainEndsTheSame() {
        return Stream.of(Manner.values())
                .map(manner -> DynamicTest.dynamicTest(manner.toString(), () -> {
                    int cuts = 0;
                    for (int cut = 1; cut < MORE_THAN_ALL_REPORTS; cut++) {
                        World world = new World(manner);
                        if (!world.killedAt(cut, s -> s.swapIn(ATTEMPT))) {
                            break;
                        }
                        cuts++;
                        world.onlyWholeCopiesLookStartable();
                        world.swap(MORE_THAN_ALL_REPORTS).swapIn(ATTEMPT);
                        world.holds("new", "old");
                    }
                    assertTrue(cuts > 10, "cut only " + cuts + " times");
                }));
    }

    @TestFactory
    Stream<DynamicTest> anExchangeCutOffAnywhereCanBeTakenBack() {
        return Stream.of(Manner.values())
                .map(manner -> DynamicTest.dynamicTest(manner.toString(), () -> {
                    for (int cut = 1; cut < MORE_THAN_ALL_REPORTS; cut++) {
                        World world = new World(manner);
                        boolean killed = world.killedAt(cut, s -> s.swapIn(ATTEMPT));
                        world.swap(MORE_THAN_ALL_REPORTS).restoreOld(ATTEMPT);
                        world.holds("old", "nothing");
                        if (!killed) {
                            break;
                        }
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> takingBackCutOffAnywhereEndsWithTheOldCopy() {
        return Stream.of(Manner.values())
                .map(manner -> DynamicTest.dynamicTest(manner.toString(), () -> {
                    for (int cut = 1; cut < MORE_THAN_ALL_REPORTS; cut++) {
                        World world = new World(manner);
                        world.swap(MORE_THAN_ALL_REPORTS).swapIn(ATTEMPT);
                        boolean killed = world.killedAt(cut, s -> s.restoreOld(ATTEMPT));
                        world.onlyWholeCopiesLookStartable();
                        world.swap(MORE_THAN_ALL_REPORTS).restoreOld(ATTEMPT);
                        world.holds("old", "nothing");
                        if (!killed) {
                            break;
                        }
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> droppingTheOldCopyCutOffAnywhereLeavesOnlyTheNew() {
        return Stream.of(Manner.values())
                .map(manner -> DynamicTest.dynamicTest(manner.toString(), () -> {
                    for (int cut = 1; cut < MORE_THAN_ALL_REPORTS; cut++) {
                        World world = new World(manner);
                        world.swap(MORE_THAN_ALL_REPORTS).swapIn(ATTEMPT);
                        boolean killed = world.killedAt(cut, s -> s.dropOld(ATTEMPT));
                        world.swap(MORE_THAN_ALL_REPORTS).dropOld(ATTEMPT);
                        world.swap(MORE_THAN_ALL_REPORTS).dropOld(ATTEMPT);
                        world.holds("new", "nothing");
                        assertEquals(List.of(), CopyLedger.find(world.data));
                        if (!killed) {
                            break;
                        }
                    }
                }));
    }

    @Test
    void theOldCopyIsNeverDroppedBeforeTheNewOneIsInPlace() throws Exception {
        World world = new World(Manner.SIBLING);

        assertThrows(
                DataDirectoryException.class,
                () -> world.swap(MORE_THAN_ALL_REPORTS).dropOld(ATTEMPT));

        world.holds("old", "nothing");
    }

    @Test
    void aDamagedLedgerForbidsEverything() throws Exception {
        World world = new World(Manner.SIBLING);
        Files.writeString(world.ledger.file(), "pgha copy ledger 1\nattempt a1\n");

        DataDirectoryException e = assertThrows(
                DataDirectoryException.class, () -> new DataDirectory(world.data).obstacle());

        assertTrue(e.getMessage().contains(world.ledger.file().toString()), e.getMessage());
    }

    @FunctionalInterface
    private interface Deed {
        void on(Swap swap) throws DataDirectoryException;
    }

    /** An old and a new copy with pg_wal elsewhere, a tablespace of both, and one of each alone. */
    private final class World {
        final Path data;
        final CopyLedger ledger;
        private final Path root;

        World(Manner manner) throws IOException {
            root = Files.createDirectory(bed.resolve("w" + beds++));
            data = Files.createDirectory(root.resolve("data"));
            List<Place> places = List.of(
                    new Place(Kind.DATA, manner, Presence.BOTH, 0, data),
                    new Place(Kind.WAL, Manner.INSIDE, Presence.BOTH, 0, directory("wal")),
                    tablespace(Presence.BOTH, 11),
                    tablespace(Presence.OLD, 12),
                    tablespace(Presence.NEW, 13));
            ledger = new CopyLedger(ATTEMPT, CloneMode.ASIDE, Phase.COMPLETE, "15", "15", places);
            for (Place place : places) {
                if (place.inOld()) {
                    fill(place, place.root(), "old");
                }
                if (place.inNew()) {
                    Files.createDirectory(place.fresh(ATTEMPT));
                    fill(place, place.fresh(ATTEMPT), "new");
                }
            }
            link(places, data, false);
            link(places, ledger.data().fresh(ATTEMPT), true);
            Files.createDirectory(data.resolve("lost+found"));
            ledger.write();
        }

        private Place tablespace(Presence presence, long oid) throws IOException {
            return new Place(Kind.TABLESPACE, Manner.INSIDE, presence, oid, directory("ts" + oid));
        }

        private Path directory(String name) throws IOException {
            return Files.createDirectory(root.resolve(name));
        }

        private void fill(Place place, Path at, String copy) throws IOException {
            switch (place.kind()) {
                case DATA -> {
                    for (String name : List.of("PG_VERSION", "base", "zz")) {
                        Files.writeString(at.resolve(name), copy);
                    }
                    Files.createDirectory(at.resolve("pg_tblspc"));
                }
                case WAL -> Files.writeString(at.resolve("000000010000000000000001"), copy);
                case TABLESPACE -> Files.writeString(at.resolve("PG_15_1"), copy);
            }
        }

        private void link(List<Place> places, Path copy, boolean fresh) throws IOException {
            for (Place place : places) {
                if (place.kind() == Kind.DATA || !(fresh ? place.inNew() : place.inOld())) {
                    continue;
                }
                Files.createSymbolicLink(
                        linkOf(place, copy), fresh ? place.fresh(ATTEMPT) : place.root());
            }
        }

        private Path linkOf(Place place, Path copy) {
            return place.kind() == Kind.WAL
                    ? copy.resolve("pg_wal")
                    : copy.resolve("pg_tblspc").resolve("" + place.oid());
        }

        Swap swap(int killAt) {
            int[] reports = new int[1];
            return new Swap(data, new LongStep(progress -> {
                if (++reports[0] == killAt) {
                    throw new Killed();
                }
            }));
        }

        boolean killedAt(int report, Deed deed) throws DataDirectoryException {
            try {
                deed.on(swap(report));
                return false;
            } catch (Killed e) {
                return true;
            }
        }

        /** Whoever starts PGDATA by hand in the middle finds a whole copy or no database at all. */
        void onlyWholeCopiesLookStartable() throws Exception {
            boolean startable = Files.exists(data.resolve("PG_VERSION"));
            if (startable) {
                String copy = Files.readString(data.resolve("PG_VERSION"));
                holdsData(data, copy);
                for (Place place : ledger.places()) {
                    if (Files.isSymbolicLink(linkOf(place, data))) {
                        assertEquals(copy, content(linkOf(place, data)), place.words());
                    }
                }
            } else {
                assertTrue(new DataDirectory(data).obstacle().isPresent());
            }
        }

        void holds(String inPlace, String aside) throws Exception {
            holdsData(data, inPlace);
            for (Place place : ledger.places()) {
                if (place.kind() != Kind.DATA) {
                    boolean has = inPlace.equals("new") ? place.inNew() : place.inOld();
                    assertEquals(has ? inPlace : "nothing", content(place.root()), place.words());
                    if (has) {
                        assertEquals(place.root(), Files.readSymbolicLink(linkOf(place, data)));
                    }
                }
            }
            Path old = ledger.data().old(ATTEMPT);
            if (aside.equals("old")) {
                holdsData(old, "old");
                assertEquals("old", content(old.resolve("pg_wal")));
                assertEquals("old", content(old.resolve("pg_tblspc").resolve("12")));
            } else {
                for (Place place : ledger.places()) {
                    assertFalse(Files.exists(place.old(ATTEMPT)), place.words());
                }
            }
            assertEquals(
                    List.of(),
                    new ArrayList<>(new DataDirectory(data).obstacle().stream().toList()));
        }

        private void holdsData(Path at, String copy) throws IOException {
            for (String name : List.of("PG_VERSION", "base", "zz")) {
                assertEquals(copy, Files.readString(at.resolve(name)), name);
            }
        }

        private String content(Path directory) throws IOException {
            for (Path entry : DurableFiles.entries(directory)) {
                if (Files.isRegularFile(entry)) {
                    return Files.readString(entry);
                }
            }
            return "nothing";
        }
    }
}
