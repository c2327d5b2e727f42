package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.Lsn;
import io.pgha.os.Deadline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the local WAL holds from a position to its real end. After a crash pg_control tells less than there is, so that the WAL
 * itself is read.
 *
 * @param from where it was begun
 * @param end of the last record; as {@code from} when there is none
 * @param transactions that committed or aborted
 * @param commits of clients
 * @param kinds how many records there are of each kind
 * @param endings what pg_waldump says of the first transactions that ended
 */
record Divergence(
        Lsn from,
        Lsn end,
        long transactions,
        long commits,
        Map<String, Long> kinds,
        List<String> endings) {

    private static final int MOST_ENDINGS = 10_000;

    private static final Pattern RECORD = Pattern.compile(
            "rmgr: (\\S+)\\s+len \\(rec/tot\\):\\s*\\d+/\\s*(\\d+),.* lsn: ([0-9A-F]+/[0-9A-F]+),");

    Divergence {
        kinds = new TreeMap<>(kinds);
        endings = List.copyOf(endings);
    }

    /** True when there is no record. */
    boolean isNone() {
        return kinds.isEmpty();
    }

    /** How much WAL that is. */
    long bytes() {
        return from.bytesBehind(end);
    }

    /**
     * Reads it.
     *
     * @throws ControlFailed when it cannot be read from there to its end, or not in time
     */
    static Divergence read(PostgresSettings settings, Lsn from, int timeline, Duration limit)
            throws ControlFailed {
        CommitCounter counter = new CommitCounter(settings, limit);
        Reading reading = new Reading(from);
        counter.requireEnd(
                from,
                timeline,
                new WalDump(new Programs(settings))
                        .read(from, timeline, List.of(), Deadline.in(limit), reading::hear));
        long commits = reading.transactions == 0 ? 0 : counter.count(from, timeline);
        return new Divergence(
                from, reading.end, reading.transactions, commits, reading.kinds, reading.endings);
    }

    /** Where the local WAL of the timeline really ends, which a crash leaves for the WAL itself to tell. */
    static Lsn end(PostgresSettings settings, Lsn from, int timeline, Duration limit)
            throws ControlFailed {
        Reading reading = new Reading(from);
        new WalDump(new Programs(settings))
                .read(from, timeline, List.of(), Deadline.in(limit), reading::hear);
        return reading.end;
    }

    /** What has been read so far. */
    private static final class Reading {
        private final Map<String, Long> kinds = new TreeMap<>();
        private final List<String> endings = new ArrayList<>();
        private Lsn end;
        private long transactions;

        Reading(Lsn from) {
            end = from;
        }

        void hear(String line) {
            record(line).ifPresent(record -> {
                kinds.merge(record.kind(), 1L, Long::sum);
                end = record.end();
            });
            boolean ends = line.startsWith("rmgr: Transaction")
                    && (line.contains("desc: COMMIT") || line.contains("desc: ABORT"));
            if (ends) {
                transactions = transactions + 1;
                if (endings.size() < MOST_ENDINGS) {
                    endings.add(line);
                }
            }
        }
    }

    private record Line(String kind, Lsn end) {}

    private static Optional<Line> record(String line) {
        Matcher record = RECORD.matcher(line);
        return record.find()
                ? Optional.of(new Line(
                        record.group(1),
                        new Lsn(Lsn.parse(record.group(3)).value()
                                + Long.parseLong(record.group(2)))))
                : Optional.empty();
    }
}
