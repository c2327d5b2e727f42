package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.ControlData;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.NodeId;
import io.pgha.model.ReleaseToken;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The release archive over a directory that looks like a database: one damage at a time. */
class ReleaseArchiveTest {

    private static final NodeId SELF = new NodeId("a");
    private static final ReleaseToken TOKEN =
            new ReleaseToken("r1", "77", new Epoch(3), SELF, Lsn.parse("0/5000028"), 2);
    private static final ControlData CONTROL =
            new ControlData("77", "shut down", 2, TOKEN.end(), TOKEN.end());

    @TempDir(factory = InMemory.class)
    private Path bed;

    private Path released;
    private Path here;
    private Path file;

    @BeforeEach
    void makeDatabases() throws IOException {
        released = database("released", "good");
        here = database("here", "old");
        file = bed.resolve("release.tar");
    }

    private Path database(String name, String text) throws IOException {
        Path data = Files.createDirectory(bed.resolve(name));
        Path wal = Files.createDirectory(bed.resolve(name + "-wal"));
        Path space = Files.createDirectory(bed.resolve(name + "-space"));
        Files.writeString(data.resolve("PG_VERSION"), "15\n");
        Files.createDirectories(data.resolve("base/1"));
        Files.writeString(data.resolve("base/1/1259"), text.repeat(300));
        Files.createFile(data.resolve("base/1/empty"));
        Files.createDirectories(data.resolve("pg_replslot/stale"));
        Files.writeString(data.resolve("postmaster.opts"), "x");
        Files.createSymbolicLink(data.resolve("pg_wal"), wal);
        Files.writeString(wal.resolve("000000020000000000000005"), text);
        Files.createDirectories(space.resolve("PG_15_1/5"));
        Files.writeString(space.resolve("PG_15_1/5/99"), text);
        Files.createDirectory(data.resolve("pg_tblspc"));
        Files.createSymbolicLink(data.resolve("pg_tblspc/4711"), space);
        return data;
    }

    @Test
    void whatIsPackedIsUnpackedBesideTheOldCopy() throws Exception {
        pack();
        pack();

        ReleaseToken token = unpack();
        unpack();
        new Swap(here, new LongStep(p -> {})).swapIn("x1");

        assertEquals(TOKEN, token);
        assertEquals("good".repeat(300), Files.readString(here.resolve("base/1/1259")));
        assertTrue(Files.exists(here.resolve("base/1/empty")));
        assertEquals("good", Files.readString(bed.resolve("here-wal/000000020000000000000005")));
        assertEquals("good", Files.readString(bed.resolve("here-space/PG_15_1/5/99")));
        assertEquals(bed.resolve("here-wal"), Files.readSymbolicLink(here.resolve("pg_wal")));
        assertTrue(Files.exists(here.resolve("standby.signal")));
        assertFalse(Files.exists(here.resolve("pg_replslot/stale")));
        assertFalse(Files.exists(here.resolve("postmaster.opts")));
    }

    @Test
    void anyTarCanListIt() throws Exception {
        pack();

        Process tar = new ProcessBuilder("tar", "-tf", file.toString())
                .redirectErrorStream(true)
                .start();
        List<String> names = tar.inputReader().lines().toList();

        assertEquals(0, tar.waitFor());
        assertTrue(names.contains("tablespaces/4711/PG_15_1/5/99"), names.toString());
    }

    @Test
    void everyChangedByteOfContentIsFound() throws Exception {
        pack();
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at += 61) {
            byte[] bad = good.clone();
            bad[at] ^= 0x20;
            Files.write(file, bad);
            if (isPadding(good, at)) {
                continue;
            }
            DataDirectoryException e =
                    assertThrows(DataDirectoryException.class, this::unpack, "byte " + at);
            assertEquals(DataDirectoryException.Kind.REFUSED, e.kind(), e.getMessage());
            assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
            untouched();
        }
    }

    /** Zeros after a file's end or the end mark: they carry nothing. */
    private static boolean isPadding(byte[] content, int at) {
        int from = at - at % TarWriter.BLOCK;
        byte[] block = Arrays.copyOfRange(content, from, from + TarWriter.BLOCK);
        boolean header = new String(block, 257, 5, java.nio.charset.StandardCharsets.US_ASCII)
                .equals("ustar");
        int last = block.length - 1;
        while (last >= 0 && block[last] == 0) {
            last--;
        }
        return !header && at - from > last;
    }

    @Test
    void aChangedFileIsNamedWithItsOffset() throws Exception {
        pack();
        byte[] bytes = Files.readAllBytes(file);
        int at =
                new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("goodgood");
        bytes[at] = 'b';
        Files.write(file, bytes);

        DataDirectoryException e = assertThrows(DataDirectoryException.class, this::unpack);

        assertTrue(
                e.getMessage().contains("data/base/1/1259, at offset " + (at - TarWriter.BLOCK)),
                e.getMessage());
    }

    @Test
    void anArchiveCutOffAnywhereIsRefused() throws Exception {
        pack();
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length < good.length - 2 * TarWriter.BLOCK; length += 499) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThrows(DataDirectoryException.class, this::unpack, "length " + length);
            untouched();
        }
    }

    @Test
    void aReleaseForSomebodyElseIsRefused() throws Exception {
        pack();

        DataDirectoryException e = assertThrows(
                DataDirectoryException.class,
                () -> new ReleaseArchive(here, new LongStep(p -> {}))
                        .unpack(file, new NodeId("c"), Optional.of("77"), "x1"));
        assertTrue(e.getMessage().contains("releases to node a, and this is c"), e.getMessage());

        e = assertThrows(
                DataDirectoryException.class,
                () -> new ReleaseArchive(here, new LongStep(p -> {}))
                        .unpack(file, SELF, Optional.of("78"), "x1"));
        assertTrue(e.getMessage().contains("holds database system 77"), e.getMessage());
        untouched();
    }

    @Test
    void aDatabaseThatRanOnIsNotPacked() {
        ControlData ranOn = new ControlData(
                "77", "shut down", 2, Lsn.parse("0/6000028"), Lsn.parse("0/6000028"));
        ControlData crashed = new ControlData("77", "in production", 2, TOKEN.end(), TOKEN.end());

        for (ControlData control : List.of(ranOn, crashed)) {
            DataDirectoryException e = assertThrows(
                    DataDirectoryException.class,
                    () -> new ReleaseArchive(released, new LongStep(p -> {}))
                            .pack(file, TOKEN, control));
            assertEquals(DataDirectoryException.Kind.REFUSED, e.kind());
        }
        assertFalse(Files.exists(file));
    }

    @Test
    void aCancelledPackLeavesNoFile() {
        LongStep[] step = new LongStep[1];
        step[0] = new LongStep(p -> step[0].cancel());

        DataDirectoryException e = assertThrows(
                DataDirectoryException.class,
                () -> new ReleaseArchive(released, step[0]).pack(file, TOKEN, CONTROL));

        assertEquals(DataDirectoryException.Kind.CANCELLED, e.kind());
        assertFalse(Files.exists(file));
        assertFalse(Files.exists(bed.resolve("release.tar.pgha-part")));
    }

    private void pack() throws DataDirectoryException {
        new ReleaseArchive(released, new LongStep(p -> {})).pack(file, TOKEN, CONTROL);
    }

    private ReleaseToken unpack() throws DataDirectoryException {
        return new ReleaseArchive(here, new LongStep(p -> {}))
                .unpack(file, SELF, Optional.of("77"), "x1");
    }

    private void untouched() throws IOException {
        assertEquals("old".repeat(300), Files.readString(here.resolve("base/1/1259")));
        assertFalse(Files.exists(bed.resolve("here.pgha-new-x1")));
        assertEquals("old", Files.readString(bed.resolve("here-wal/000000020000000000000005")));
    }
}
