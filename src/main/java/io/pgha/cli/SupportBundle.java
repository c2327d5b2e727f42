package io.pgha.cli;

import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A ZIP file for whoever has to find a fault from afar, readable for its owner alone. A piece that could not be had is in it as
 * what was tried and what came back; the file {@code MANIFEST.txt} at its end lists all of them.
 */
final class SupportBundle implements Closeable {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** Of one piece; of a longer one the end is kept. */
    private static final int MOST_CHARACTERS = 2 << 20;

    private final ZipOutputStream zip;
    private final UnaryOperator<String> masked;
    private final List<String> manifest = new ArrayList<>();
    private int missing;

    private SupportBundle(OutputStream out, UnaryOperator<String> masked) {
        this.zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        this.masked = masked;
    }

    /**
     * Begins one.
     *
     * @param masked takes out of each piece what must not leave this machine
     * @throws FileAlreadyExistsException when there is one of that name: it is not replaced
     */
    static SupportBundle create(Path file, UnaryOperator<String> masked) throws IOException {
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return new SupportBundle(Files.newOutputStream(file), masked);
    }

    /** Something that is asked for a text, and may say why there is none. */
    interface Source {
        String read() throws IOException;
    }

    /** A piece from anywhere. */
    void add(String name, Source source) throws IOException {
        long begun = System.nanoTime();
        Optional<String> text = Optional.empty();
        String why = "";
        try {
            text = Optional.of(source.read());
        } catch (IOException e) {
            why = e.toString();
        }
        if (text.isPresent()) {
            write(name, text.get(), "ok", begun);
        } else {
            isMissing(name, why, begun);
        }
    }

    private void isMissing(String name, String why, long begun) throws IOException {
        missing = missing + 1;
        write(name, "not known: " + why + "\n", "NOT KNOWN", begun);
    }

    /** What a program says, its complaints and its exit code; the manifest names a code that is not 0. */
    void run(String name, List<String> argv) throws IOException {
        long begun = System.nanoTime();
        try {
            Command.Result result = Command.of(argv).run(LIMIT);
            String text = "$ " + String.join(" ", argv) + "\n" + result.out()
                    + (result.err().isBlank() ? "" : "--- complaints\n" + result.err())
                    + (result.isOk() ? "" : "--- exit code " + result.exitCode() + "\n");
            write(name, text, result.isOk() ? "ok" : "EXIT " + result.exitCode(), begun);
        } catch (CommandFailed e) {
            isMissing(name, e.words(), begun);
        }
    }

    /** The end of a file. */
    void file(String name, Path file) throws IOException {
        add(name, () -> "# " + file + "\n" + Files.readString(file));
    }

    private void write(String name, String text, String outcome, long begun) throws IOException {
        // Masked before it is cut: half a secret is one.
        String clean = ending(masked.apply(text));
        zip.putNextEntry(new ZipEntry(name));
        zip.write(clean.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
        manifest.add(outcome + "  " + name + ", " + clean.length() + " characters, "
                + (System.nanoTime() - begun) / 1_000_000 + " ms"
                + (text.length() > MOST_CHARACTERS ? ", its end only" : ""));
    }

    private static String ending(String text) {
        return text.length() > MOST_CHARACTERS
                ? text.substring(text.length() - MOST_CHARACTERS)
                : text;
    }

    /** Closes it with the list of its pieces, and these words before; how many pieces could not be had. */
    int finish(String words) throws IOException {
        int before = missing;
        String list = String.join("\n", manifest);
        add("MANIFEST.txt", () -> words + "\n" + list + "\n");
        return before;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
