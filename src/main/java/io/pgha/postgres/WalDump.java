package io.pgha.postgres;

import io.pgha.model.Lsn;
import io.pgha.os.Deadline;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * pg_waldump over the local pg_wal, read as a stream: nothing but the last complaints is kept, so that it may print gigabytes.
 * A run that is not over by its deadline is killed and is an error.
 */
final class WalDump {

    /** It waits five seconds for a segment that does not exist yet, then says so. */
    private static final int MOST_COMPLAINTS = 20;

    private static final int THREAD_STACK_BYTES = 128 << 10;
    private static final Pattern STOPPED_AT =
            Pattern.compile("error in WAL record at ([0-9A-F]+/[0-9A-F]+)");

    private final Programs programs;

    WalDump(Programs programs) {
        this.programs = programs;
    }

    /** How reading ended. */
    enum End {
        /** After a record that is the last one that can be read: the normal end, since WAL has no end mark. */
        AFTER_A_RECORD,
        /** There is no record at or after the start. */
        NO_RECORD,
        /** The next segment is missing. */
        NO_FILE
    }

    /**
     * What came of it.
     *
     * @param end how reading ended
     * @param last start of the last record, where pg_waldump names it
     * @param complaint its own words
     */
    record Ending(End end, Optional<Lsn> last, String complaint) {}

    /**
     * Hands each line about a record to {@code lines}, on the caller's thread.
     *
     * @param filter further arguments, such as {@code -r Transaction}
     * @throws ControlFailed when it cannot be run, is not over in time, or fails in another way than at the end of WAL
     */
    Ending read(
            Lsn from, int timeline, List<String> filter, Deadline deadline, Consumer<String> lines)
            throws ControlFailed {
        List<String> arguments = new ArrayList<>(List.of(
                "-p", programs.data().resolve("pg_wal").toString(),
                "-t", Integer.toString(timeline),
                "-s", from.toString()));
        arguments.addAll(filter);
        List<String> argv =
                programs.command("pg_waldump", arguments.toArray(String[]::new)).argv();
        String words = String.join(" ", argv);
        List<String> complaints = new ArrayList<>();
        try {
            ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
            builder.directory(java.nio.file.Path.of("/").toFile());
            // How it ended can only be read untranslated.
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            process.getOutputStream().close();
            Thread killer = killer(process, deadline.remaining());
            int code = follow(process, lines, complaints);
            killer.interrupt();
            return ending(code, words, String.join("; ", complaints), deadline);
        } catch (IOException e) {
            throw new ControlFailed(words + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlFailed(words + " was given up", e);
        }
    }

    private static int follow(Process process, Consumer<String> lines, List<String> complaints)
            throws IOException, InterruptedException {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("rmgr: ")) {
                    lines.accept(line);
                } else if (line.startsWith("pg_waldump: ") && complaints.size() < MOST_COMPLAINTS) {
                    complaints.add(line.substring("pg_waldump: ".length()));
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
            }
            return process.waitFor();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Ending ending(int code, String words, String complaint, Deadline deadline)
            throws ControlFailed {
        if (deadline.hasPassed()) {
            throw new ControlFailed(words + " was not done in time and was ended");
        }
        Matcher stopped = STOPPED_AT.matcher(complaint);
        if (complaint.contains("could not find file")) {
            return new Ending(End.NO_FILE, Optional.empty(), complaint);
        }
        if (complaint.contains("could not find a valid record after")) {
            return new Ending(End.NO_RECORD, Optional.empty(), complaint);
        }
        if (stopped.find()) {
            Optional<Lsn> last = Optional.of(Lsn.parse(stopped.group(1)));
            return new Ending(End.AFTER_A_RECORD, last, complaint);
        }
        throw new ControlFailed(words + " exited " + code + ": "
                + (complaint.isEmpty() ? "without a word" : complaint));
    }

    private static Thread killer(Process process, Duration limit) {
        Runnable body = () -> {
            try {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                // It was over in time.
                return;
            }
        };
        Thread killer = new Thread(null, body, "waldump-deadline", THREAD_STACK_BYTES);
        killer.setDaemon(true);
        killer.start();
        return killer;
    }
}
