package io.pgha.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.ZipFile;

/** What is in the file that is given away, and what is not. */
class SupportBundleTest {

    @TempDir
    Path directory;

    static Map<String, String> unpacked(Path file) throws IOException {
        Map<String, String> pieces = new TreeMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            zip.stream().forEach(entry -> {
                try {
                    pieces.put(
                            entry.getName(),
                            new String(
                                    zip.getInputStream(entry).readAllBytes(),
                                    StandardCharsets.UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return pieces;
    }

    @Test
    void aPieceThatFailsSaysWhatWasTriedAndWhatCameBack() throws IOException {
        Path file = directory.resolve("b.zip");
        try (SupportBundle bundle = SupportBundle.create(file, UnaryOperator.identity())) {
            bundle.run("program.txt", List.of("no-such-program", "--at-all"));
            bundle.run("exit.txt", List.of("sh", "-c", "echo said; echo why >&2; exit 3"));
            bundle.add("file.txt", () -> {
                throw new NoSuchFileException("/nowhere");
            });

            assertEquals(2, bundle.finish("words"));
        }

        Map<String, String> pieces = unpacked(file);
        assertTrue(pieces.getOrDefault("program.txt", "no such piece")
                .startsWith("not known: no-such-program --at-all"));
        assertTrue(pieces.getOrDefault("file.txt", "no such piece").contains("/nowhere"));
        assertTrue(
                pieces.getOrDefault("exit.txt", "no such piece")
                        .endsWith("said\n--- complaints\nwhy\n--- exit code 3\n"),
                pieces::toString);
        assertTrue(
                pieces.getOrDefault("MANIFEST.txt", "no such piece")
                        .startsWith("words\nNOT KNOWN  program.txt, "),
                pieces::toString);
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void aFileThatIsThereIsNotReplaced() throws IOException {
        Path file = Files.writeString(directory.resolve("b.zip"), "mine");

        assertThrows(
                FileAlreadyExistsException.class,
                () -> SupportBundle.create(file, UnaryOperator.identity()));

        assertEquals("mine", Files.readString(file));
    }

    @Test
    void ofARefusedConfigurationItHoldsTheRefusalAndTheFileWithoutItsPasswords()
            throws IOException {
        Path config = Files.writeString(
                directory.resolve("pgha.conf"), "gaurd = failcount\netcd.password = hunter2\n");
        Path file = directory.resolve("b.zip");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Optional.empty());

        int code = Pgha.run(
                new String[] {
                    "--config", config.toString(), "support-bundle", "--output", file.toString()
                },
                terminal,
                configuration -> 42);

        assertEquals(0, code);
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("gaurd"), err::toString);
        String text = String.valueOf(unpacked(file).get("configuration.txt"));
        assertTrue(text.contains("guard") && text.contains("etcd.password = ***"), text);
        assertTrue(unpacked(file).containsKey("machine/memory.txt"));
        unpacked(file).values().forEach(piece -> assertTrue(!piece.contains("hunter2"), piece));
    }

    @Test
    void eachPieceIsMasked() throws IOException {
        Path file = directory.resolve("b.zip");
        try (SupportBundle bundle =
                SupportBundle.create(file, text -> text.replace("hunter2", "***"))) {
            bundle.add("a.txt", () -> "of hunter2");
            bundle.add("b.txt", () -> {
                throw new IOException("hunter2 is no file");
            });
            bundle.finish("hunter2");
        }

        unpacked(file).values().forEach(text -> assertTrue(!text.contains("hunter2"), text));
    }
}
