package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.Lsn;
import io.pgha.os.Command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the commits that clients made after a position, by pg_waldump over the local WAL: transactions that carry a logical
 * message of ours are pgha's own probes and do not count. Not knowing is an exception, never zero.
 */
public final class CommitCounter {

    private static final Pattern TRANSACTION = Pattern.compile("\\btx:\\s*(\\d+)");
    private static final int END_OF_WAL_WORDS = 2000;

    private final PostgresSettings settings;
    private final Programs programs;
    private final Duration deadline;

    public CommitCounter(PostgresSettings settings, Duration deadline) {
        this.settings = settings;
        this.programs = new Programs(settings);
        this.deadline = deadline;
    }

    /**
     * Commits after {@code from} on {@code timeline}.
     *
     * @throws ControlFailed when the WAL cannot be read from there on
     */
    public long count(Lsn from, int timeline) throws ControlFailed {
        Set<Long> own = new HashSet<>();
        dump(from, timeline, "LogicalMessage", line -> {
            if (line.contains("prefix \"pgha\"")) {
                transaction(line, own);
            }
        });
        Set<Long> committed = new HashSet<>();
        dump(from, timeline, "Transaction", line -> {
            if (line.contains("desc: COMMIT")) {
                transaction(line, committed);
            }
        });
        committed.removeAll(own);
        return committed.size();
    }

    private static void transaction(String line, Set<Long> into) {
        Matcher matcher = TRANSACTION.matcher(line);
        if (matcher.find()) {
            into.add(Long.parseLong(matcher.group(1)));
        }
    }

    /** The end of WAL is an "error" to pg_waldump; a start that cannot be read is one to us. */
    private void dump(Lsn from, int timeline, String manager, Consumer<String> lines)
            throws ControlFailed {
        Command command = programs.command(
                "pg_waldump",
                "-p",
                settings.dataDirectory().resolve("pg_wal").toString(),
                "-t",
                Integer.toString(timeline),
                "-s",
                from.toString(),
                "-r",
                manager);
        try {
            ProcessBuilder builder = new ProcessBuilder(command.argv()).redirectErrorStream(true);
            builder.environment().putAll(command.environment());
            Process process = builder.start();
            StringBuilder words = new StringBuilder();
            try (BufferedReader reader = new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                Thread killer = deadlineFor(process);
                reader.lines().forEach(line -> {
                    lines.accept(line);
                    if (line.startsWith("pg_waldump:") && words.length() < END_OF_WAL_WORDS) {
                        words.append(line).append("; ");
                    }
                });
                killer.interrupt();
            }
            int code = process.waitFor();
            boolean ranIntoTheEnd = words.toString().contains("error in WAL record at");
            if (code != 0 && !ranIntoTheEnd) {
                throw new ControlFailed(command.words() + " exited " + code + ": " + words);
            }
        } catch (IOException e) {
            throw new ControlFailed(command.words() + " failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlFailed(command.words() + " was abandoned");
        }
    }

    private Thread deadlineFor(Process process) {
        Thread killer = new Thread(
                null,
                () -> {
                    try {
                        if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                            process.destroyForcibly();
                        }
                    } catch (InterruptedException e) {
                        // The dump ended in time.
                        return;
                    }
                },
                "waldump-deadline",
                128 << 10);
        killer.setDaemon(true);
        killer.start();
        return killer;
    }
}
