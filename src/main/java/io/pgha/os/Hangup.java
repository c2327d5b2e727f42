package io.pgha.os;

import jnr.constants.platform.Signal;
import jnr.posix.util.SunMiscSignal;

/** SIGHUP, by which a daemon is told to read its configuration anew; without this the JVM would end. */
public final class Hangup {

    private Hangup() {}

    /** From now on each SIGHUP runs {@code body}, on a thread of its own. */
    public static void onEach(Runnable body) {
        SunMiscSignal.signal(Signal.SIGHUP, number -> body.run());
    }
}
