package io.pgha.sim;

import io.pgha.engine.Clock;
import io.pgha.model.MonoTime;

/** One host's clocks: the monotonic one runs a little too fast or too slow, the wall clock may be set to anything. */
final class SimClock implements Clock {

    private static final long WALL_START = 1_700_000_000_000L;

    private final Agenda agenda;
    private final double rate;
    private final long origin;
    private long wallOffsetMillis;

    /** @param rate of this clock against true time; 1.01 runs one per cent too fast */
    SimClock(Agenda agenda, double rate, long origin) {
        this.agenda = agenda;
        this.rate = rate;
        this.origin = origin;
    }

    @Override
    public MonoTime now() {
        return new MonoTime(origin + (long) (agenda.now() * rate));
    }

    @Override
    public long wallClockMillis() {
        return WALL_START + agenda.now() / Agenda.MS + wallOffsetMillis;
    }

    /** How long a wait of {@code local} nanoseconds on this clock takes in true time. */
    long trueSpan(long local) {
        return (long) (local / rate);
    }

    /** Somebody sets the wall clock right. */
    void setRight() {
        wallOffsetMillis = 0;
    }

    /** Somebody sets the wall clock. */
    void step(long millis) {
        wallOffsetMillis = wallOffsetMillis + millis;
    }
}
