package io.pgha.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.NodeId;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

class PairKeyTest {

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static Path original;

    @BeforeAll
    static void makeOne() throws PairKeyException {
        original = Keys.pair(shared.resolve("pair.key"));
    }

    @Test
    void aNewPairIsOnePrivateFileForBothNodes() throws Exception {
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(original)));
        assertEquals(Keys.B, Keys.ofA(original).peer());
        assertEquals(Keys.A, Keys.ofB(original).peer());
        try (Stream<Path> left = Files.list(shared)) {
            assertEquals(List.of(original), left.toList());
        }
    }

    @Test
    void theFileSurvivesReadingAndWritingAgain() throws Exception {
        List<Generation> generations = PairKey.load(original);

        assertEquals(Files.readString(original), PairFile.format(generations));
    }

    @Test
    void anExistingFileIsOnlyReplacedOnRequest() throws Exception {
        Path file = copy();
        String words = complaint(
                () -> Keys.keygen().create(file, Keys.A, Keys.B, Keys.NOW, Keygen.Existing.REFUSE));
        assertTrue(words.contains("pgha keygen " + file + " --rotate"), words);
        assertTrue(words.contains("pgha keygen " + file + " --nodes a,b --force"), words);
        assertEquals(Files.readString(original), Files.readString(file));

        Keys.keygen().create(file, Keys.A, Keys.B, Keys.NOW, Keygen.Existing.REPLACE);

        assertFalse(Files.readString(original).equals(Files.readString(file)));
        assertEquals(1, Keys.ofA(file).generationIds().size());
    }

    @Test
    void aRotationKeepsTheOldGenerationUntilItIsRetired() throws Exception {
        Path file = copy();
        String first = Keys.ofA(file).generationIds().get(0);

        Keys.keygen().rotate(file, Keys.NOW);
        List<String> both = Keys.ofA(file).generationIds();
        String again = complaint(() -> Keys.keygen().rotate(file, Keys.NOW));
        Keys.keygen().retire(file);

        assertEquals(first, both.get(0));
        assertEquals(2, both.size());
        assertTrue(again.contains("pgha keygen " + file + " --retire"), again);
        assertEquals(List.of(both.get(1)), Keys.ofA(file).generationIds());
        assertTrue(complaint(() -> Keys.keygen().retire(file)).contains("nothing to retire"));
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws Exception {
        for (String mode : List.of("rw-r-----", "rw----r--", "rw--w----")) {
            Path file = copy();
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            String words = complaint(() -> Keys.ofA(file));
            assertTrue(words.contains(mode) && words.contains("chmod 600 " + file), words);
        }
    }

    @Test
    void aMissingFileADirectoryAndAForeignFileEachHaveTheirWords() throws Exception {
        assertTrue(complaint(() -> Keys.ofA(directory.resolve("none")))
                .contains("there is no pair key"));
        Path folder = Files.createDirectory(
                directory.resolve("d"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertTrue(complaint(() -> Keys.ofA(folder)).contains("not a file made by"));
        String words = complaint(() -> PairKey.read(original, Keys.A, new NodeId("c")));
        assertTrue(words.contains("is for 'a' and 'b', not for 'c'"), words);
        assertTrue(words.contains("pgha keygen " + original + " --nodes a,c --force"), words);
    }

    @Test
    void aDamagedFileIsNoticedWhereverTheDamageIs() throws Exception {
        String text = Files.readString(original);
        String oneLineLess = text.replaceFirst("(?m)^[A-Za-z0-9+/]{64}\n", "");
        for (String damaged : List.of(
                "",
                "garbage",
                text.substring(0, text.length() / 2),
                text.replace("# check", "# chick"),
                text.substring(0, text.length() - 5),
                oneLineLess,
                text.replaceFirst("(?s)-----BEGIN PRIVATE KEY.*?END PRIVATE KEY-----", ""))) {
            Path file = copy();
            Files.writeString(file, damaged);
            assertTrue(complaint(() -> Keys.ofA(file)).contains("is damaged"), damaged);
        }
    }

    @Test
    void aPairNeedsTwoNamesAndADirectoryThatExists() throws Exception {
        Keygen keygen = Keys.keygen();
        assertTrue(complaint(() -> keygen.create(
                        directory.resolve("k"), Keys.A, Keys.A, Keys.NOW, Keygen.Existing.REFUSE))
                .contains("two names"));
        assertTrue(
                complaint(() -> Keys.pair(directory.resolve("no/such/k"))).contains("cannot make"));
    }

    @Test
    void aFailingKeytoolIsQuotedAndLeavesNothingBehind() throws Exception {
        Keygen broken = new Keygen(Path.of("/bin/false"), Keygen.VALIDITY);
        String words = complaint(() -> broken.create(
                directory.resolve("k"), Keys.A, Keys.B, Keys.NOW, Keygen.Existing.REFUSE));
        assertTrue(words.contains("/bin/false exited 1"), words);
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void theExpiryIsShownAndWarnedAboutFromSixtyDaysBefore() throws Exception {
        PairKey pair = Keys.ofA(original);
        Duration left = pair.expiresIn(Keys.NOW);

        assertEquals(Keygen.VALIDITY, left);
        assertTrue(pair.warning(Keys.NOW).isEmpty());
        assertTrue(pair.warning(Keys.NOW.plus(left).minus(Duration.ofDays(61))).isEmpty());
        assertTrue(pair.warning(Keys.NOW.plus(left).minus(Duration.ofDays(59)))
                .orElse("")
                .contains("expires in 59 days"));
        assertTrue(pair.warning(Keys.NOW.plus(left))
                .orElse("")
                .contains("pgha keygen " + original + " --rotate"));
        assertTrue(pair.warning(Keys.NOW.plus(left).plus(Duration.ofDays(3)))
                .orElse("")
                .contains("expired 3 days ago"));
    }

    private Path copy() throws IOException {
        Path file = Files.createTempFile(directory, "pair", ".key");
        Files.write(file, Files.readAllBytes(original));
        return file;
    }

    private interface Attempt {
        void run() throws PairKeyException;
    }

    private static String complaint(Attempt attempt) {
        return String.valueOf(assertThrows(PairKeyException.class, attempt::run).getMessage());
    }
}
