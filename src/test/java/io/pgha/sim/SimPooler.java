package io.pgha.sim;

import io.pgha.plan.Step;

import java.time.Duration;

/** The PgBouncer of every fifth pair, where the clients are: it lets them wait until it is told otherwise, whoever died. */
final class SimPooler {

    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final Universe universe;
    private final Chance chance;
    private boolean paused;
    private long freeAt;

    /** Draws of its own, so that all other seeds stay what they are. */
    SimPooler(Universe universe, long seed) {
        this.universe = universe;
        this.chance = new Chance(seed);
    }

    /** How long a switchover may wait for it; zero where there is none. */
    static Duration timeout(long seed) {
        return Math.floorMod(seed, 5) == 3 ? LIMIT : Duration.ZERO;
    }

    boolean isPaused() {
        return paused;
    }

    private boolean isReached(SimHost host) {
        return universe.network().isConnected(host.place(), Place.CLIENTS);
    }

    /** A PAUSE holds clients back from its beginning, also when it does not come to its end; a dead daemon sends none. */
    void pause(SimHost host, SimActuator.SimRun run, Runnable done, Runnable failed) {
        host.after(turn(chance.between(1, 5)), () -> {
            if (run.isAbandoned() || !isOrdered(host)) {
                return;
            }
            boolean isReached = isReached(host);
            paused = paused || isReached;
            boolean isDone = isReached && chance.of(0.7);
            long end = turn(isDone ? chance.between(1, 900) : LIMIT.toMillis());
            host.after(end, isDone ? done : failed);
        });
    }

    /** One order follows the other: how long until one is over that takes so many milliseconds. */
    private long turn(long millis) {
        freeAt = Math.max(freeAt, universe.now()) + millis * Agenda.MS;
        return freeAt - universe.now();
    }

    private static boolean isOrdered(SimHost host) {
        return host.disk()
                .durable()
                .running()
                .filter(r -> !r.isOver() && r.step() instanceof Step.PausePoolers)
                .isPresent();
    }

    /** One RESUME. */
    void resume(SimHost host, Runnable done, Runnable failed) {
        host.after(turn(chance.between(10, 60)), () -> {
            if (isReached(host)) {
                paused = false;
                done.run();
            } else {
                failed.run();
            }
        });
    }
}
