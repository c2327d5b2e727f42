package io.pgha.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.engine.Journal.JournalDamaged;
import io.pgha.model.CedeAnswer;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.ReleaseToken;
import io.pgha.plan.Plan;
import io.pgha.plan.Workflows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/** The journal's promise: what was acknowledged is there after a crash, what was not is not guessed. */
final class FileJournalTest {

    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");

    @TempDir
    private Path dir;

    private static List<Fact> story() {
        Workflows workflows = new Workflows(A, B, true, false);
        Plan release = workflows.release("r1", new Epoch(4), false, "handed back");
        Plan from =
                workflows.initializeFrom("i1", Path.of("/tmp/x.tar"), new Epoch(6), "from file");
        return List.of(
                new Fact.Booted("boot-1"),
                new Fact.Became(NodeState.PRIMARY, new Epoch(4), A, "promoted"),
                new Fact.FailuresNoted(2, "now"),
                new Fact.PlanBegun(release),
                new Fact.StepReached("r1", 3),
                new Fact.StandbyAsked("r1"),
                new Fact.TokenIssued(
                        new ReleaseToken("r1", "7", new Epoch(4), B, Lsn.parse("0/3000028"), 2)),
                new Fact.CedeAnswered(new CedeAnswer("c1", false, "lag")),
                new Fact.HoldPlaced("maintenance"),
                new Fact.PlanEnded("r1", true, "release done"),
                new Fact.PlanBegun(from));
    }

    private static Optional<String> append(FileJournal journal, List<Fact> facts) throws Exception {
        CompletableFuture<Optional<String>> done = new CompletableFuture<>();
        journal.append(facts, done::complete);
        return done.get(5, TimeUnit.SECONDS);
    }

    private static Memory fold(List<Fact> facts) {
        Memory memory = Memory.BLANK;
        for (Fact fact : facts) {
            memory = memory.with(fact);
        }
        return memory;
    }

    private void write(List<Fact> facts) throws Exception {
        try (FileJournal journal = FileJournal.open(dir)) {
            assertEquals(Optional.empty(), append(journal, facts));
        }
    }

    private Memory reopen() throws IOException, JournalDamaged {
        try (FileJournal journal = FileJournal.open(dir)) {
            return journal.replay();
        }
    }

    @Test
    void replayEqualsMemoryAtEveryPrefix() throws Exception {
        List<Fact> story = story();
        for (int n = 0; n < story.size(); n++) {
            write(story.subList(n, n + 1));

            assertEquals(fold(story.subList(0, n + 1)), reopen());
        }
    }

    @Test
    void aSnapshotIsTheSameMemory() throws Exception {
        write(List.of(new Fact.Snapshot(fold(story()))));

        assertEquals(fold(story()), reopen());
    }

    @Test
    void aTornLastLineIsForgottenAtEveryCut() throws Exception {
        write(story().subList(0, 3));
        byte[] whole = Files.readAllBytes(dir.resolve("journal"));
        int lastLine = new String(whole, java.nio.charset.StandardCharsets.UTF_8)
                        .lastIndexOf('\n', whole.length - 2)
                + 1;

        for (int cut = lastLine; cut < whole.length; cut++) {
            Files.write(dir.resolve("journal"), java.util.Arrays.copyOf(whole, cut));
            assertEquals(fold(story().subList(0, 2)), reopen(), "cut at " + cut);
        }
    }

    @Test
    void aChangedLineInTheMiddleIsNeverGuessed() throws Exception {
        write(story());
        Path file = dir.resolve("journal");
        String text = Files.readString(file).replaceFirst("promoted", "demoted!");
        Files.writeString(file, text);

        JournalDamaged damaged = assertThrows(JournalDamaged.class, this::reopen);

        assertTrue(String.valueOf(damaged.getMessage()).contains("line 3"), damaged.getMessage());
        assertEquals(text, Files.readString(file));
    }

    @Test
    void aMissingLineIsNoticed() throws Exception {
        write(story());
        Path file = dir.resolve("journal");
        List<String> lines = Files.readAllLines(file);
        lines.remove(4);
        Files.write(file, lines);

        assertThrows(JournalDamaged.class, this::reopen);
    }

    /** With a right checksum, as the program writes it: a whole line was acknowledged, whatever it says. */
    private String line(long number, String json) {
        String body = number + " " + json;
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x %s\n", crc.getValue(), body);
    }

    private String refusalWith(String lastLine) throws Exception {
        write(story().subList(0, 3));
        Path file = dir.resolve("journal");
        Files.writeString(file, lastLine, StandardOpenOption.APPEND);
        byte[] before = Files.readAllBytes(file);

        JournalDamaged damaged = assertThrows(JournalDamaged.class, this::reopen);

        assertArrayEquals(before, Files.readAllBytes(file));
        String words = String.valueOf(damaged.getMessage());
        assertTrue(words.contains(file + " ") && words.contains("line 5"), words);
        return words;
    }

    @Test
    void aLastLineOfAnotherVersionIsNotTornAndStays() throws Exception {
        String words = refusalWith(line(4, "{\"kind\":\"VoteOfALaterVersion\",\"epoch\":9}"));

        assertTrue(words.contains("VoteOfALaterVersion"), words);
        assertTrue(words.contains("Install the version that ran on this node before"), words);
    }

    @Test
    void aLastLineThatLacksWhatThisVersionNeedsIsNotTornAndStays() throws Exception {
        String words = refusalWith(line(4, "{\"kind\":\"HoldPlaced\"}"));

        assertTrue(words.contains("Install the version that ran on this node before"), words);
    }

    @Test
    void aWholeLastLineOutOfPlaceIsNotTornAndStays() throws Exception {
        String words = refusalWith(line(3, "{\"kind\":\"HoldPlaced\",\"why\":\"x\"}"));

        assertTrue(words.contains("line number 4 expected"), words);
    }

    @Test
    void aLastLineWithAWrongChecksumIsTorn() throws Exception {
        write(story().subList(0, 3));
        Files.writeString(
                dir.resolve("journal"),
                line(4, "{\"kind\":\"HoldPlaced\",\"why\":\"x\"}").replace("x", "y"),
                StandardOpenOption.APPEND);

        assertEquals(fold(story().subList(0, 3)), reopen());
    }

    @Test
    void aForeignFileIsRefused() throws Exception {
        Files.writeString(dir.resolve("journal"), "something else\n");

        assertThrows(JournalDamaged.class, this::reopen);
    }

    @Test
    void twoDaemonsNeverShareAStateDirectory() throws Exception {
        try (FileJournal held = FileJournal.open(dir)) {
            IOException refused = assertThrows(IOException.class, () -> FileJournal.open(dir));

            assertTrue(
                    String.valueOf(refused.getMessage()).contains("another pgha daemon"),
                    refused.getMessage());
            assertEquals(Memory.BLANK, held.replay());
        }
    }

    @Test
    void whoGetsHoldOfAJournalThatIsCompactedWritesIntoTheFileThatStays() throws Exception {
        for (int round = 0; round < 10; round++) {
            makeLarge();
            List<CompletableFuture<Boolean>> both = List.of(
                    CompletableFuture.supplyAsync(() -> writesWhatStays("one")),
                    CompletableFuture.supplyAsync(() -> writesWhatStays("two")));
            for (CompletableFuture<Boolean> daemon : both) {
                assertTrue(daemon.get(20, TimeUnit.SECONDS));
            }
        }
    }

    /** Tries until it has the journal. */
    private boolean writesWhatStays(String daemon) {
        while (true) {
            try (FileJournal held = FileJournal.open(dir)) {
                append(held, List.of(new Fact.FailuresNoted(3, daemon)));
                return Files.readString(dir.resolve("journal")).contains(daemon);
            } catch (IOException heldByTheOther) {
                Thread.onSpinWait();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private void makeLarge() throws Exception {
        write(story());
        String line = Files.readAllLines(dir.resolve("journal")).get(3);
        try (FileJournal journal = FileJournal.open(dir)) {
            for (int i = 0; i < 2 * (1 << 20) / line.length(); i += 500) {
                append(
                        journal,
                        java.util.Collections.nCopies(500, new Fact.FailuresNoted(2, "now")));
            }
        }
    }

    @Test
    void aLargeJournalIsCompactedWithoutLosingAnything() throws Exception {
        makeLarge();

        assertEquals(fold(story()).with(new Fact.FailuresNoted(2, "now")), reopen());
        assertTrue(Files.size(dir.resolve("journal")) < 100_000);
        Files.write(dir.resolve("journal"), new byte[0], StandardOpenOption.APPEND);
        assertEquals(fold(story()), reopen());
    }
}
