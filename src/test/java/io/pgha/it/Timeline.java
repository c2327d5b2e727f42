package io.pgha.it;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where the time of a fault goes: when each daemon said what, counted from the blow, until clients could write again. All nodes
 * of a lab have the host's clock.
 *
 * @param millis by the line's place and words, in the order in which they were first seen
 */
record Timeline(Map<String, Long> millis) {

    static final String SERVED = "clients a write is acknowledged";

    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");
    private static final Pattern MOMENT =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\\.[0-9]{3} ");
    private static final int MOMENT_LENGTH = 23;

    /** Level and node of a daemon's line, zone and process of PostgreSQL's. */
    private static final Pattern SPEAKER = Pattern.compile("^ (?:[A-Z]+ +node[12]|[A-Z]+ \\[[0-9]+\\])");

    /** Of one blow at {@code from}, on System.nanoTime, after which clients wrote again at {@code served}. */
    static Timeline of(LabNode struck, LabNode heir, long from, long served) {
        Instant blow = Instant.now().minus(Duration.ofNanos(System.nanoTime() - from));
        long end = (served - from) / 1_000_000;
        Map<String, Long> millis = new LinkedHashMap<>();
        for (LabNode node : List.of(struck, heir)) {
            String place = node.name().equals(struck.name()) ? "struck" : "heir";
            Moments moments = new Moments(place, struck.name(), blow, end, millis);
            node.daemon().logged().lines().forEach(moments::read);
            node.postgres().logged().lines().forEach(moments::read);
        }
        millis.put(SERVED, end);
        return new Timeline(millis);
    }

    /** Takes in the lines of one node that begin with a moment after the blow. */
    private record Moments(
            String place,
            String struck,
            Instant blow,
            long end,
            Map<String, Long> into) {

        void read(String line) {
            if (!MOMENT.matcher(line).lookingAt()) {
                return;
            }
            Instant at = LocalDateTime.parse(line.substring(0, MOMENT_LENGTH), FORM)
                    .atZone(ZoneId.systemDefault())
                    .toInstant();
            long after = Duration.between(blow, at).toMillis();
            if (after >= 0 && after <= end) {
                into.putIfAbsent("%-8s%s".formatted(place, words(line)), after);
            }
        }

        /** Nodes change places from run to run, and numbers with them. */
        private String words(String line) {
            return SPEAKER.matcher(line.substring(MOMENT_LENGTH))
                    .replaceFirst("")
                    .replace(struck, "struck")
                    .replaceAll("node[12]", "heir")
                    .replaceAll("[0-9A-F]+/[0-9A-F]+", "LSN")
                    .replaceAll("[0-9][0-9A-F]*", "n");
        }
    }

    /** Medians of several runs, earliest first; what was said in less than half of them is left out. */
    static List<String> medians(List<Timeline> all) {
        Set<String> keys = new HashSet<>();
        all.forEach(one -> keys.addAll(one.millis().keySet()));
        List<Map.Entry<Spread, String>> rows = new ArrayList<>();
        for (String key : keys) {
            List<Long> seen = all.stream()
                    .filter(one -> one.millis().containsKey(key))
                    .map(one -> one.millis().getOrDefault(key, 0L))
                    .toList();
            if (seen.size() * 2 >= all.size()) {
                rows.add(Map.entry(new Spread(seen), key));
            }
        }
        rows.sort(Comparator.comparing(row -> row.getKey().median()));
        return rows.stream()
                .map(row -> "TIMELINE %4d ms (%d to %d) %s"
                        .formatted(
                                row.getKey().median(),
                                row.getKey().least(),
                                row.getKey().most(),
                                row.getValue()))
                .toList();
    }
}
