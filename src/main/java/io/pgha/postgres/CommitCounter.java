package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.ControlData;
import io.pgha.model.Lsn;
import io.pgha.os.Deadline;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the commits that clients made after a position, in the local WAL: they are what is lost when this copy yields. Not
 * counted are pgha's own, known by the logical message they carry, and statistics that ANALYZE wrote, which autovacuum does by
 * itself on a server nobody uses. Not knowing is an exception, never zero.
 */
public final class CommitCounter {

    /** More are not told apart: whoever has lost so many wants to know that it is many. */
    private static final int MOST_COUNTED = 1_000_000;

    /** Of so many transactions it is found out what they changed, in one pass over the WAL; ANALYZE of a database makes hundreds. */
    private static final int MOST_EXAMINED = 10_000;

    private static final Pattern TRANSACTION = Pattern.compile("\\btx:\\s*(\\d+)");
    private static final Pattern PREPARED = Pattern.compile("desc: COMMIT_PREPARED (\\d+)");
    private static final Pattern RELATION = Pattern.compile("\\brel \\d+/\\d+/(\\d+)\\b");

    /** pg_statistic, pg_statistic_ext_data, their indexes and TOAST; file numbers stay so until somebody rewrites them. */
    private static final Set<Integer> STATISTICS =
            Set.of(2619, 2696, 2840, 2841, 3429, 3433, 3430, 3431);

    private final Programs programs;
    private final WalDump dump;
    private final Duration limit;

    /** @param limit of one count */
    public CommitCounter(PostgresSettings settings, Duration limit) {
        this.programs = new Programs(settings);
        this.dump = new WalDump(programs);
        this.limit = limit;
    }

    /**
     * Commits of clients at or after {@code from} on {@code timeline}; at most a million.
     *
     * @throws ControlFailed when the WAL from there to its end cannot be read, or not in time
     */
    public long count(Lsn from, int timeline) throws ControlFailed {
        Deadline deadline = Deadline.in(limit);
        Set<Long> own = new HashSet<>();
        // One kind of record at a time: several -r are known only since PostgreSQL 15.
        requireEnd(
                from,
                timeline,
                dump.read(from, timeline, List.of("-r", "LogicalMessage"), deadline, line -> {
                    if (line.contains("prefix \"pgha\"") && own.size() < MOST_COUNTED) {
                        own.add(transaction(line));
                    }
                }));
        Set<Long> commits = new HashSet<>();
        dump.read(from, timeline, List.of("-r", "Transaction"), deadline, line -> {
            if (line.contains("desc: COMMIT") && commits.size() < MOST_COUNTED + own.size()) {
                commits.add(transaction(line));
            }
        });
        commits.removeAll(own);
        if (!commits.isEmpty() && commits.size() <= MOST_EXAMINED) {
            commits.removeAll(statistics(commits, from, timeline, deadline));
        }
        return Math.min(MOST_COUNTED, commits.size());
    }

    /** Those of the transactions that changed nothing but what ANALYZE keeps. */
    private Set<Long> statistics(Set<Long> commits, Lsn from, int timeline, Deadline deadline)
            throws ControlFailed {
        Set<Long> only = new HashSet<>();
        Set<Long> more = new HashSet<>();
        dump.read(from, timeline, List.of(), deadline, line -> {
            long transaction = transaction(line);
            if (!commits.contains(transaction)) {
                return;
            }
            boolean bookkeeping =
                    line.startsWith("rmgr: Transaction") || line.startsWith("rmgr: Standby");
            Matcher relation = RELATION.matcher(line);
            boolean touches = false;
            while (relation.find()) {
                touches = true;
                Set<Long> kind = isStatistics(line, Integer.parseUnsignedInt(relation.group(1)))
                        ? only
                        : more;
                kind.add(transaction);
            }
            if (!touches && !bookkeeping) {
                more.add(transaction);
            }
        });
        only.removeAll(more);
        return only;
    }

    /** pg_class keeps the number of pages and rows, overwritten in place. */
    private static boolean isStatistics(String line, int relation) {
        return STATISTICS.contains(relation)
                || (relation == 1259 && line.contains("desc: INPLACE"));
    }

    private static long transaction(String line) {
        // A prepared transaction is committed by another one, without a number of its own.
        Matcher prepared = PREPARED.matcher(line);
        if (prepared.find()) {
            return Long.parseLong(prepared.group(1));
        }
        Matcher transaction = TRANSACTION.matcher(line);
        return transaction.find() ? Long.parseLong(transaction.group(1)) : 0;
    }

    /** What stopped the reader must be the end of WAL, not a hole in it. */
    void requireEnd(Lsn from, int timeline, WalDump.Ending ending) throws ControlFailed {
        ControlData control = new ControlFile(programs).read();
        boolean comparable = control.timeline() == timeline;
        switch (ending.end()) {
            case AFTER_A_RECORD -> {
                Lsn last = ending.last().orElseThrow();
                if (comparable && last.compareTo(control.checkpoint()) < 0) {
                    throw hole(control, ending);
                }
            }
            case NO_RECORD -> {
                if (comparable && control.end().compareTo(from) > 0) {
                    throw hole(control, ending);
                }
            }
            case NO_FILE -> {
                if (!endsWithItsSegment(ending, timeline)) {
                    throw hole(control, ending);
                }
            }
        }
    }

    private ControlFailed hole(ControlData control, WalDump.Ending ending) {
        return new ControlFailed("the WAL in " + programs.data()
                + " cannot be read up to its checkpoint at " + control.checkpoint()
                + ", so that commits cannot be counted: " + ending.complaint());
    }

    /** WAL that filled its last segment to the last byte: no later one of the timeline exists. */
    private boolean endsWithItsSegment(WalDump.Ending ending, int timeline) throws ControlFailed {
        String prefix = String.format(Locale.ROOT, "%08X", timeline);
        Matcher missing =
                Pattern.compile("\"(" + prefix + "[0-9A-F]{16})\"").matcher(ending.complaint());
        if (!missing.find()) {
            return false;
        }
        boolean earlier = false;
        Path directory = programs.data().resolve("pg_wal");
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory, prefix + "????????????????")) {
            for (Path file : files) {
                int order = file.getFileName().toString().compareTo(missing.group(1));
                if (order > 0) {
                    return false;
                }
                earlier |= order < 0;
            }
        } catch (IOException e) {
            throw new ControlFailed("looking at " + directory + ": " + e, e);
        }
        return earlier;
    }
}
