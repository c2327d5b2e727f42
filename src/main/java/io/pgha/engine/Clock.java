package io.pgha.engine;

import io.pgha.model.MonoTime;

/** Time as the engine sees it. The host's runs through suspend; the simulator's runs as the seed says. */
public interface Clock {

    /** Now, on this host's monotonic clock. */
    MonoTime now();

    /** Milliseconds since 1970 by the wall clock: for display and for the skew warning, never for a decision. */
    long wallClockMillis();
}
