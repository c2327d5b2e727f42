package io.pgha.booted;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was seen of each event, one row each, as Markdown. */
final class BootMatrix {

    private static final String HEAD = """
            BOOT | event | guard | open | after s | violations |
            BOOT |---|---|---|---|---|
            """;

    private final List<String> rows = new ArrayList<>();

    /** Adds a row and prints it. */
    void add(String event, String guard, String open, double afterSeconds, int violations) {
        String row = String.format(
                Locale.ROOT,
                "BOOT | %s | `%s` | %s | %.1f | %d |",
                event,
                guard,
                open,
                afterSeconds,
                violations);
        rows.add(row);
        System.out.println(row);
    }

    @Override
    public String toString() {
        return HEAD + String.join("\n", rows);
    }
}
