package io.pgha.http;

import io.pgha.engine.Status.Running;

import java.time.Duration;

/** A workflow in flight as one or two lines: where it is, how much is done, how fast, how long still. */
final class ProgressText {

    private static final int BAR = 30;

    private ProgressText() {}

    /** The step: {@code step 3 of 9: copying the database}. */
    static String step(Running r) {
        return "step " + r.step() + " of " + r.steps() + ": " + r.words();
    }

    /** The bar, as far as it is known; without bytes only the time gone by. */
    static String bar(Running r) {
        String elapsed = Amounts.span(r.elapsed()) + " so far";
        if (r.doneBytes() <= 0) {
            return elapsed;
        }
        String rate = r.bytesPerSecond() > 0 ? ", " + Amounts.bytes(r.bytesPerSecond()) + "/s" : "";
        if (r.totalBytes() <= 0) {
            return Amounts.bytes(r.doneBytes()) + rate + ", " + elapsed;
        }
        long done = Math.min(r.doneBytes(), r.totalBytes());
        int filled = (int) (BAR * (double) done / r.totalBytes());
        String bar = "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] "
                + (int) (100.0 * done / r.totalBytes()) + " %  ";
        String left = r.bytesPerSecond() > 0
                ? ", "
                        + Amounts.span(
                                Duration.ofSeconds((r.totalBytes() - done) / r.bytesPerSecond()))
                        + " left"
                : "";
        return bar + Amounts.bytes(done) + " of " + Amounts.bytes(r.totalBytes()) + rate + left
                + ", " + elapsed;
    }
}
