package io.pgha.sim;

import io.pgha.model.Guard;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One schedule from beginning to end: faults, healing, and an end within a bound. */
final class Simulation {

    private static final long LIVENESS_BOUND = 400 * Agenda.SECOND;
    /** Far above what a schedule needs: more is a loop that does not let time go by. */
    private static final long MOST_EVENTS = 300_000;

    private static final long LOOK = Agenda.SECOND;

    private Simulation() {}

    /**
     * What came of one seed.
     *
     * @param seed replays it
     * @param events how many happened
     * @param broken the law that did not hold
     * @param tail the trace's end, if it was asked for
     */
    record Result(long seed, long events, Optional<String> broken, List<String> tail) {}

    /**
     * What is asked of a seed.
     *
     * @param guard empty: drawn
     * @param faults the only kinds that strike; empty: drawn
     */
    record Terms(Optional<Guard> guard, Set<FaultKind> faults) {
        static final Terms ANY = new Terms(Optional.empty(), Set.of());

        Terms {
            faults = Set.copyOf(faults);
        }
    }

    /** Runs one schedule. */
    static Result run(long seed, Terms terms, boolean traced) {
        Universe universe = new Universe(seed, terms, traced);
        Optional<String> broken = Optional.empty();
        try {
            play(universe);
        } catch (LawBroken e) {
            broken = Optional.of(String.valueOf(e.getMessage()));
        } catch (StackOverflowError e) {
            broken = Optional.of("defect: a recursion without end");
        } catch (RuntimeException e) {
            StackTraceElement[] stack = e.getStackTrace();
            broken = Optional.of("defect: " + e + " at " + (stack.length > 0 ? stack[0] : "?"));
            if (traced) {
                e.printStackTrace();
            }
        }
        return new Result(
                seed, universe.agenda().done(), broken, universe.trace().tail(Integer.MAX_VALUE));
    }

    private static void play(Universe universe) {
        universe.begin();
        long faultsEnd = universe.faults().end();
        advance(universe, faultsEnd);
        universe.faults().heal();
        SimOperator operator = new SimOperator(universe);
        long bound = faultsEnd + LIVENESS_BOUND;
        for (long at = faultsEnd + LOOK; at < bound; at += LOOK) {
            advance(universe, at);
            if (universe.isWell()) {
                return;
            }
            operator.look();
        }
        throw new LawBroken("liveness", operator.lastWords());
    }

    private static void advance(Universe universe, long until) {
        Agenda agenda = universe.agenda();
        while (agenda.step(until)) {
            universe.laws().look();
            if (agenda.done() > MOST_EVENTS) {
                throw new LawBroken("livelock", "more than " + MOST_EVENTS + " events");
            }
        }
    }
}
