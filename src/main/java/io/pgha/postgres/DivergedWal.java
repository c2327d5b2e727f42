package io.pgha.postgres;

import io.pgha.config.Settings;
import io.pgha.model.Fork;
import io.pgha.model.Lsn;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The WAL of this copy that the owner lacks, saved in the state directory before it is taken back: the segments, the history
 * of the timeline, and a summary that a person can read.
 */
public final class DivergedWal {

    /** Older ones are removed. */
    static final int MOST_KEPT = 5;

    private static final String PART = ".part";

    private final Settings settings;
    private final LongStep step;
    private final Duration limit;

    /** @param limit of reading the WAL */
    public DivergedWal(Settings settings, LongStep step, Duration limit) {
        this.settings = settings;
        this.step = step;
        this.limit = limit;
    }

    /**
     * What was saved.
     *
     * @param where the directory
     * @param bytes of WAL after the fork
     * @param transactions that ended in it
     * @param commits of clients among them
     */
    public record Saved(Path where, long bytes, long transactions, long commits) {}

    /** Where they lie. */
    static Path directory(Settings settings) {
        return settings.stateDirectory().resolve("diverged-wal");
    }

    /**
     * Saves it; on disk when it returns. A second call saves it again.
     *
     * @throws ControlFailed when the WAL cannot be read to its end
     * @throws DataDirectoryException when it cannot be copied
     */
    public Saved save(String attempt, Fork fork, int timeline)
            throws ControlFailed, DataDirectoryException {
        CopyLedger.checkAttempt(attempt);
        step.report("reading the diverged WAL");
        Divergence found = Divergence.read(settings.postgres(), fork.at(), timeline, limit);
        Path all = directory(settings);
        Path where = all.resolve(attempt);
        Path part = all.resolve(attempt + PART);
        try {
            DurableFiles.makeDirectory(all, settings.stateDirectory());
            DurableFiles.deleteTree(part);
            DurableFiles.deleteTree(where);
            DurableFiles.makeDirectory(part, settings.stateDirectory());
            for (Path file : files(found, timeline)) {
                step.checkCancelled("saving diverged WAL");
                step.report("saving " + file.getFileName());
                DurableFiles.copyTree(file, part.resolve(file.getFileName()));
            }
            DurableFiles.replace(
                    part.resolve("summary.txt"),
                    summary(found, fork, timeline).getBytes(StandardCharsets.UTF_8));
            DurableFiles.move(part, where);
            removeOlder(all);
        } catch (IOException e) {
            throw DataDirectoryException.failed("saving the diverged WAL in " + where, e);
        }
        return new Saved(where, found.bytes(), found.transactions(), found.commits());
    }

    private List<Path> files(Divergence found, int timeline) throws ControlFailed, IOException {
        long segment = new ControlFile(new Programs(settings.postgres())).segmentBytes();
        String first = name(timeline, found.from(), segment);
        String last = name(timeline, found.end(), segment);
        List<Path> files = new ArrayList<>();
        for (Path file :
                DurableFiles.entries(settings.postgres().dataDirectory().resolve("pg_wal"))) {
            String name = file.getFileName().toString();
            boolean within = name.length() == first.length()
                    && name.compareTo(first) >= 0
                    && name.compareTo(last) <= 0;
            if (within || name.equals(first.substring(0, 8) + ".history")) {
                files.add(file);
            }
        }
        return files;
    }

    /** The segment that holds this position ("WAL Internals"). */
    static String name(int timeline, Lsn at, long segmentBytes) {
        long number = Long.divideUnsigned(at.value(), segmentBytes);
        long perFile = 0x100000000L / segmentBytes;
        return String.format(
                Locale.ROOT, "%08X%08X%08X", timeline, number / perFile, number % perFile);
    }

    private static String summary(Divergence found, Fork fork, int timeline) {
        StringBuilder text = new StringBuilder();
        text.append("WAL of timeline ").append(timeline).append(" from ").append(found.from());
        text.append(" to ").append(found.end()).append(": ").append(found.bytes());
        text.append(" bytes, which the new primary lacks.\nThe histories parted on timeline ");
        text.append(fork.timeline()).append(" at ").append(fork.at()).append(".\n");
        text.append(found.transactions()).append(" transactions ended in it, ");
        text.append(found.commits()).append(" of them commits of clients.\n");
        text.append("Look closer: pg_waldump -p . -t ").append(timeline).append(" -s ");
        text.append(found.from()).append("\n\nRecords by kind:\n");
        found.kinds()
                .forEach((kind, count) ->
                        text.append(count).append(' ').append(kind).append('\n'));
        text.append("\nTransactions that ended:\n");
        found.endings().forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static void removeOlder(Path all) throws IOException {
        List<Path> saved = new ArrayList<>(DurableFiles.entries(all));
        saved.sort(Comparator.comparing(DivergedWal::writtenAt).reversed());
        for (Path old : saved.subList(Math.min(MOST_KEPT, saved.size()), saved.size())) {
            DurableFiles.deleteTree(old);
        }
    }

    private static FileTime writtenAt(Path saved) {
        try {
            return Files.getLastModifiedTime(saved);
        } catch (IOException e) {
            // Removed by somebody meanwhile: the oldest of all.
            return FileTime.fromMillis(0);
        }
    }
}
