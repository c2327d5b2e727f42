package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.it.PgInstance;
import io.pgha.model.ControlData;
import io.pgha.model.Lsn;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The WAL of a real PostgreSQL that was killed, over three segments with a record longer than many pages; and a standby's copy
 * that ends within the second. What is not proven whole must never have a name under which recovery would find it: it would
 * replace, and so destroy, what is there.
 */
class RescuedWalIT {

    private static final Pattern STOPPED =
            Pattern.compile("error in WAL record at (\\S+): .* at ([0-9A-F]+/[0-9A-F]+)");

    private static PgInstance primary;
    private static WalSegments theirs;
    private static long checkpoint;
    private static long held;
    private static long replayed;
    private static long last;
    private static long end;

    @TempDir
    private Path standby;

    private WalSegments own;

    @BeforeAll
    static void makeWal() throws IOException {
        primary = PgInstance.started("autovacuum = off", "checkpoint_timeout = '1h'");
        primary.sql(
                "create table t (n int, s text)",
                "checkpoint",
                "insert into t select n, repeat('a', 500) from generate_series(1, 25000) n");
        replayed = Lsn.parse(primary.ask("select pg_current_wal_insert_lsn()")).value();
        primary.sql("insert into t select n, repeat('b', 500) from generate_series(1, 3000) n");
        held = Lsn.parse(primary.ask("select pg_current_wal_lsn()")).value() - 1_001;
        primary.sql(
                "select pg_logical_emit_message(true, 'long', repeat('m', 300000))",
                "select pg_switch_wal()",
                "insert into t select n, repeat('c', 100) from generate_series(1, 5000) n");
        primary.kill();
        theirs = WalSegments.of(primary.data(), 1);
        checkpoint = checkpoint();
        Matcher stopped = STOPPED.matcher(dump());
        assertTrue(stopped.find(), "pg_waldump does not say where WAL ends");
        last = Lsn.parse(stopped.group(1)).value();
        end = Lsn.parse(stopped.group(2)).value();
    }

    @AfterAll
    static void close() throws IOException {
        theirs.close();
        primary.close();
    }

    private static long checkpoint() {
        String said = primary.run(
                primary.bin().resolve("pg_controldata").toString(),
                primary.data().toString());
        Matcher found = Pattern.compile("Latest checkpoint location: +(\\S+)").matcher(said);
        assertTrue(found.find(), said);
        return Lsn.parse(found.group(1)).value();
    }

    /** pg_waldump ends with an error at the end of WAL, as it must. */
    private static String dump() throws IOException {
        Path script = primary.base().resolve("dump");
        Files.writeString(
                script,
                primary.bin().resolve("pg_waldump") + " -q -p " + primary.data().resolve("pg_wal")
                        + " -s " + new Lsn(checkpoint) + " 2>&1; exit 0");
        return primary.run("bash", script.toString());
    }

    /** The standby holds the primary's bytes up to {@link #held}, and nothing after. */
    @BeforeEach
    void makeStandby() throws IOException {
        Path wal = Files.createDirectories(standby.resolve("pg_wal"));
        own = new WalSegments(wal, 1, theirs.size(), "");
        long start = replayed - replayed % theirs.size();
        for (long at = start; at < held; at += theirs.size()) {
            Files.copy(theirs.path(at), own.path(at));
        }
        try (FileChannel tail = FileChannel.open(own.path(held), StandardOpenOption.WRITE)) {
            tail.truncate(held % theirs.size());
            tail.write(ByteBuffer.wrap(new byte[1]), theirs.size() - 1);
        }
    }

    @Test
    void theEndOfWalIsWherePostgresqlsOwnToolFindsIt() throws IOException {
        assertEquals(end, new WalWalk(theirs, 1, theirs.size()).end(checkpoint));
        WalWalk within = new WalWalk(theirs, 1, theirs.size());
        assertEquals(end, within.end(within.firstRecord(held).orElseThrow()));

        Lsn start = new Lsn(checkpoint);
        ControlData control = new ControlData("1", "in production", 1, start, start);
        EndOfWal fresh = new EndOfWal(primary.data(), Duration.ofSeconds(10));
        assertEquals(new Lsn(end), fresh.of(control).end());
        assertEquals(Optional.empty(), fresh.of(control).unread());
        EndOfWal informed = new EndOfWal(primary.data(), Duration.ofSeconds(10));
        informed.saw(new Lsn(end));
        assertEquals(new Lsn(end), informed.of(control).end());
    }

    @Test
    void walThatCannotBeReadReachesAsFarAsItWasSeenAndNobodyKnowsHowMuchFurther() {
        Lsn start = new Lsn(checkpoint);
        ControlData control = new ControlData("1", "in production", 1, start, start);
        EndOfWal blind = new EndOfWal(standby.resolve("nowhere"), Duration.ofSeconds(10));

        assertEquals(start, blind.of(control).end());
        blind.saw(new Lsn(end));
        assertEquals(new Lsn(end), blind.of(control).end());
        assertTrue(blind.of(control).unread().isPresent());
        EndOfWal hurried = new EndOfWal(primary.data(), Duration.ZERO);
        assertTrue(hurried.of(control).unread().isPresent());
    }

    @Test
    void aRecordWithOneWrongBitEndsTheWal() throws IOException {
        WalPages wrong = flipped(last + 10);

        assertEquals(last, new WalWalk(wrong, 1, theirs.size()).end(checkpoint));
    }

    @Test
    void whatIsServedIsTheOwnBytesAndThenThePrimarysUpToItsEndOfWal() throws IOException {
        RescuedWal wal = rescue();
        fetch(wal, theirs, end);

        assertEquals(Optional.empty(), wal.serve(replayed));

        List<Path> served = served();
        assertEquals((end / theirs.size()) - (held / theirs.size()) + 1, served.size());
        for (Path file : served) {
            Path original = theirs.path(0).resolveSibling(file.getFileName());
            byte[] expected = Files.readAllBytes(original);
            if (original.equals(theirs.path(end))) {
                java.util.Arrays.fill(
                        expected, (int) (end % theirs.size()), expected.length, (byte) 0);
            }
            assertArrayEquals(expected, Files.readAllBytes(file), file.toString());
        }
    }

    @Test
    void nothingIsServedWhenLessCameThanIsHere() throws IOException {
        long shorter = held - 500;
        RescuedWal wal = rescue();
        fetch(wal, theirs, shorter);

        assertTrue(wal.serve(replayed).orElseThrow().contains("only"));
        assertEquals(List.of(), served());
    }

    @Test
    void nothingIsServedWhenTheFetchingWasCutOffHalfWay() throws IOException {
        for (long cut : List.of(held + 1, (held + end) / 2, end - 1)) {
            RescuedWal wal = rescue();
            fetch(wal, theirs, cut);

            assertTrue(wal.serve(replayed).isPresent());
            assertEquals(List.of(), served());
            wal.close();
        }
    }

    @Test
    void nothingIsServedWhenAByteOfWhatCameIsWrong() throws IOException {
        for (long wrong : List.of(held + 5, held + 100_000, last + 30)) {
            RescuedWal wal = rescue();
            fetch(wal, flipped(wrong), end);

            assertTrue(wal.serve(replayed).isPresent(), "byte " + new Lsn(wrong));
            assertEquals(List.of(), served());
            wal.close();
        }
    }

    @Test
    void anotherHistoryIsRefusedWhereverItDiffers() throws IOException {
        long start = held - held % theirs.size();
        for (long other : List.of(start + 8, start + 40_000, held - 1)) {
            RescuedWal wal = rescue();
            assertThrows(
                    RescuedWal.Differs.class,
                    () -> fetch(wal, flipped(other), end),
                    "byte " + new Lsn(other));
            assertEquals(List.of(), served());
            wal.close();
        }
    }

    @Test
    void whatWasLeftByAnEarlierAttemptIsCleared() throws IOException {
        RescuedWal wal = rescue();
        fetch(wal, theirs, end);
        wal.serve(replayed);

        RescuedWal.clear(standby);

        assertEquals(List.of(), served());
        assertTrue(Files.exists(own.path(held)));
    }

    @Test
    void theRestoreCommandServesWhatIsThereAndEndsWithZeroOrOneWhateverHappens()
            throws IOException, InterruptedException {
        Path place = Files.createDirectories(standby.resolve("it's 100% here"));
        String name = theirs.name(held);
        Path target = standby.resolve("RECOVERYXLOG");
        String alone = RestoreLine.of(place, "");
        assertEquals(1, shell(alone, name));
        assertEquals(1, shell(alone, "00000002.history"));
        assertFalse(Files.exists(target));

        Files.writeString(place.resolve(name), "whole");
        assertEquals(0, shell(alone, name));
        assertEquals("whole", Files.readString(target));

        Files.delete(target);
        Files.delete(place.resolve(name));
        Files.createSymbolicLink(place.resolve(name), Path.of("/proc/self/mem"));
        assertEquals(1, shell("ln() { return 1; }; " + alone, name));
        Files.deleteIfExists(target);

        String before = "test %f = 00000002.history && echo asked > %p";
        String both = RestoreLine.of(place, before);
        assertEquals(0, shell(both, "00000002.history"));
        assertEquals("asked", Files.readString(target).strip());
        assertEquals(both, RestoreLine.of(place, both));
    }

    private int shell(String command, String name) throws IOException, InterruptedException {
        String line = command.replace("%%", "\0")
                .replace("%f", name)
                .replace("%p", standby.resolve("RECOVERYXLOG").toString())
                .replace('\0', '%');
        Process process = new ProcessBuilder("sh", "-c", line).inheritIO().start();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        return process.exitValue();
    }

    private RescuedWal rescue() throws IOException {
        RescuedWal.clear(standby);
        RescuedWal wal = new RescuedWal(standby, own, 1, "attempt", held, end);
        wal.begin();
        return wal;
    }

    /** What the peer sends, up to there. */
    private static void fetch(RescuedWal wal, WalPages source, long to) throws IOException {
        long start = wal.from() - wal.from() % theirs.size();
        CRC32C crc = new CRC32C();
        crc.update(bytes(source, start, wal.from()));
        wal.before(crc.getValue());
        for (long at = wal.from(); at < to; at += 40_000) {
            wal.bytes(bytes(source, at, Math.min(to, at + 40_000)));
        }
    }

    private static ByteBuffer bytes(WalPages source, long from, long to) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) (to - from));
        while (all.hasRemaining()) {
            long at = from + all.position();
            int part = (int) Math.min(all.remaining(), theirs.size() - at % theirs.size());
            ByteBuffer one = ByteBuffer.allocate(part);
            assertTrue(source.read(at, one));
            all.put(one.flip());
        }
        return all.flip();
    }

    /** The primary's WAL with one bit of that byte wrong. */
    private static WalPages flipped(long position) {
        return (at, into) -> {
            int begin = into.position();
            boolean read = theirs.read(at, into);
            int offset = (int) (position - at);
            if (read && offset >= 0 && begin + offset < into.position()) {
                into.put(begin + offset, (byte) (into.get(begin + offset) ^ 4));
            }
            return read;
        };
    }

    private List<Path> served() throws IOException {
        Path place = RescuedWal.directory(standby, "attempt");
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(place)) {
            return files.filter(f -> f.getFileName().toString().length() == 24).toList();
        }
    }
}
