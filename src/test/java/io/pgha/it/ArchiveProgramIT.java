package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.it.ArchivePrograms.Outcome;
import io.pgha.it.ArchivePrograms.Running;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** pgha-archive and pgha-restore against real segments of one running primary, on good days and bad ones. */
@Tag("netns")
class ArchiveProgramIT {

    private static PgInstance postgres;
    private static ArchivePrograms programs;

    /** A whole segment, not the first. */
    private static String segment;

    @BeforeAll
    static void makeSegments() {
        // Archiving fails on purpose: nothing is recycled, and the tests call the program
        // themselves.
        postgres = PgInstance.started("archive_mode = on", "archive_command = 'false'");
        programs = new ArchivePrograms(postgres);
        postgres.sql(
                "create table t as select g, repeat('x', 500) from generate_series(1, 5000) g",
                "select pg_switch_wal()",
                "insert into t select g, repeat('y', 500) from generate_series(1, 5000) g",
                "select pg_switch_wal()",
                "insert into t values (0, 'z')");
        segment = "000000010000000000000002";
        assertTrue(Files.exists(segmentFile()));
    }

    @AfterAll
    static void close() {
        postgres.close();
    }

    private static Path segmentFile() {
        return postgres.data().resolve("pg_wal").resolve(segment);
    }

    private static Path simple(Path archive) {
        return programs.settings(archive.getFileName() + ".env", archive, archive, "off");
    }

    @Test
    void theSameContentTwiceIsASuccessAndOtherContentIsNever() throws IOException {
        Path archive = programs.directory("twice");
        Path settings = simple(archive);
        assertEquals(new Outcome(0, ""), programs.archive(settings, segment));
        assertTrue(ArchivePrograms.same(segmentFile(), archive.resolve(segment)));
        assertEquals(new Outcome(0, ""), programs.archive(settings, segment));
        Path other = otherContent("twice-other", 8_000_000);
        Outcome refused = programs.archive(settings, other, segment);
        assertEquals(1, refused.exit());
        assertTrue(refused.said().contains("exists with other content"), refused.said());
        assertTrue(ArchivePrograms.same(segmentFile(), archive.resolve(segment)));
        assertEquals(List.of(segment), ArchivePrograms.names(archive));
    }

    @Test
    void killedAtAnyMomentItLeavesNoWrongSegment() throws InterruptedException, IOException {
        Path archive = programs.directory("killed");
        Path settings = simple(archive);
        int whole = 0;
        for (int i = 0; i < 40; i++) {
            Running running =
                    programs.begin("pgha-archive", settings, "pg_wal/" + segment, segment);
            running.process().waitFor(i * 4L, TimeUnit.MILLISECONDS);
            // Every second time only the outer process dies, and what it started goes on without
            // it.
            if (i % 2 == 0) {
                running.process().descendants().forEach(ProcessHandle::destroyForcibly);
            }
            running.process().destroyForcibly();
            programs.finish(running);
            Path target = archive.resolve(segment);
            if (Files.exists(target)) {
                whole++;
                assertTrue(ArchivePrograms.same(segmentFile(), target), "kill " + i);
            }
            if (i % 4 == 3) {
                Files.deleteIfExists(target);
            }
        }
        assertEquals(new Outcome(0, ""), programs.archive(settings, segment));
        assertTrue(ArchivePrograms.same(segmentFile(), archive.resolve(segment)));
        System.out.println(
                "killed 40 times: " + whole + " times the segment was whole, else absent");
    }

    @Test
    void ofRacingArchiversWithTheSameContentAllSucceed() {
        Path archive = programs.directory("race");
        Path settings = simple(archive);
        for (int round = 0; round < 3; round++) {
            List<Running> racers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                racers.add(programs.begin("pgha-archive", settings, "pg_wal/" + segment, segment));
            }
            for (Running racer : racers) {
                Outcome outcome = programs.finish(racer);
                assertEquals(0, outcome.exit(), outcome.said());
            }
            assertEquals(List.of(segment), ArchivePrograms.names(archive));
            assertTrue(ArchivePrograms.same(segmentFile(), archive.resolve(segment)));
            postgres.run("rm", archive.resolve(segment).toString());
        }
    }

    @Test
    void ofRacingArchiversWithDifferentContentExactlyOneSucceeds() throws IOException {
        Path archive = programs.directory("race-different");
        Path settings = simple(archive);
        assertEquals(0, programs.archive(settings, "000000010000000000000001").exit());
        List<Running> racers = new ArrayList<>();
        List<Path> contents = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Path content = otherContent("race-" + i, 1_000_000 + i);
            contents.add(content);
            racers.add(programs.begin("pgha-archive", settings, content.toString(), segment));
        }
        int succeeded = 0;
        for (int i = 0; i < 4; i++) {
            if (programs.finish(racers.get(i)).exit() == 0) {
                succeeded++;
                assertTrue(ArchivePrograms.same(contents.get(i), archive.resolve(segment)));
            }
        }
        assertEquals(1, succeeded);
    }

    @Test
    void aLocationThatIsNotMountedIsRefusedAndAMountedOneTaken() {
        Path archive = programs.directory("mount");
        Path settings = programs.settings("mount.env", archive, archive, "on");
        Outcome unmounted = programs.archive(settings, segment);
        assertEquals(1, unmounted.exit());
        assertTrue(unmounted.said().contains("is not mounted"), unmounted.said());
        assertEquals(List.of(), ArchivePrograms.names(archive));
        try (Mount mounted = Mount.tmpfs(archive, "64m")) {
            assertEquals(new Outcome(0, ""), programs.archive(settings, segment));
            assertTrue(ArchivePrograms.same(segmentFile(), mounted.where().resolve(segment)));
        }
        Outcome gone = programs.restore(settings, segment);
        assertEquals(1, gone.exit());
        assertTrue(gone.said().contains("is not mounted"), gone.said());
    }

    @Test
    void aFullArchiveLeavesNothingHalfAndWorksAgainWhenThereIsRoom() throws IOException {
        Path archive = programs.directory("full");
        Path settings = programs.settings("full.env", archive, archive, "on");
        try (Mount mounted = Mount.tmpfs(archive, "24m")) {
            assertEquals(new Outcome(0, ""), programs.archive(settings, segment));
            Outcome full = programs.archive(settings, "000000010000000000000001");
            assertEquals(1, full.exit());
            assertTrue(full.said().contains("No space left"), full.said());
            assertEquals(List.of(segment), ArchivePrograms.names(archive));
            Files.delete(mounted.where().resolve(segment));
            assertEquals(
                    new Outcome(0, ""), programs.archive(settings, "000000010000000000000001"));
        }
    }

    @Test
    void aForeignDirectoryIsNotTouched() throws IOException {
        Path archive = programs.directory("foreign");
        Files.writeString(archive.resolve("archive.info"), "[backrest]\n");
        Path settings = simple(archive);
        Outcome refused = programs.archive(settings, segment);
        assertEquals(1, refused.exit());
        assertTrue(refused.said().contains("was not begun by pgha"), refused.said());
        copy(segmentFile(), archive.resolve(segment));
        Outcome restore = programs.restore(settings, segment);
        assertEquals(1, restore.exit());
        assertTrue(restore.said().contains("was not begun by pgha"), restore.said());
        assertEquals(List.of(segment, "archive.info"), ArchivePrograms.names(archive));
        assertFalse(Files.exists(archive.resolve(".pgha-archive")));
    }

    @Test
    void theArchiveOfAnotherClusterIsNotTouched() throws IOException {
        Path archive = programs.directory("another");
        Files.writeString(archive.resolve(".pgha-archive"), "version=1\nsystem_identifier=12345\n");
        Path settings = simple(archive);
        Outcome refused = programs.archive(settings, segment);
        assertEquals(1, refused.exit());
        assertTrue(refused.said().contains("system identifier 12345"), refused.said());
        assertEquals(List.of(), ArchivePrograms.names(archive));
        copy(segmentFile(), archive.resolve(segment));
        assertEquals(1, programs.restore(settings, segment).exit());
    }

    @Test
    void whatIsRestoredIsWholeAndOfItsPlace() throws IOException {
        Path archive = programs.directory("restore");
        Path settings = simple(archive);
        Path target = postgres.data().resolve("pg_wal/RECOVERYXLOG");
        assertEquals(0, programs.archive(settings, segment).exit());
        assertEquals(new Outcome(0, ""), programs.restore(settings, segment));
        assertTrue(ArchivePrograms.same(segmentFile(), target));
        Files.delete(target);
        assertEquals(new Outcome(1, ""), programs.restore(settings, "0000000100000000000000AA"));
        assertEquals(new Outcome(1, ""), programs.restore(settings, "00000007.history"));

        Path moved = archive.resolve("000000010000000000000009");
        copy(segmentFile(), moved);
        Outcome wrongPlace = programs.restore(settings, "000000010000000000000009");
        assertEquals(1, wrongPlace.exit());
        assertTrue(wrongPlace.said().contains("another position"), wrongPlace.said());

        try (RandomAccessFile file =
                new RandomAccessFile(archive.resolve(segment).toFile(), "rw")) {
            file.setLength(9_000_000);
        }
        Outcome cut = programs.restore(settings, segment);
        assertEquals(1, cut.exit());
        assertTrue(cut.said().contains("9000000 bytes"), cut.said());
        assertFalse(Files.exists(target));
        Files.writeString(archive.resolve("00000002.history"), "");
        assertEquals(1, programs.restore(settings, "00000002.history").exit());
        assertEquals(List.of(), strays());
    }

    @Test
    void aKilledRestoreLeavesNoPartialTargetAndTheNextOneTidiesUp()
            throws IOException, InterruptedException {
        Path archive = programs.directory("restore-killed");
        Path settings = simple(archive);
        Path target = postgres.data().resolve("pg_wal/RECOVERYXLOG");
        assertEquals(0, programs.archive(settings, segment).exit());
        for (int i = 0; i < 25; i++) {
            Running running =
                    programs.begin("pgha-restore", settings, segment, "pg_wal/RECOVERYXLOG");
            running.process().waitFor(i * 3L, TimeUnit.MILLISECONDS);
            running.process().descendants().forEach(ProcessHandle::destroyForcibly);
            running.process().destroyForcibly();
            programs.finish(running);
            assertTrue(!Files.exists(target) || ArchivePrograms.same(segmentFile(), target));
            Files.deleteIfExists(target);
        }
        assertEquals(0, programs.restore(settings, segment).exit());
        assertTrue(ArchivePrograms.same(segmentFile(), target));
        Files.delete(target);
        assertEquals(List.of(), strays());
    }

    @Test
    void theMirrorIsReadFirstAndTheWriteLocationWhenTheMirrorLags() throws IOException {
        Path write = programs.directory("w");
        Path mirror = programs.directory("r");
        Path settings = programs.settings("wr.env", write, mirror, "off");
        Path target = postgres.data().resolve("pg_wal/RECOVERYXLOG");
        assertEquals(0, programs.archive(settings, segment).exit());
        assertEquals(List.of(), ArchivePrograms.names(mirror));
        assertEquals(new Outcome(0, ""), programs.restore(settings, segment));
        Files.delete(target);
        // What only the mirror has comes from the mirror.
        copy(write.resolve(".pgha-archive"), mirror.resolve(".pgha-archive"));
        Files.move(write.resolve(segment), mirror.resolve(segment));
        assertEquals(new Outcome(0, ""), programs.restore(settings, segment));
        Files.delete(target);
    }

    @Test
    void anArchiveThatDoesNotAnswerEndsInsideTheDeadline() throws IOException {
        Path archive = programs.directory("dead");
        Path settings = simple(archive);
        // Opening a pipe without a writer waits for ever, as a read from a dead network mount does.
        postgres.run("mkfifo", archive.resolve(".pgha-archive").toString());
        Files.writeString(archive.resolve(segment), "x");
        Path signal = postgres.data().resolve("standby.signal");
        Files.writeString(signal, "");
        try {
            long begun = System.nanoTime();
            Outcome first = programs.restore(settings, segment);
            assertEquals(1, first.exit());
            assertTrue(first.said().contains("did not answer in 2 s"), first.said());
            // A promotion asks several times in turn: the next ones do not wait again.
            assertEquals(new Outcome(1, ""), programs.restore(settings, segment));
            assertEquals(new Outcome(1, ""), programs.restore(settings, "00000002.history"));
            System.out.printf(
                    "three restores from a dead archive: %d ms%n",
                    (System.nanoTime() - begun) / 1_000_000);
        } finally {
            Files.delete(signal);
        }
    }

    @Test
    void theExitCodeIsOneWhateverIsMissing() throws IOException {
        Path archive = programs.directory("missing");
        Path settings = simple(archive);
        Outcome off = programs.archive(Path.of("/nonexistent/archive.env"), segment);
        assertEquals(1, off.exit());
        assertTrue(off.said().contains("no archive is configured"), off.said());
        assertEquals(new Outcome(1, ""), programs.restore(Path.of("/nonexistent/x.env"), segment));
        assertEquals(1, programs.archive(settings, "../../etc/passwd").exit());
        assertEquals(1, programs.archive(settings, "000000010000000000000077").exit());
        Path elsewhere = programs.settings(
                "elsewhere.env", Path.of("/nonexistent"), Path.of("/nonexistent"), "off");
        assertEquals(1, programs.archive(elsewhere, segment).exit());
        assertEquals(1, programs.restore(elsewhere, segment).exit());
        Path strange = postgres.base().resolve("strange.env");
        Files.writeString(strange, "version=1\narchive=on\nwrite=$(touch /tmp/x)\n");
        Outcome refused = programs.archive(strange, segment);
        assertEquals(1, refused.exit());
        assertTrue(refused.said().contains("not an absolute path"), refused.said());
    }

    @Test
    void aSignalToTheProgramIsExitCodeOne() throws InterruptedException, IOException {
        Path archive = programs.directory("signal");
        Path settings = simple(archive);
        postgres.run("mkfifo", archive.resolve(".pgha-archive").toString());
        for (String signal : List.of("TERM", "INT", "QUIT", "HUP")) {
            Running running =
                    programs.begin("pgha-archive", settings, "pg_wal/" + segment, segment);
            PgInstance.await(
                    "the program to hang in the archive",
                    () -> running.process().descendants().count() >= 2);
            postgres.signal(running.process().pid(), signal);
            assertEquals(1, programs.finish(running).exit(), signal);
        }
    }

    @Test
    void itCostsLittleMoreThanACopy() throws IOException {
        Path archive = programs.directory("speed");
        Path settings = simple(archive);
        Path plain = programs.directory("plain");
        List<Long> ours = new ArrayList<>();
        List<Long> floor = new ArrayList<>();
        List<Long> missing = new ArrayList<>();
        String copy = "cp pg_wal/" + segment + " " + plain.resolve("f") + " && sync "
                + plain.resolve("f") + " && sync " + plain;
        for (int i = 0; i < 11; i++) {
            Files.deleteIfExists(plain.resolve("f"));
            Files.deleteIfExists(archive.resolve(segment));
            floor.add(time(List.of("sh", "-c", "cd " + postgres.data() + " && " + copy)));
            long begun = System.nanoTime();
            assertEquals(0, programs.archive(settings, segment).exit());
            ours.add((System.nanoTime() - begun) / 1000);
            begun = System.nanoTime();
            programs.restore(settings, "0000000100000000000000AA");
            missing.add((System.nanoTime() - begun) / 1000);
        }
        System.out.printf(
                "16 MB: copy and sync %.1f ms, pgha-archive %.1f ms, pgha-restore not found %.1f ms"
                        + " (medians of 11)%n",
                median(floor), median(ours), median(missing));
    }

    private static long time(List<String> argv) {
        long begun = System.nanoTime();
        postgres.run(argv.toArray(String[]::new));
        return (System.nanoTime() - begun) / 1000;
    }

    private static double median(List<Long> micros) {
        return micros.stream().sorted().toList().get(micros.size() / 2) / 1000.0;
    }

    /** The segment with one byte in its middle changed: valid for every cheap check. */
    private static Path otherContent(String name, int at) throws IOException {
        Path file = postgres.base().resolve(name + ".content");
        copy(segmentFile(), file);
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            content.seek(at);
            int before = content.read();
            content.seek(at);
            content.write(before ^ 0x55);
        }
        return file;
    }

    /** As postgres, so that the program may read it. */
    private static void copy(Path from, Path to) {
        postgres.run("cp", from.toString(), to.toString());
    }

    private static List<String> strays() throws IOException {
        try (Stream<Path> entries = Files.list(postgres.data().resolve("pg_wal"))) {
            return entries.map(e -> String.valueOf(e.getFileName()))
                    .filter(n -> n.startsWith(".pgha"))
                    .toList();
        }
    }
}
