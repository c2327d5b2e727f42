package io.pgha.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads how far a node's workflow is out of its journal, as it is written. */
final class JournalWatch {

    private static final Pattern CURSOR = Pattern.compile("\"cursor\":(\\d+)");
    private static final long LOOK_NANOS = 200_000;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Path journal;
    private final long from;

    /** From now on; what is there already is an earlier workflow's. */
    JournalWatch(LabNode node) {
        this.journal = node.disk().resolve("state/journal");
        this.from = size();
    }

    private long size() {
        try {
            return Files.size(journal);
        } catch (IOException e) {
            throw new IllegalStateException("no journal " + journal, e);
        }
    }

    /** The step the newest workflow stands on, from 0; -1 when none has begun, and a large number when it is over. */
    int cursor() {
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
                    cursor = Integer.MAX_VALUE;
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
        long begun = System.nanoTime();
        int at = cursor();
        while (at < step && System.nanoTime() - begun < PATIENCE_NANOS) {
            LockSupport.parkNanos(LOOK_NANOS);
            at = cursor();
        }
        return at;
    }
}
