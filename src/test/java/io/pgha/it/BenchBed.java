package io.pgha.it;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where {@link Bench} strikes: one lab for many runs. After each fault the pair is made whole again, which is quicker than a
 * new lab and leaves the roles swapped, so that the next fault strikes the other node. A lab that cannot be put right again
 * is thrown away, and the next run gets a new one.
 */
final class BenchBed implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String SINCE_STREAMING =
            "select coalesce(max(extract(epoch from clock_timestamp() - backend_start)) * 1000, -1)::bigint"
                    + " from pg_stat_replication where application_name = '%s'";

    private final Contender contender;
    private final Consumer<Lab> furnish;
    private Optional<Lab> current = Optional.empty();

    /** Makes nothing yet. */
    BenchBed(Contender contender) {
        this(contender, lab -> {});
    }

    /** The same; {@code furnish} is done to each new lab. */
    BenchBed(Contender contender, Consumer<Lab> furnish) {
        this.contender = contender;
        this.furnish = furnish;
    }

    /**
     * What was seen of one fault.
     *
     * @param gapMillis the longest time without an acknowledged write
     * @param lost acknowledged rows that the new primary does not have
     * @param twoPrimariesMillis how long both nodes took writes, until the fault was over and the nodes had met again
     * @param back how the struck node came to follow
     * @param timeline what the daemons said until clients could write again
     */
    record Seen(long gapMillis, int lost, long twoPrimariesMillis, Back back, Timeline timeline) {

        /** All but the timeline, for a line. */
        String words() {
            return gapMillis + " ms, lost " + lost + ", two primaries " + twoPrimariesMillis
                    + " ms, " + back;
        }
    }

    /**
     * The struck node's way back: from the moment the other one served, when nothing keeps this one away any more, until its
     * connection for the stream.
     *
     * @param copied whether its data were copied anew
     */
    record Back(long millis, boolean copied) {}

    /** Strikes the primary, and ends with a whole pair. */
    Seen run(Fault fault) {
        Lab lab = lab();
        LabNode struck = primary(lab);
        LabNode heir = lab.other(struck);
        try {
            return measure(lab, fault, struck, heir);
        } catch (RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    static LabNode primary(Lab lab) {
        return lab.node1().postgres().isPrimary() ? lab.node1() : lab.node2();
    }

    /** The lab, its pair healthy. */
    Lab lab() {
        if (current.isEmpty()) {
            Lab lab = contender.open();
            current = Optional.of(lab);
            try {
                furnish.accept(lab);
            } catch (RuntimeException | AssertionError e) {
                close();
                throw e;
            }
        }
        return current.get();
    }

    private Seen measure(Lab lab, Fault fault, LabNode struck, LabNode heir) {
        // Each recording client numbers its rows from the same beginning.
        struck.postgres().sql("app", "truncate recorded, observed");
        long copies = contender.copies(struck);
        Recorder recorder = contender.record(lab);
        long from = contender.strike(lab, fault, struck);
        recorder.awaitWrites(heir, PATIENCE);
        long to = System.nanoTime();
        contender.end(lab, fault, struck);
        contender.awaitCalm(lab, struck);
        Recording recording = recorder.stop();
        int lost = recording.lost(heir).size();
        Recording.Span gap = recording.longestGap(from, to);
        lab.expect("the pair is whole", PATIENCE, () -> contender.isWhole(lab, struck, heir));
        long streaming = System.nanoTime() - nanosSinceStreaming(struck, heir);
        Timeline timeline = Timeline.of(struck, heir, from, gap.to());
        Recording.Span way = new Recording.Span(gap.to(), Math.max(gap.to(), streaming));
        return new Seen(
                gap.millis(),
                lost,
                recording.twoPrimariesMillis(),
                new Back(way.millis(), contender.copies(struck) > copies),
                timeline);
    }

    /** Since the standby connected for the stream that it now has, by the primary's word. */
    private static long nanosSinceStreaming(LabNode standby, LabNode primary) {
        String asked =
                primary.postgres().sql("postgres", SINCE_STREAMING.formatted(standby.name()));
        return Long.parseLong(asked) * 1_000_000;
    }

    @Override
    public void close() {
        current.ifPresent(Lab::close);
        current = Optional.empty();
    }
}
