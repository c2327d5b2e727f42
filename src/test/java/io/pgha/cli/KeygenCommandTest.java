package io.pgha.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.NodeId;
import io.pgha.peer.PairKey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code pgha keygen}: one thing at a time, and what it prints to be typed next is about the file that was worked on. */
class KeygenCommandTest {

    /** As far as the sentence goes on behind it. */
    private static final Pattern PRINTED = Pattern.compile("pgha (keygen( \\S*[^\\s.,:;])*)");

    @TempDir
    private Path directory = Path.of("");

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Path file() {
        return directory.resolve("other.key");
    }

    private int run(String... arguments) {
        err.reset();
        Terminal terminal = new Terminal(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Optional.empty());
        return Pgha.run(arguments, terminal, settings -> 42);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private void keygen(int code, String options) {
        assertEquals(code, run(("keygen " + file() + options).split(" ", -1)), this::err);
    }

    private List<String> generations() throws Exception {
        return PairKey.read(file(), new NodeId("a"), new NodeId("b")).generationIds();
    }

    /** Runs what was printed to be typed, the one that has this in it. */
    private void typePrinted(String part) {
        Matcher printed = PRINTED.matcher(err());
        while (printed.find()) {
            String command = String.valueOf(printed.group(1));
            if (command.contains(part)) {
                assertTrue(command.contains(file().toString()), command);
                assertEquals(0, run(command.split(" ", -1)), this::err);
                return;
            }
        }
        throw new AssertionError("nothing to type with " + part + " in: " + err());
    }

    @Test
    void thePrintedCommandsWorkOnTheSameFileAsTheyStand() throws Exception {
        keygen(0, " --nodes a,b --witness w");
        List<String> first = generations();
        keygen(1, " --nodes a,b --witness w");
        typePrinted("--rotate");
        assertEquals(2, generations().size());
        assertEquals(first.get(0), generations().get(0));
        keygen(1, " --rotate");
        typePrinted("--retire");
        assertEquals(1, generations().size());
        keygen(1, " --nodes a,b --witness w");
        List<String> second = generations();
        typePrinted("--force");
        assertFalse(second.equals(generations()));
    }

    @Test
    void aWitnessCopyThatIsThereIsReplacedByThePrintedCommandWithoutTouchingTheKeys()
            throws Exception {
        Path copy = directory.resolve("copy.key");
        keygen(0, " --nodes a,b --for-witness " + copy);
        keygen(1, " --rotate --for-witness " + copy);
        byte[] keys = Files.readAllBytes(file());
        byte[] before = Files.readAllBytes(copy);

        typePrinted("--for-witness");

        assertArrayEquals(keys, Files.readAllBytes(file()));
        assertFalse(java.util.Arrays.equals(before, Files.readAllBytes(copy)));
    }

    @Test
    void whatExcludesEachOtherIsRefusedAndChangesNothing() throws Exception {
        keygen(0, " --nodes a,b");
        byte[] before = Files.readAllBytes(file());
        String copy = directory.resolve("copy.key").toString();

        for (String both : List.of(
                " --rotate --retire",
                " --rotate --nodes a,b",
                " --retire --nodes a,b",
                " --nodes a,b,c",
                " --nodes a --for-witness " + copy,
                " --rotate --witness w",
                " --witness w --for-witness " + copy,
                " --rotate --force",
                " --retire --force")) {
            keygen(2, both);
            assertTrue(err().contains("--nodes"), both + ": " + err());
            assertArrayEquals(before, Files.readAllBytes(file()), both);
        }
        assertFalse(Files.exists(Path.of(copy)));
    }
}
