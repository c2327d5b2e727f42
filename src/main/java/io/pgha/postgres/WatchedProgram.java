package io.pgha.postgres;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Runs a PostgreSQL program that may take hours, for as long as it makes progress: its deadline counts from the last line that
 * said something new. Ends it, and every process it started, when it stalls or the step is cancelled.
 *
 * @param arguments program and arguments; no secret among them, since every user of the machine can read them
 * @param stallLimit how long it may say nothing new
 */
record WatchedProgram(List<String> arguments, Duration stallLimit) {

    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration END_LIMIT = Duration.ofSeconds(5);
    private static final int KEPT_LINES = 12;

    WatchedProgram {
        arguments = List.copyOf(arguments);
    }

    /**
     * Runs it to its end.
     *
     * @param lines hears each line of output, on the caller's thread
     * @throws DataDirectoryException when it cannot be run, exits other than 0, stalls or is cancelled
     */
    void run(LongStep step, Consumer<String> lines) throws DataDirectoryException {
        Process process = start();
        BlockingQueue<Optional<String>> output = new ArrayBlockingQueue<>(256);
        Thread reader = new Thread(() -> read(process, output), "output of " + name());
        reader.setDaemon(true);
        reader.start();
        Deque<String> last = new ArrayDeque<>();
        try {
            follow(step, lines, output, last);
            if (!process.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw DataDirectoryException.failed(
                        name() + " closed its output but does not end" + said(last));
            }
            if (process.exitValue() != 0) {
                throw DataDirectoryException.failed(
                        name() + " exited " + process.exitValue() + said(last));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DataDirectoryException.cancelled(name());
        } finally {
            end(process);
        }
    }

    private void follow(
            LongStep step,
            Consumer<String> lines,
            BlockingQueue<Optional<String>> output,
            Deque<String> last)
            throws DataDirectoryException, InterruptedException {
        Duration silent = Duration.ZERO;
        while (true) {
            step.checkCancelled(name());
            Optional<String> line = output.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            if (line == null) {
                silent = silent.plus(LOOK);
                if (silent.compareTo(stallLimit) > 0) {
                    throw DataDirectoryException.failed(name() + " made no progress for "
                            + stallLimit.toSeconds() + " s and was ended" + said(last));
                }
            } else if (line.isEmpty()) {
                return;
            } else {
                String text = line.get();
                if (!text.equals(last.peekLast())) {
                    silent = Duration.ZERO;
                    last.addLast(text);
                    if (last.size() > KEPT_LINES) {
                        last.removeFirst();
                    }
                }
                lines.accept(text);
            }
        }
    }

    private Process start() throws DataDirectoryException {
        ProcessBuilder builder = new ProcessBuilder(arguments).redirectErrorStream(true);
        // The operator's own PGHOST, PGSERVICE and the like must not lead it elsewhere; its words
        // must be English.
        builder.environment().keySet().removeIf(key -> key.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        // One that every user can enter.
        builder.directory(new File("/"));
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw DataDirectoryException.failed(
                    "running " + arguments.get(0) + " (check postgres.bin and postgres.wrapper)",
                    e);
        }
    }

    /** Ends with an empty element. A reader that is no longer listened to is ended by the end of the process. */
    private static void read(Process process, BlockingQueue<Optional<String>> output) {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    output.put(Optional.of(line.strip()));
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // The pipe breaks when the process is ended; its exit status is what counts.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            output.put(Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** pg_basebackup receives WAL in a child that would outlive it. */
    private static void end(Process process) {
        List<ProcessHandle> all = new ArrayList<>();
        try (Stream<ProcessHandle> children = process.descendants()) {
            children.forEach(all::add);
        }
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** The program behind the wrapper: the first argument that names a PostgreSQL program. */
    private String name() {
        return arguments.stream()
                .map(a -> a.substring(a.lastIndexOf('/') + 1))
                .filter(a -> a.startsWith("pg_"))
                .findFirst()
                .orElse(arguments.get(0));
    }

    private static String said(Deque<String> last) {
        return last.isEmpty() ? " without a word" : ": " + String.join(" | ", last);
    }
}
