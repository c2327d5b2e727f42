package io.pgha.it;

import java.util.List;
import java.util.Locale;

/**
 * Milliseconds of several runs of the same thing.
 *
 * @param millis least first; never none
 */
record Spread(List<Long> millis) {

    Spread {
        if (millis.isEmpty()) {
            throw new IllegalArgumentException("no runs");
        }
        millis = millis.stream().sorted().toList();
    }

    static Spread ofNanos(List<Long> nanos) {
        return new Spread(nanos.stream().map(n -> n / 1_000_000).toList());
    }

    int runs() {
        return millis.size();
    }

    long median() {
        return millis.get(millis.size() / 2);
    }

    long least() {
        return millis.get(0);
    }

    long most() {
        return millis.get(millis.size() - 1);
    }

    /** How many times the median of another, to one digit. */
    String over(Spread other) {
        return String.format(Locale.ROOT, "%.1f", (double) median() / Math.max(1, other.median()));
    }
}
