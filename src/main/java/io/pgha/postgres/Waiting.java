package io.pgha.postgres;

import java.time.Duration;

/** Pauses between two looks at something that tells nobody when it changes: files of /proc and PGDATA. */
final class Waiting {

    private Waiting() {}

    /** @throws ControlFailed when this thread is interrupted, which is how a workflow is given up */
    static void pause(Duration span, String what) throws ControlFailed {
        try {
            Thread.sleep(span.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlFailed(what + " was given up", e);
        }
    }

    /** "1.5 s". */
    static String words(Duration span) {
        long tenths = span.toMillis() / 100;
        return tenths % 10 == 0 ? tenths / 10 + " s" : tenths / 10 + "." + tenths % 10 + " s";
    }
}
