package io.pgha.arbiter;

import io.pgha.model.MonoTime;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * A clock that never jumps: between two looks at it at most {@code cap} goes by. A grantor whose host slept, or whose clock
 * leapt, would else believe that its grants are over (protocol section 2: capped ticks). It must be looked at more often
 * than every {@code cap} to keep up; one that is not only runs slow, which is the safe side. Safe for any thread.
 */
final class CappedClock {

    private final Supplier<MonoTime> clock;
    private final Duration cap;
    private MonoTime lastSeen;
    private MonoTime told;

    CappedClock(Supplier<MonoTime> clock, Duration cap) {
        this.clock = clock;
        this.cap = cap;
        this.lastSeen = clock.get();
        this.told = lastSeen;
    }

    synchronized MonoTime now() {
        MonoTime seen = clock.get();
        Duration gone = seen.since(lastSeen);
        lastSeen = seen;
        if (!gone.isNegative()) {
            told = told.plus(gone.compareTo(cap) > 0 ? cap : gone);
        }
        return told;
    }
}
