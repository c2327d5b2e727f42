package io.pgha.it;

import java.util.ArrayList;
import java.util.List;

/** Places on a logarithmic scale, and where its marks are: 1, 2 and 5 in each decade. */
final class LogScale {

    private static final List<Integer> STEPS = List.of(1, 2, 5);

    private final long first;
    private final long last;
    private final int from;
    private final int to;

    private LogScale(long first, long last, int from, int to) {
        this.first = first;
        this.last = last;
        this.from = from;
        this.to = to;
    }

    /** Wide enough for all these values, from one place to another; it begins and ends with a mark. */
    static LogScale over(List<Long> values, int from, int to) {
        long least = values.stream().mapToLong(Math::abs).min().orElse(1);
        long most = values.stream().mapToLong(Math::abs).max().orElse(1);
        long first = 1;
        long last = 1;
        for (long mark : marks(Math.max(2, 10 * most))) {
            if (mark <= least) {
                first = mark;
            }
            last = mark;
            if (mark > most) {
                break;
            }
        }
        return new LogScale(first, last, from, to);
    }

    private static List<Long> marks(long most) {
        List<Long> marks = new ArrayList<>();
        for (long decade = 1; decade <= most; decade *= 10) {
            for (int step : STEPS) {
                marks.add(decade * step);
            }
        }
        return marks;
    }

    List<Long> marks() {
        return marks(last).stream().filter(m -> m >= first && m <= last).toList();
    }

    /** What lies outside is at the nearer end. */
    int at(long value) {
        long within = Math.max(first, Math.min(last, value));
        double part = Math.log((double) within / first) / Math.log((double) last / first);
        return from + (int) Math.round(part * (to - from));
    }
}
