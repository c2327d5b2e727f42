package io.pgha.daemon;

import io.pgha.engine.Clock;
import io.pgha.model.MonoTime;

/** This host's clocks. Linux's monotonic clock, which System.nanoTime reads, never steps. */
final class HostClock implements Clock {

    @Override
    public MonoTime now() {
        return new MonoTime(System.nanoTime());
    }

    @Override
    public long wallClockMillis() {
        return java.time.Instant.now().toEpochMilli();
    }
}
