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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** pgha-restore against real segments of one running primary, on good days and bad ones. */
@Tag("netns")
@NeedsNamespaces
class RestoreProgramIT {

    private static ArchiveBed bed;

    /** A whole segment, not the first. */
    private static String segment;

    @BeforeAll
    static void makeSegments() {
        bed = new ArchiveBed();
        segment = ArchiveBed.SEGMENT;
    }

    @AfterAll
    static void close() {
        bed.close();
    }

    @Test
    void whatIsRestoredIsWholeAndOfItsPlace() throws IOException {
        Path archive = bed.programs().directory("restore");
        Path settings = bed.simple(archive);
        Path target = bed.postgres().data().resolve("pg_wal/RECOVERYXLOG");
        assertEquals(0, bed.programs().archive(settings, segment).exit());
        assertEquals(new Outcome(0, ""), bed.programs().restore(settings, segment));
        assertTrue(ArchivePrograms.same(bed.segmentFile(), target));
        Files.delete(target);
        assertEquals(
                new Outcome(1, ""), bed.programs().restore(settings, "0000000100000000000000AA"));
        assertEquals(new Outcome(1, ""), bed.programs().restore(settings, "00000007.history"));

        Path moved = archive.resolve("000000010000000000000009");
        bed.copy(bed.segmentFile(), moved);
        Outcome wrongPlace = bed.programs().restore(settings, "000000010000000000000009");
        assertEquals(1, wrongPlace.exit());
        assertTrue(wrongPlace.said().contains("another position"), wrongPlace.said());

        try (RandomAccessFile file =
                new RandomAccessFile(archive.resolve(segment).toFile(), "rw")) {
            file.setLength(9_000_000);
        }
        Outcome cut = bed.programs().restore(settings, segment);
        assertEquals(1, cut.exit());
        assertTrue(cut.said().contains("9000000 bytes"), cut.said());
        assertFalse(Files.exists(target));
        Files.writeString(archive.resolve("00000002.history"), "");
        assertEquals(1, bed.programs().restore(settings, "00000002.history").exit());
        assertEquals(List.of(), strays());
    }

    @Test
    void aKilledRestoreLeavesNoPartialTargetAndTheNextOneTidiesUp()
            throws IOException, InterruptedException {
        Path archive = bed.programs().directory("restore-killed");
        Path settings = bed.simple(archive);
        Path target = bed.postgres().data().resolve("pg_wal/RECOVERYXLOG");
        assertEquals(0, bed.programs().archive(settings, segment).exit());
        for (int i = 0; i < 25; i++) {
            Running running =
                    bed.programs().begin("pgha-restore", settings, segment, "pg_wal/RECOVERYXLOG");
            running.process().waitFor(i * 3L, TimeUnit.MILLISECONDS);
            running.process().descendants().forEach(ProcessHandle::destroyForcibly);
            running.process().destroyForcibly();
            bed.programs().finish(running);
            assertTrue(!Files.exists(target) || ArchivePrograms.same(bed.segmentFile(), target));
            Files.deleteIfExists(target);
        }
        assertEquals(0, bed.programs().restore(settings, segment).exit());
        assertTrue(ArchivePrograms.same(bed.segmentFile(), target));
        Files.delete(target);
        assertEquals(List.of(), strays());
    }

    @Test
    void theMirrorIsReadFirstAndTheWriteLocationWhenTheMirrorLags() throws IOException {
        Path write = bed.programs().directory("w");
        Path mirror = bed.programs().directory("r");
        Path settings = bed.programs().settings("wr.env", write, mirror, "off");
        Path target = bed.postgres().data().resolve("pg_wal/RECOVERYXLOG");
        assertEquals(0, bed.programs().archive(settings, segment).exit());
        assertEquals(List.of(), ArchivePrograms.names(mirror));
        assertEquals(new Outcome(0, ""), bed.programs().restore(settings, segment));
        Files.delete(target);
        // What only the mirror has comes from the mirror.
        bed.copy(write.resolve(".pgha-archive"), mirror.resolve(".pgha-archive"));
        Files.move(write.resolve(segment), mirror.resolve(segment));
        assertEquals(new Outcome(0, ""), bed.programs().restore(settings, segment));
        Files.delete(target);
    }

    @Test
    void anArchiveThatDoesNotAnswerEndsInsideTheDeadline() throws IOException {
        Path archive = bed.programs().directory("dead");
        Path settings = bed.simple(archive);
        // Opening a pipe without a writer waits for ever, as a read from a dead network mount does.
        bed.postgres().run("mkfifo", archive.resolve(".pgha-archive").toString());
        Files.writeString(archive.resolve(segment), "x");
        Files.writeString(archive.resolve("00000001.history"), "x");
        Path signal = bed.postgres().data().resolve("standby.signal");
        Files.writeString(signal, "");
        try {
            long begun = System.nanoTime();
            Outcome first = bed.programs().restore(settings, segment);
            assertEquals(1, first.exit());
            assertTrue(first.said().contains("did not answer in 2 s"), first.said());
            // A promotion asks several times in turn: the next ones do not wait again.
            assertEquals(new Outcome(1, ""), bed.programs().restore(settings, segment));
            assertEquals(new Outcome(1, ""), bed.programs().restore(settings, "00000002.history"));
            // PostgreSQL's last question in a promotion comes when the file is gone already.
            Files.delete(signal);
            assertEquals(
                    new Outcome(1, ""),
                    bed.programs()
                            .finish(bed.programs()
                                    .begin(
                                            "pgha-restore",
                                            settings,
                                            "00000001.history",
                                            "pg_wal/RECOVERYHISTORY")));
            System.out.printf(
                    "four restores from a dead archive: %d ms%n",
                    (System.nanoTime() - begun) / 1_000_000);
        } finally {
            Files.deleteIfExists(signal);
        }
    }

    /** To it, "not found" is the end of WAL: it opens there. */
    @Test
    void anArchiveRecoveryIsToldNotFoundOnlyByArchivesThatWereLookedAt() throws IOException {
        Path archive = bed.programs().directory("asked");
        Path settings = bed.simple(archive);
        assertEquals(0, bed.programs().archive(settings, segment).exit());
        Path other = bed.programs().directory("asked-other");
        Path gone = bed.postgres().base().resolve("asked-gone");
        String missing = "0000000100000000000000AA";

        inArchiveRecovery(settings, segment, 0, "");
        inArchiveRecovery(settings, missing, 1, "");
        inArchiveRecovery(settings, "00000002.history", 1, "");
        inArchiveRecovery(bed.simple(gone), missing, 200, "does not exist or cannot be read");
        inArchiveRecovery(bed.simple(other), missing, 200, "was not begun by pgha");
        inArchiveRecovery(gone.resolve("no.env"), missing, 200, "no.env, which says where");
        Path broken = bed.postgres().base().resolve("broken.env");
        Files.writeString(broken, "version=1\narchive=maybe\n");
        inArchiveRecovery(broken, missing, 200, "archive is 'maybe'");
        Path unmounted = bed.programs().settings("unmounted.env", archive, archive, "on");
        inArchiveRecovery(unmounted, missing, 200, "is not mounted");

        Path half = bed.programs().settings("half.env", archive, gone, "off");
        inArchiveRecovery(half, missing, 200, "whether " + gone + " has it,");
        inArchiveRecovery(half, segment, 0, "");
        Path otherHalf = bed.programs().settings("other-half.env", gone, archive, "off");
        inArchiveRecovery(otherHalf, missing, 200, "whether " + gone + " has it,");

        bed.copy(archive.resolve(".pgha-archive"), other.resolve(".pgha-archive"));
        bed.postgres().run("truncate", "-s", "9000000", other.resolve(segment).toString());
        inArchiveRecovery(bed.simple(other), segment, 200, "is of system identifier 0");
        bed.postgres().run("ln", "-s", missing, other.resolve(missing).toString());
        inArchiveRecovery(bed.simple(other), missing, 200, "Too many levels of symbolic links");
        bed.postgres().run("chmod", "000", archive.toString());
        inArchiveRecovery(settings, segment, 200, "Permission denied");
        bed.postgres().run("chmod", "700", archive.toString());
    }

    /** Once as an archive recovery, once as a standby, which PostgreSQL has it be when both files are there. */
    private static void inArchiveRecovery(Path settings, String name, int exit, String said)
            throws IOException {
        Path recovery = bed.postgres().data().resolve("recovery.signal");
        Path standby = bed.postgres().data().resolve("standby.signal");
        try {
            Files.writeString(recovery, "");
            Outcome alone = bed.programs().restore(settings, name);
            assertEquals(exit, alone.exit(), alone.said());
            assertTrue(alone.said().contains(said), alone.said());
            assertEquals(exit == 200, alone.said().contains("PostgreSQL stops"), alone.said());
            Files.writeString(standby, "");
            Outcome both = bed.programs().restore(settings, name);
            assertEquals(exit == 0 ? 0 : 1, both.exit(), both.said());
            assertFalse(both.said().contains("PostgreSQL stops"), both.said());
        } finally {
            Files.delete(recovery);
            Files.deleteIfExists(standby);
            Files.deleteIfExists(bed.postgres().data().resolve("pg_wal/RECOVERYXLOG"));
        }
    }

    @Test
    void aSignalToTheRestoreOfAnArchiveRecoveryIsNotItsEndOfWal() throws IOException {
        Path archive = bed.programs().directory("recovery-signal");
        Path settings = bed.simple(archive);
        bed.postgres().run("mkfifo", archive.resolve(".pgha-archive").toString());
        Path recovery = bed.postgres().data().resolve("recovery.signal");
        Files.writeString(recovery, "");
        try {
            Running running =
                    bed.programs().begin("pgha-restore", settings, segment, "pg_wal/RECOVERYXLOG");
            PgInstance.await(
                    "the program to hang in the archive",
                    () -> running.process().descendants().count() >= 2);
            bed.postgres().signal(running.process().pid(), "TERM");
            assertEquals(200, bed.programs().finish(running).exit());
        } finally {
            Files.delete(recovery);
        }
    }

    @Test
    void aSignalToEitherProgramIsExitCodeOne() throws IOException {
        Path archive = bed.programs().directory("signal");
        Path settings = bed.simple(archive);
        bed.postgres().run("mkfifo", archive.resolve(".pgha-archive").toString());
        bed.copy(bed.segmentFile(), archive.resolve(segment));
        for (String signal : List.of("TERM", "INT", "QUIT", "HUP")) {
            // One after the other: neither hangs for ever.
            for (List<String> program : List.of(
                    List.of("pgha-archive", "pg_wal/" + segment, segment),
                    List.of("pgha-restore", segment, "pg_wal/RECOVERYXLOG"))) {
                Running running = bed.programs()
                        .begin(program.get(0), settings, program.get(1), program.get(2));
                PgInstance.await(
                        "the program to hang in the archive",
                        () -> running.process().descendants().count() >= 2);
                bed.postgres().signal(running.process().pid(), signal);
                assertEquals(1, bed.programs().finish(running).exit(), signal);
            }
        }
    }

    private static List<String> strays() throws IOException {
        try (Stream<Path> entries = Files.list(bed.postgres().data().resolve("pg_wal"))) {
            return entries.map(e -> String.valueOf(e.getFileName()))
                    .filter(n -> n.startsWith(".pgha"))
                    .toList();
        }
    }
}
