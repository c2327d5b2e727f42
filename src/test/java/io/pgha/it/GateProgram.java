package io.pgha.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A running {@link GateDriver}: a line in, a line out. */
final class GateProgram implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Process process;
    private final Writer to;
    private final BufferedReader from;

    GateProgram(List<String> command) {
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        to = process.outputWriter(StandardCharsets.UTF_8);
        from = process.inputReader(StandardCharsets.UTF_8);
    }

    /** What it answers, with its first word: "ok CLOSED", "error ...". */
    String ask(String line) {
        try {
            to.write(line + "\n");
            to.flush();
            Lab.await(line, LIMIT, () -> from.ready() || !process.isAlive());
            return String.valueOf(from.readLine()).strip();
        } catch (IOException e) {
            throw new IllegalStateException(line, e);
        }
    }

    /** Its answer, when it is one. */
    String tell(String line) {
        String answer = ask(line);
        if (!answer.startsWith("ok")) {
            throw new AssertionError(line + ": " + answer);
        }
        return answer.substring("ok".length()).strip();
    }

    /** The gate's own process, behind nsenter and setpriv, as the host numbers it. */
    ProcessHandle java() {
        return process.descendants()
                .filter(p -> p.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElse(process.toHandle());
    }

    /** Its held program of that name. */
    ProcessHandle child(String name) {
        return process.descendants()
                .filter(p -> p.info().command().orElse("").endsWith("/" + name))
                .findFirst()
                .orElseThrow();
    }

    /** Ends as a kill -9 does. */
    void kill() {
        List<ProcessHandle> all = process.descendants().toList();
        java().destroyForcibly();
        process.destroyForcibly();
        Lab.await(
                "it is gone",
                LIMIT,
                () -> all.stream()
                        .filter(p -> p.info().command().orElse("").endsWith("/java"))
                        .noneMatch(ProcessHandle::isAlive));
    }

    @Override
    public void close() {
        try {
            to.close();
        } catch (IOException e) {
            // It is gone already.
            return;
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
