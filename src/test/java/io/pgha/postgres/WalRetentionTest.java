package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.config.Settings.ArchiveSettings;
import io.pgha.model.Lsn;
import io.pgha.model.PostgresView;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

class WalRetentionTest {

    private static final long MB = 1L << 20;

    private static final Duration PATIENT = Duration.ofSeconds(20);

    @TempDir
    Path archive;

    @Test
    void oldSegmentsGoAndEverythingElseStays() throws IOException {
        mark("77");
        segment(1, 30);
        segment(2, 29);
        segment(3, 1);
        file("00000002.history", 900);
        file("notes.txt", 900);
        file(".pgha-tmp.000000010000000000000009.host.1.2", 3);
        file(".pgha-tmp.000000010000000000000009.host.3.4", 0);
        RetentionDecision decision = retention(PATIENT).run(view("77", false));
        assertEquals(2, decision.delete().size(), decision.sentence());
        assertFalse(Files.exists(archive.resolve(name(1))));
        assertFalse(Files.exists(archive.resolve(name(2))));
        assertTrue(Files.exists(archive.resolve(name(3))));
        assertTrue(Files.exists(archive.resolve("00000002.history")));
        assertTrue(Files.exists(archive.resolve("notes.txt")));
        assertFalse(Files.exists(archive.resolve(".pgha-tmp.000000010000000000000009.host.1.2")));
        assertTrue(Files.exists(archive.resolve(".pgha-tmp.000000010000000000000009.host.3.4")));
    }

    @Test
    void aBackupLabelledByPghaHoldsNothing() throws IOException {
        mark("77");
        segment(1, 30);
        segment(2, 29);
        segment(3, 1);
        String real = name(2) + ".00000028.backup";
        Files.writeString(archive.resolve(real), "LABEL: nightly\n");
        String clone = name(1) + ".00000028.backup";
        Files.writeString(archive.resolve(clone), "LABEL: pgha 7f\n");
        assertEquals(
                List.of(name(1)),
                retention(PATIENT).run(view("77", false)).delete().stream()
                        .map(ArchivedFile::name)
                        .toList());
    }

    @Test
    void withoutOurMarkerOrWithAnotherSystemNothingIsDeleted() throws IOException {
        segment(1, 30);
        segment(2, 1);
        RetentionDecision unmarked = retention(PATIENT).run(view("77", false));
        assertTrue(unmarked.sentence().contains("has no .pgha-archive"), unmarked.sentence());
        mark("78");
        RetentionDecision other = retention(PATIENT).run(view("77", false));
        assertTrue(other.sentence().contains("belongs to another cluster"), other.sentence());
        assertTrue(Files.exists(archive.resolve(name(1))));
    }

    @Test
    void aStandbyDeletesNothing() throws IOException {
        mark("77");
        segment(1, 30);
        segment(2, 1);
        assertEquals(List.of(), retention(PATIENT).run(view("77", true)).delete());
        assertTrue(Files.exists(archive.resolve(name(1))));
    }

    @Test
    void anArchiveThatDoesNotAnswerIsLeftAloneAtTheDeadline()
            throws IOException, InterruptedException {
        // Opening a pipe without a writer waits for ever, as a read from a dead network mount does.
        Process pipe =
                new ProcessBuilder("mkfifo", archive.resolve(".pgha-archive").toString()).start();
        assertEquals(0, pipe.waitFor());
        WalRetention impatient = retention(Duration.ofMillis(200));
        String first = impatient.run(view("77", false)).sentence();
        assertTrue(first.contains("did not answer"), first);
        String second = impatient.run(view("77", false)).sentence();
        assertTrue(second.contains("still does not answer"), second);
        // Lets the stuck thread go.
        Files.writeString(archive.resolve(".pgha-archive"), "x\n");
    }

    private WalRetention retention(Duration deadline) {
        return new WalRetention(settings(archive), deadline);
    }

    private static ArchiveSettings settings(Path where) {
        return new ArchiveSettings(where, where, false, Duration.ofDays(7), 0, 0);
    }

    private void mark(String systemId) throws IOException {
        Files.writeString(
                archive.resolve(".pgha-archive"),
                "version=1\nsystem_identifier=" + systemId + "\n");
    }

    private void segment(int number, int days) throws IOException {
        try (RandomAccessFile sparse =
                new RandomAccessFile(archive.resolve(name(number)).toFile(), "rw")) {
            sparse.setLength(MB);
        }
        age(archive.resolve(name(number)), days);
    }

    private void file(String name, int days) throws IOException {
        Files.writeString(archive.resolve(name), "x");
        age(archive.resolve(name), days);
    }

    private static void age(Path file, int days) throws IOException {
        FileTime written = Files.getLastModifiedTime(file);
        Files.setLastModifiedTime(
                file,
                FileTime.fromMillis(written.toMillis() - Duration.ofDays(days).toMillis()));
    }

    private static String name(int number) {
        return String.format("0000000100000000%08X", number);
    }

    private static PostgresView view(String systemId, boolean inRecovery) {
        return new PostgresView(
                inRecovery,
                150000,
                systemId,
                1,
                new Lsn(100 * MB),
                new Lsn(100 * MB),
                false,
                Optional.empty(),
                List.of(),
                List.of(),
                0,
                List.of());
    }
}
