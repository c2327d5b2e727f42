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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** pgha-archive against real segments of one running primary, on good days and bad ones. */
@Tag("netns")
@NeedsNamespaces
class ArchiveProgramIT {

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
    void theSameContentTwiceIsASuccessAndOtherContentIsNever() throws IOException {
        Path archive = bed.programs().directory("twice");
        Path settings = bed.simple(archive);
        assertEquals(new Outcome(0, ""), bed.programs().archive(settings, segment));
        assertTrue(ArchivePrograms.same(bed.segmentFile(), archive.resolve(segment)));
        assertEquals(new Outcome(0, ""), bed.programs().archive(settings, segment));
        Path other = bed.otherContent("twice-other", 8_000_000);
        Outcome refused = bed.programs().archive(settings, other, segment);
        assertEquals(1, refused.exit());
        assertTrue(refused.said().contains("exists with other content"), refused.said());
        assertTrue(ArchivePrograms.same(bed.segmentFile(), archive.resolve(segment)));
        assertEquals(List.of(segment), ArchivePrograms.names(archive));
    }

    @Test
    void killedAtAnyMomentItLeavesNoWrongSegment() throws InterruptedException, IOException {
        Path archive = bed.programs().directory("killed");
        Path settings = bed.simple(archive);
        int whole = 0;
        for (int i = 0; i < 40; i++) {
            Running running =
                    bed.programs().begin("pgha-archive", settings, "pg_wal/" + segment, segment);
            running.process().waitFor(i * 4L, TimeUnit.MILLISECONDS);
            // Every second time only the outer process dies, and what it started goes on without
            // it.
            if (i % 2 == 0) {
                running.process().descendants().forEach(ProcessHandle::destroyForcibly);
            }
            running.process().destroyForcibly();
            bed.programs().finish(running);
            Path target = archive.resolve(segment);
            if (Files.exists(target)) {
                whole++;
                assertTrue(ArchivePrograms.same(bed.segmentFile(), target), "kill " + i);
            }
            if (i % 4 == 3) {
                Files.deleteIfExists(target);
            }
        }
        assertEquals(new Outcome(0, ""), bed.programs().archive(settings, segment));
        assertTrue(ArchivePrograms.same(bed.segmentFile(), archive.resolve(segment)));
        System.out.println(
                "killed 40 times: " + whole + " times the segment was whole, else absent");
    }

    @Test
    void ofRacingArchiversWithTheSameContentAllSucceed() {
        Path archive = bed.programs().directory("race");
        Path settings = bed.simple(archive);
        for (int round = 0; round < 3; round++) {
            List<Running> racers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                racers.add(bed.programs()
                        .begin("pgha-archive", settings, "pg_wal/" + segment, segment));
            }
            for (Running racer : racers) {
                Outcome outcome = bed.programs().finish(racer);
                assertEquals(0, outcome.exit(), outcome.said());
            }
            assertEquals(List.of(segment), ArchivePrograms.names(archive));
            assertTrue(ArchivePrograms.same(bed.segmentFile(), archive.resolve(segment)));
            bed.postgres().run("rm", archive.resolve(segment).toString());
        }
    }

    @Test
    void ofRacingArchiversWithDifferentContentExactlyOneSucceeds() throws IOException {
        Path archive = bed.programs().directory("race-different");
        Path settings = bed.simple(archive);
        assertEquals(
                0, bed.programs().archive(settings, "000000010000000000000001").exit());
        List<Running> racers = new ArrayList<>();
        List<Path> contents = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Path content = bed.otherContent("race-" + i, 1_000_000 + i);
            contents.add(content);
            racers.add(bed.programs().begin("pgha-archive", settings, content.toString(), segment));
        }
        int succeeded = 0;
        for (int i = 0; i < 4; i++) {
            if (bed.programs().finish(racers.get(i)).exit() == 0) {
                succeeded++;
                assertTrue(ArchivePrograms.same(contents.get(i), archive.resolve(segment)));
            }
        }
        assertEquals(1, succeeded);
    }

    @Test
    void theRoleIsWhatPgControlSaysAndOnlyAPrimaryWrites() throws IOException {
        // DBState of pg_control.h: 1 shut down, 3 shutting down, 6 in production; 0, 2, 4, 5 start
        // or recover.
        for (int state = 0; state <= 6; state++) {
            boolean primary = state == 1 || state == 3 || state == 6;
            Path archive = bed.programs().directory("role-" + state);
            Path settings = bed.simple(archive);
            Outcome outcome = bed.programs()
                    .archiveIn(bed.fakeData("role-data-" + state, state), settings, segment);
            assertEquals(primary ? 0 : 1, outcome.exit(), state + ": " + outcome.said());
            assertEquals(primary, Files.exists(archive.resolve(segment)), "state " + state);
            assertEquals(primary, Files.exists(archive.resolve(".pgha-archive")), "state " + state);
        }
    }

    @Test
    void aStandbyDoesNotFillItsDiskForAPrimaryThatCannotArchive() throws IOException {
        Path archive = bed.programs().directory("backlog");
        Path settings = bed.simple(archive);
        Path data = bed.fakeData("backlog-data", 5);
        Path waiting = Files.createDirectories(data.resolve("pg_wal/archive_status"));
        for (int i = 0; i < 256; i++) {
            Files.writeString(waiting.resolve(String.format("0000000100000000%08X.ready", i)), "");
        }
        Outcome kept = bed.programs().archiveIn(data, settings, segment);
        assertEquals(1, kept.exit(), kept.said());
        Files.writeString(waiting.resolve("000000010000000100000000.ready"), "");
        Outcome gone = bed.programs().archiveIn(data, settings, segment);
        assertEquals(0, gone.exit(), gone.said());
        assertTrue(gone.said().contains("let go without being archived"), gone.said());
        assertEquals(List.of(), ArchivePrograms.names(archive));
        // A history file is announced moments before the promotion is complete; it is never let go.
        Files.writeString(data.resolve("pg_wal/00000002.history"), "1\t0/3000000\tno reason\n");
        assertEquals(
                1, bed.programs().archiveIn(data, settings, "00000002.history").exit());
    }

    @Test
    void aLocationThatIsNotMountedIsRefusedAndAMountedOneTaken() {
        Path archive = bed.programs().directory("mount");
        Path settings = bed.programs().settings("mount.env", archive, archive, "on");
        Outcome unmounted = bed.programs().archive(settings, segment);
        assertEquals(1, unmounted.exit());
        assertTrue(unmounted.said().contains("is not mounted"), unmounted.said());
        assertEquals(List.of(), ArchivePrograms.names(archive));
        try (Mount mounted = Mount.tmpfs(archive, "64m")) {
            assertEquals(new Outcome(0, ""), bed.programs().archive(settings, segment));
            assertTrue(ArchivePrograms.same(bed.segmentFile(), mounted.where().resolve(segment)));
        }
        Outcome gone = bed.programs().restore(settings, segment);
        assertEquals(1, gone.exit());
        assertTrue(gone.said().contains("is not mounted"), gone.said());
    }

    @Test
    void aFullArchiveLeavesNothingHalfAndWorksAgainWhenThereIsRoom() throws IOException {
        Path archive = bed.programs().directory("full");
        Path settings = bed.programs().settings("full.env", archive, archive, "on");
        try (Mount mounted = Mount.tmpfs(archive, "24m")) {
            assertEquals(new Outcome(0, ""), bed.programs().archive(settings, segment));
            Outcome full = bed.programs().archive(settings, "000000010000000000000001");
            assertEquals(1, full.exit());
            assertTrue(full.said().contains("No space left"), full.said());
            assertEquals(List.of(segment), ArchivePrograms.names(archive));
            Files.delete(mounted.where().resolve(segment));
            assertEquals(
                    new Outcome(0, ""),
                    bed.programs().archive(settings, "000000010000000000000001"));
        }
    }

    @Test
    void aForeignDirectoryIsNotTouched() throws IOException {
        Path archive = bed.programs().directory("foreign");
        Files.writeString(archive.resolve("archive.info"), "[backrest]\n");
        Path settings = bed.simple(archive);
        Outcome refused = bed.programs().archive(settings, segment);
        assertEquals(1, refused.exit());
        assertTrue(refused.said().contains("was not begun by pgha"), refused.said());
        bed.copy(bed.segmentFile(), archive.resolve(segment));
        Outcome restore = bed.programs().restore(settings, segment);
        assertEquals(1, restore.exit());
        assertTrue(restore.said().contains("was not begun by pgha"), restore.said());
        assertEquals(List.of(segment, "archive.info"), ArchivePrograms.names(archive));
        assertFalse(Files.exists(archive.resolve(".pgha-archive")));
    }

    @Test
    void theArchiveOfAnotherClusterIsNotTouched() throws IOException {
        Path archive = bed.programs().directory("another");
        Files.writeString(archive.resolve(".pgha-archive"), "version=1\nsystem_identifier=12345\n");
        Path settings = bed.simple(archive);
        Outcome refused = bed.programs().archive(settings, segment);
        assertEquals(1, refused.exit());
        assertTrue(refused.said().contains("system identifier 12345"), refused.said());
        assertEquals(List.of(), ArchivePrograms.names(archive));
        bed.copy(bed.segmentFile(), archive.resolve(segment));
        assertEquals(1, bed.programs().restore(settings, segment).exit());
    }

    @Test
    void theExitCodeIsOneWhateverIsMissing() throws IOException {
        Path archive = bed.programs().directory("missing");
        Path settings = bed.simple(archive);
        Outcome off = bed.programs().archive(Path.of("/nonexistent/archive.env"), segment);
        assertEquals(1, off.exit());
        assertTrue(off.said().contains("no archive is configured"), off.said());
        assertEquals(
                new Outcome(1, ""), bed.programs().restore(Path.of("/nonexistent/x.env"), segment));
        assertEquals(1, bed.programs().archive(settings, "../../etc/passwd").exit());
        assertEquals(
                1, bed.programs().archive(settings, "000000010000000000000077").exit());
        Path elsewhere = bed.programs()
                .settings("elsewhere.env", Path.of("/nonexistent"), Path.of("/nonexistent"), "off");
        assertEquals(1, bed.programs().archive(elsewhere, segment).exit());
        assertEquals(1, bed.programs().restore(elsewhere, segment).exit());
        Path strange = bed.postgres().base().resolve("strange.env");
        Files.writeString(strange, "version=1\narchive=on\nwrite=$(touch /tmp/x)\n");
        Outcome refused = bed.programs().archive(strange, segment);
        assertEquals(1, refused.exit());
        assertTrue(refused.said().contains("not an absolute path"), refused.said());
    }

    @Test
    void itCostsLittleMoreThanACopy() throws IOException {
        Path archive = bed.programs().directory("speed");
        Path settings = bed.simple(archive);
        Path plain = bed.programs().directory("plain");
        List<Long> ours = new ArrayList<>();
        List<Long> floor = new ArrayList<>();
        List<Long> missing = new ArrayList<>();
        String copy = "cp pg_wal/" + segment + " " + plain.resolve("f") + " && sync "
                + plain.resolve("f") + " && sync " + plain;
        for (int i = 0; i < 11; i++) {
            Files.deleteIfExists(plain.resolve("f"));
            Files.deleteIfExists(archive.resolve(segment));
            floor.add(time(List.of("sh", "-c", "cd " + bed.postgres().data() + " && " + copy)));
            long begun = System.nanoTime();
            assertEquals(0, bed.programs().archive(settings, segment).exit());
            ours.add((System.nanoTime() - begun) / 1000);
            begun = System.nanoTime();
            bed.programs().restore(settings, "0000000100000000000000AA");
            missing.add((System.nanoTime() - begun) / 1000);
        }
        System.out.printf(
                "16 MB: copy and sync %.1f ms, pgha-archive %.1f ms, pgha-restore not found %.1f ms"
                        + " (medians of 11)%n",
                median(floor), median(ours), median(missing));
    }

    private static long time(List<String> argv) {
        long begun = System.nanoTime();
        bed.postgres().run(argv.toArray(String[]::new));
        return (System.nanoTime() - begun) / 1000;
    }

    private static double median(List<Long> micros) {
        return micros.stream().sorted().toList().get(micros.size() / 2) / 1000.0;
    }
}
