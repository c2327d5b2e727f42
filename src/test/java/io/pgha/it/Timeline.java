package io.pgha.it;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
    private static final Pattern SPEAKER =
            Pattern.compile("^ (?:[A-Z]+ +node[12]|[A-Z]+ \\[[0-9]+\\])");

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
            String place, String struck, Instant blow, long end, Map<String, Long> into) {

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

    /** A line for each thing that was said in at least half of the runs, earliest first: the median, then each run. */
    static List<String> table(List<Timeline> all) {
        Set<String> keys = new LinkedHashSet<>();
        all.forEach(one -> keys.addAll(one.millis().keySet()));
        List<Map.Entry<Long, String>> rows = new ArrayList<>();
        for (String key : keys) {
            List<Optional<Long>> runs = all.stream()
                    .map(one -> Optional.ofNullable(one.millis().get(key)))
                    .toList();
            List<Long> said = runs.stream().flatMap(Optional::stream).toList();
            if (said.size() * 2 >= all.size()) {
                long median = new Spread(said).median();
                String each = runs.stream()
                        .map(run -> run.map(String::valueOf).orElse("-"))
                        .collect(Collectors.joining(" "));
                rows.add(Map.entry(median, "TIMELINE %4d ms [%s] %s".formatted(median, each, key)));
            }
        }
        return rows.stream()
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
    }
}
