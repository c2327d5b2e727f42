package io.pgha.it;

import java.util.Map;

/** The line of one database size, as {@link SizeRuns} prints it and as tables read it again. */
final class SizeFigures {

    static final String SUBJECT = "SIZE";
    private static final String WHAT = "what";
    private static final String GIGABYTES = "gb";
    private static final String RATIO = "ratio_to_smallest";

    private SizeFigures() {}

    static Figures of(
            String what, double gigabytes, Contender contender, Spread spread, Spread smallest) {
        return Figures.of(SUBJECT)
                .with(WHAT, what)
                .with(GIGABYTES, gigabytes % 1 == 0 ? (Object) Math.round(gigabytes) : gigabytes)
                .with(contender.words())
                .with(spread)
                .with(RATIO, spread.over(smallest));
    }

    static String title(Map<String, String> fields) {
        return fields.get(WHAT) + ", " + fields.get(GIGABYTES) + " GB";
    }

    static String cell(Map<String, String> fields) {
        return fields.get("ms_median") + " (" + fields.get("min") + " to " + fields.get("max")
                + "), ×" + fields.get(RATIO);
    }
}
