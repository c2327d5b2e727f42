package io.pgha.model;

import java.time.Duration;

/**
 * A moment on this host's monotonic clock. Moments of two hosts, or of two starts of a process, are never compared.
 *
 * @param nanos nanoseconds since an arbitrary origin
 */
public record MonoTime(long nanos) implements Comparable<MonoTime> {

    public MonoTime plus(Duration span) {
        return new MonoTime(nanos + span.toNanos());
    }

    /** The time that has gone by since {@code earlier}; negative when it lies ahead. */
    public Duration since(MonoTime earlier) {
        return Duration.ofNanos(nanos - earlier.nanos);
    }

    public boolean isAfter(MonoTime other) {
        return nanos - other.nanos > 0;
    }

    /** True when at least {@code span} lies between {@code earlier} and this moment. */
    public boolean isPast(MonoTime earlier, Duration span) {
        return since(earlier).compareTo(span) >= 0;
    }

    @Override
    public int compareTo(MonoTime other) {
        return Long.compare(nanos - other.nanos, 0);
    }
}
