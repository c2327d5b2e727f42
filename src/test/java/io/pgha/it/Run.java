package io.pgha.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One command of the test bed, run to its end or killed at its deadline; its outcome as a value.
 *
 * <p>Output goes to files, not to pipes: a server that the command left behind and that inherited its output can then
 * never keep the reader waiting.
 *
 * @param command what was run
 * @param code its exit code; 124 when it was killed at the deadline
 * @param out standard output
 * @param err standard error
 */
public record Run(List<String> command, int code, String out, String err) {

    /** How long a command may take that only looks. */
    public static final Duration SHORT = Duration.ofSeconds(10);

    private static final int KILLED_AT_DEADLINE = 124;

    /** Runs a command that needs no input and is done within ten seconds. */
    public static Run of(List<String> command) {
        return fed("", SHORT, command);
    }

    /** Runs a command that needs no input. */
    public static Run within(Duration limit, List<String> command) {
        return fed("", limit, command);
    }

    /** Runs a command with {@code input} (small) as its standard input. */
    public static Run fed(String input, Duration limit, List<String> command) {
        try {
            Path out = Files.createTempFile("pgha-run", ".out");
            Path err = Files.createTempFile("pgha-run", ".err");
            try {
                return run(input, limit, command, out, err);
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new IllegalStateException("could not run " + String.join(" ", command), e);
        }
    }

    private static Run run(String input, Duration limit, List<String> command, Path out, Path err)
            throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try (OutputStream to = process.getOutputStream()) {
            to.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended without reading its input; its exit code says why.
        }
        int code;
        try {
            if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                code = process.exitValue();
            } else {
                // nsenter and setpriv only stand before the command: its children must go too.
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                code = KILLED_AT_DEADLINE;
            }
        } catch (InterruptedException e) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during " + String.join(" ", command), e);
        }
        return new Run(List.copyOf(command), code, read(out), read(err));
    }

    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** This outcome if the command succeeded; otherwise a failure that shows all of it. */
    public Run orFail() {
        if (code != 0) {
            throw new IllegalStateException(toString());
        }
        return this;
    }

    @Override
    public String toString() {
        return String.join(" ", command) + ": exit " + code + "\n" + out + err;
    }
}
