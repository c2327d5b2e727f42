package io.pgha.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads how far a node's workflow is out of its journal, as soon as the kernel says that it was written. */
final class JournalWatch implements AutoCloseable {

    /** What {@link #await} says of a workflow that is over. */
    static final int OVER = Integer.MAX_VALUE;

    private static final Pattern CURSOR = Pattern.compile("\"cursor\":(\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path journal;
    private final WatchService watch;
    private final long from;

    /** From now on; what is there already is an earlier workflow's. */
    JournalWatch(LabNode node) {
        this.journal = node.disk().resolve("state/journal");
        try {
            this.watch = journal.getFileSystem().newWatchService();
            journal.resolveSibling("")
                    .register(
                            watch,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_CREATE);
            this.from = Files.size(journal);
        } catch (IOException e) {
            throw new IllegalStateException("cannot watch " + journal, e);
        }
    }

    /** The step the newest workflow stands on, from 0; -1 when none has begun, {@link #OVER} when it is over. */
    private int cursor() {
        try {
            byte[] all = Files.readAllBytes(journal);
            // A compacted journal is shorter, and holds the workflow in its snapshot.
            int start = all.length < from ? 0 : (int) from;
            int cursor = -1;
            for (String line : new String(all, start, all.length - start, StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.contains("\"PlanBegun\"")) {
                    cursor = 0;
                } else if (line.contains("\"PlanEnded\"")) {
                    cursor = OVER;
                } else if (line.contains("\"StepReached\"")) {
                    Matcher found = CURSOR.matcher(line);
                    cursor = found.find() ? Integer.parseInt(found.group(1)) : cursor;
                }
            }
            return cursor;
        } catch (IOException e) {
            throw new IllegalStateException("could not read " + journal, e);
        }
    }

    /** Returns as soon as the workflow stands on that step, or on a later one; the step it then stood on. */
    int await(int step) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int at = cursor();
        try {
            while (at < step && System.nanoTime() < end) {
                Optional.ofNullable(watch.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS))
                        .ifPresent(JournalWatch::read);
                at = cursor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return at;
    }

    /** An event only says that it is worth looking; what was written is read from the file. */
    private static void read(WatchKey key) {
        key.pollEvents();
        key.reset();
    }

    @Override
    public void close() {
        try {
            watch.close();
        } catch (IOException e) {
            throw new IllegalStateException("cannot stop watching " + journal, e);
        }
    }
}
