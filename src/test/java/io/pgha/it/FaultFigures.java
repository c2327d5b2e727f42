package io.pgha.it;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The line of one fault, as {@link Bench} prints it and as tables and plot read it again. */
final class FaultFigures {

    static final String SUBJECT = "BENCH";
    static final String FAULT = "fault";
    static final String MEDIAN = "failover_ms_median";
    static final String LEAST = "min";
    static final String MOST = "max";
    static final String LOST = "lost";
    static final String TWO_PRIMARIES = "two_primaries_ms";
    static final String REJOIN = "rejoin_ms_median";
    static final String COPIES = "copies";
    static final String FLOOR = "floor_ms";
    static final String RATIO = "ratio";

    private FaultFigures() {}

    static Figures of(Fault fault, Contender contender, List<BenchBed.Seen> all, Floor floor) {
        Spread gaps = gaps(all);
        Figures figures = Figures.of(SUBJECT)
                .with(FAULT, fault.word())
                .with(contender.words())
                .with("runs", all.size())
                .with(MEDIAN, gaps.median())
                .with(LEAST, gaps.least())
                .with(MOST, gaps.most())
                .with(LOST, all.stream().mapToInt(BenchBed.Seen::lost).sum())
                .with(
                        TWO_PRIMARIES,
                        all.stream()
                                .mapToLong(BenchBed.Seen::twoPrimariesMillis)
                                .max()
                                .orElse(0));
        if (contender.bringsBack()) {
            Optional<Spread> rejoins = rejoins(all);
            figures = figures.with(REJOIN, rejoins.map(r -> "" + r.median()).orElse("-"))
                    .with(COPIES, all.size() - rejoins.map(Spread::runs).orElse(0));
        }
        return figures.with(FLOOR, floor.under(fault).median())
                .with(RATIO, gaps.over(floor.under(fault)));
    }

    static Spread gaps(List<BenchBed.Seen> all) {
        return new Spread(all.stream().map(BenchBed.Seen::gapMillis).toList());
    }

    /** Of the runs in which nothing was copied; empty: in all of them. */
    static Optional<Spread> rejoins(List<BenchBed.Seen> all) {
        List<Long> millis = all.stream()
                .map(BenchBed.Seen::back)
                .filter(back -> !back.copied())
                .map(BenchBed.Back::millis)
                .toList();
        return millis.isEmpty() ? Optional.empty() : Optional.of(new Spread(millis));
    }

    /** What a line is about, for a reader: the contender and what it had to do. */
    static String contender(Map<String, String> fields) {
        String name = fields.containsKey("peer")
                ? fields.getOrDefault("peer", "")
                : fields.getOrDefault("guard", "") + ", " + fields.getOrDefault("profile", "");
        String crowd = fields.getOrDefault("connections", "0");
        return crowd.equals("0") ? name : name + ", " + crowd + " more sessions";
    }
}
