package io.pgha.readme;

import io.pgha.decision.Given;
import io.pgha.decision.Laid;
import io.pgha.decision.Row;
import io.pgha.engine.Coverage;
import io.pgha.model.FencePolicy;
import io.pgha.model.Guard;
import io.pgha.model.Policy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Writes the parts of README.md that say what the code says, each between two marks; run by packaging/readme. */
public final class Readme {

    static final Path FILE = Path.of("README.md");

    private static final String BEGIN = "<!-- %s: written by packaging/readme -->\n";
    private static final String END = "<!-- end -->\n";

    /** A column each; what holds for witness holds for etcd. */
    private static final Map<String, Policy> GUARDS = guards();

    private Readme() {}

    /** Rewrites the file in place. */
    public static void main(String[] arguments) throws IOException {
        String page = Files.readString(FILE, StandardCharsets.UTF_8);
        Files.writeString(FILE, renewed(page), StandardCharsets.UTF_8);
    }

    /** The page with its parts written anew. */
    static String renewed(String page) {
        return between(between(page, "faults", faults()), "rows", rows());
    }

    private static String between(String page, String name, String part) {
        String begin = BEGIN.formatted(name);
        int from = page.indexOf(begin) + begin.length();
        int to = page.indexOf(END, from);
        if (from < begin.length() || to < 0) {
            throw new IllegalStateException(FILE + " has no place for " + name);
        }
        return page.substring(0, from) + part + page.substring(to);
    }

    static Policy policy(Guard guard) {
        return Given.policy(guard, Policy.OnCleanStop.FAILOVER);
    }

    private static Map<String, Policy> guards() {
        Map<String, Policy> all = new LinkedHashMap<>();
        all.put("`manual`", policy(Guard.MANUAL));
        all.put("`failcount`", policy(Guard.FAILCOUNT));
        all.put("`gateway`", policy(Guard.GATEWAY));
        all.put("`witness`, `etcd`", policy(Guard.WITNESS));
        all.put(
                "`failcount` + fence",
                policy(Guard.FAILCOUNT)
                        .withFence(new FencePolicy(true, true, Duration.ofMinutes(1))));
        return all;
    }

    /** What breaks, alone or after something else. */
    private record Fault(int faults, String words) {

        /** Empty: it cannot happen there. */
        Optional<Coverage.By> by(Policy policy) {
            return Coverage.of(policy).stream()
                    .filter(row -> row.fault().equals(words))
                    .map(Coverage.Row::by)
                    .findFirst();
        }
    }

    private static Set<Fault> all(int faults) {
        Set<Fault> all = new LinkedHashSet<>();
        for (Policy policy : GUARDS.values()) {
            Coverage.of(policy).stream()
                    .filter(row -> row.faults() == faults)
                    .forEach(row -> all.add(new Fault(faults, row.fault())));
        }
        return all;
    }

    /** What every guard ends by itself in one sentence, the rest as a table. */
    private static String faults() {
        List<Fault> all = new ArrayList<>(all(1));
        all.addAll(all(2));
        List<String> always = new ArrayList<>();
        StringBuilder table = new StringBuilder();
        line(table, "faults", "what breaks", GUARDS.keySet());
        line(table, "---", "---", GUARDS.keySet().stream().map(g -> "---").toList());
        for (Fault fault : all) {
            List<Optional<Coverage.By>> who =
                    GUARDS.values().stream().map(fault::by).toList();
            if (who.stream().flatMap(Optional::stream).allMatch(Coverage.By.ITSELF::equals)) {
                always.add(fault.words());
            } else {
                line(
                        table,
                        fault.faults() == 1 ? "one" : "two",
                        fault.words(),
                        who.stream()
                                .map(by -> by.map(Coverage.By::words).orElse("–"))
                                .toList());
            }
        }
        return "Ended by itself wherever it can happen: " + String.join("; ", always)
                + ". Of the rest:\n\n" + table;
    }

    private static void line(
            StringBuilder table, String first, String second, Collection<String> cells) {
        table.append("| ").append(first).append(" | ").append(second).append(" | ");
        table.append(String.join(" | ", cells)).append(" |\n");
    }

    private static String rows() {
        Map<Row, SortedSet<String>> laws = Laid.out().laws();
        StringBuilder table = new StringBuilder();
        line(table, "", "guard", List.of("seen", "done", "held by"));
        line(table, "---", "---", List.of("---", "---", "---"));
        for (Row row : Row.values()) {
            String held = String.join("`, `", laws.getOrDefault(row, new TreeSet<>()));
            line(table, row.name(), guards(row), List.of(row.seen(), row.done(), "`" + held + "`"));
        }
        return table.toString();
    }

    private static String guards(Row row) {
        List<String> under = Arrays.stream(Guard.values())
                .filter(row::isUnder)
                .map(guard -> "`" + guard.name().toLowerCase(Locale.ROOT) + "`")
                .toList();
        return under.size() == Guard.values().length ? "any" : String.join(", ", under);
    }
}
