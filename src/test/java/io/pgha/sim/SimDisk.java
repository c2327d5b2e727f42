package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.engine.Journal;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One host's journal. What was acknowledged is durable; what was under way at a crash is there up to some fact, because a torn
 * last line is cut off and the lines before it are not.
 */
final class SimDisk {

    private final SimHost host;
    private Memory durable = Memory.BLANK;
    private List<Fact> underWay = List.of();
    private int writes;
    private boolean failing;
    private long slowest;

    SimDisk(SimHost host) {
        this.host = host;
    }

    /** What a restart would know. */
    Memory durable() {
        return durable;
    }

    /** Something is on its way to the disk. */
    boolean isBusy() {
        return !underWay.isEmpty();
    }

    void fail(boolean fails) {
        failing = fails;
    }

    void slow(long slowestNanos) {
        slowest = slowestNanos;
    }

    /** Before the schedule begins. */
    void preset(Fact... facts) {
        for (Fact fact : facts) {
            durable = durable.with(fact);
        }
    }

    /** The journal as one daemon has it open. */
    Journal openedBy(SimDaemon daemon) {
        return new Journal() {
            @Override
            public Memory replay() {
                return durable;
            }

            @Override
            public void append(List<Fact> facts, Consumer<Optional<String>> done) {
                write(daemon, facts, done);
            }
        };
    }

    private void write(SimDaemon daemon, List<Fact> facts, Consumer<Optional<String>> done) {
        writes = writes + 1;
        int mine = writes;
        underWay = List.copyOf(facts);
        host.universe().laws().recording(host, facts);
        Chance chance = host.universe().chance();
        long spell =
                chance.between(1, 6) * Agenda.MS + (slowest > 0 ? chance.between(0, slowest) : 0);
        host.after(spell, () -> {
            if (mine != writes || underWay.isEmpty()) {
                return;
            }
            List<Fact> written = underWay;
            underWay = List.of();
            if (failing) {
                daemon.after(0, () -> done.accept(Optional.of("No space left on device")));
                return;
            }
            written.forEach(this::keep);
            daemon.after(0, () -> done.accept(Optional.empty()));
        });
    }

    private void keep(Fact fact) {
        Memory before = durable;
        durable = durable.with(fact);
        host.trace(() -> "durable: " + words(fact));
        host.universe().laws().recorded(host, before, durable, fact);
    }

    private static String words(Fact fact) {
        return fact instanceof Fact.PlanBegun begun
                ? "PlanBegun " + begun.plan().id() + " " + begun.plan().kind() + ": "
                        + begun.plan().why()
                : fact.toString();
    }

    /** The daemon was killed between its write and the acknowledgement. */
    void processLost() {
        torn();
    }

    void powerLost() {
        torn();
    }

    private void torn() {
        if (!underWay.isEmpty()) {
            int survive = host.universe().chance().below(underWay.size() + 1);
            List<Fact> facts = underWay;
            underWay = List.of();
            facts.subList(0, survive).forEach(this::keep);
            writes = writes + 1;
        }
    }
}
