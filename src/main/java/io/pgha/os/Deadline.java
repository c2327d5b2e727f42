package io.pgha.os;

import java.time.Duration;

/**
 * A moment on the monotonic clock by which something must have ended, however many waits it is made of.
 *
 * @param atNanos as {@link System#nanoTime()} counts
 */
public record Deadline(long atNanos) {

    /** A span from now. */
    public static Deadline in(Duration span) {
        return new Deadline(System.nanoTime() + span.toNanos());
    }

    /** What is left; zero when it has passed, never negative. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, atNanos - System.nanoTime()));
    }

    /** What is left in whole milliseconds, at least 1: in the socket API 0 means "for ever". */
    public int remainingMillis() {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, remaining().toMillis()));
    }

    /** Whether the moment has come. */
    public boolean hasPassed() {
        return atNanos - System.nanoTime() <= 0;
    }

    /** The sooner of this and {@code span} from now. */
    public Deadline within(Duration span) {
        Deadline other = in(span);
        return other.atNanos - atNanos < 0 ? other : this;
    }
}
