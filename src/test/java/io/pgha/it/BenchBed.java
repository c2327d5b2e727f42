package io.pgha.it;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where {@link Bench} strikes: one lab for many runs. After each fault the struck node is rebuilt as standby of the other,
 * which is quicker than a new lab and leaves the roles swapped, so that the next fault strikes the other node. A lab that
 * cannot be put right again is thrown away, and the next run gets a new one.
 */
final class BenchBed implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final LabOptions options;
    private final Door door;
    private Optional<Lab> current = Optional.empty();

    /** Makes nothing yet. */
    BenchBed(LabOptions options, Door door) {
        this.options = door == Door.PGBOUNCER ? options.with(List.of(LabPooler.NAMED)) : options;
        this.door = door;
    }

    /**
     * What clients saw of one fault.
     *
     * @param gapMillis the longest time without an acknowledged write
     * @param lost acknowledged rows that the new primary does not have
     * @param twoPrimariesMillis how long both nodes took writes, until the fault was over and the nodes had met again
     */
    record Seen(long gapMillis, int lost, long twoPrimariesMillis) {}

    /** Strikes the primary, and ends with a whole pair. */
    Seen run(Fault fault) {
        Lab lab = lab();
        LabNode struck = lab.node1().postgres().isPrimary() ? lab.node1() : lab.node2();
        LabNode heir = lab.other(struck);
        try {
            Seen seen = measure(lab, fault, struck, heir);
            lab.expect("the pair is whole", PATIENCE, () -> isWhole(lab, fault, struck, heir));
            return seen;
        } catch (RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    /** The lab, with a traffic manager, its pair healthy. */
    Lab lab() {
        if (current.isEmpty()) {
            Lab lab = Lab.open(options);
            current = Optional.of(lab);
            lab.trafficManager();
            if (door == Door.PGBOUNCER) {
                lab.pooler();
            }
        }
        return current.get();
    }

    private Seen measure(Lab lab, Fault fault, LabNode struck, LabNode heir) {
        // Each recording client numbers its rows from the same beginning.
        struck.postgres().sql("app", "truncate recorded, observed");
        Recorder recorder = lab.record(Recorder.Pace.DENSE, door.url());
        long from = fault.strike(lab, struck);
        recorder.awaitWrites(heir, PATIENCE);
        long to = System.nanoTime();
        fault.end(lab, struck);
        lab.expect("one is open", PATIENCE, () -> !lab.isOpen(struck) && hasYielded(struck));
        Recording recording = recorder.stop();
        return new Seen(
                recording.longestGap(from, to).millis(),
                recording.lost(heir).size(),
                recording.twoPrimariesMillis());
    }

    /** The struck node knows that it is not the primary any more. */
    private static boolean hasYielded(LabNode struck) {
        return struck.daemon().state().filter(state -> !state.equals("PRIMARY")).isPresent();
    }

    /** Asked until it is so; does what a person would do next. */
    private static boolean isWhole(Lab lab, Fault fault, LabNode struck, LabNode heir) {
        boolean conflict = heir.daemon().state().filter("CONFLICT"::equals).isPresent();
        if (conflict) {
            heir.daemon().run(List.of("promote", "--force", "--yes"));
        } else if (fault.endsInRebuild()
                && struck.daemon().isIdle()
                && !struck.postgres().isStreaming()
                && lab.isOpen(heir)) {
            struck.daemon().run(List.of("initialize", "--as", "standby", "--yes"));
        }
        return struck.postgres().isStreaming()
                && struck.daemon().isSteady()
                && heir.daemon().isSteady()
                && lab.isOpen(heir);
    }

    @Override
    public void close() {
        current.ifPresent(Lab::close);
        current = Optional.empty();
    }
}
