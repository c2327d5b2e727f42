package io.pgha.os;

import jnr.constants.platform.Signal;
import jnr.posix.util.SunMiscSignal;

import java.util.Optional;

/**
 * SIGHUP, by which a daemon is told to read its configuration anew; without this the JVM would end. As signals are, there is one for the
 * process. Safe for threads.
 */
public final class Hangup {

    private static final Object LOCK = new Object();
    private static Optional<Runnable> heed = Optional.empty();
    private static boolean early;

    private Hangup() {}

    /** From now on a SIGHUP ends nobody, and is not forgotten either: {@link #onEach} makes up for it. */
    public static void hold() {
        SunMiscSignal.signal(Signal.SIGHUP, number -> heard());
    }

    /** From now on each SIGHUP runs {@code body}, on a thread of its own; so does one that was held. */
    public static void onEach(Runnable body) {
        hold();
        boolean missed;
        synchronized (LOCK) {
            heed = Optional.of(body);
            missed = early;
            early = false;
        }
        if (missed) {
            body.run();
        }
    }

    private static void heard() {
        Optional<Runnable> body;
        synchronized (LOCK) {
            body = heed;
            early = body.isEmpty();
        }
        body.ifPresent(Runnable::run);
    }
}
