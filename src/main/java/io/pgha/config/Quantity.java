package io.pgha.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times and sizes as the file writes them: a number and a unit, always both.
 *
 * <p>Sizes are powers of 1024, as in postgresql.conf (PostgreSQL documentation, 20.1.1 "Parameter Names and Values"). HOCON
 * itself would take MB as a power of 1000 and a bare number as milliseconds or bytes; both would surprise here.
 */
final class Quantity {

    private static final Pattern FORM =
            Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)\\s*([A-Za-z]*)");

    private static final Map<String, Duration> TIMES = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "min", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    /** Largest first, which is the order in which a text is sought for a value. */
    private static final Map<String, Long> SIZES = sizes();

    private Quantity() {}

    private static Map<String, Long> sizes() {
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("TB", 1L << 40);
        sizes.put("GB", 1L << 30);
        sizes.put("MB", 1L << 20);
        sizes.put("kB", 1L << 10);
        sizes.put("B", 1L);
        return sizes;
    }

    /** Reads "500ms". */
    static Duration time(String text) throws Unfit {
        Matcher m = match(text, "a time", "500ms, 10s, 5m, 12h or 7d");
        Duration unit = Optional.ofNullable(TIMES.get(m.group(2).toLowerCase(Locale.ROOT)))
                .orElseThrow(() -> noUnit(text, "ms, s, m, h or d"));
        return Duration.ofNanos(product(m.group(1), unit.toNanos()));
    }

    /** Reads "16MB". */
    static long bytes(String text) throws Unfit {
        Matcher m = match(text, "a size", "64kB, 16MB, 10GB or 0B");
        String unit = m.group(2).replaceFirst("(?i)ib$", "B");
        for (Map.Entry<String, Long> size : SIZES.entrySet()) {
            if (size.getKey().equalsIgnoreCase(unit)) {
                return product(m.group(1), size.getValue());
            }
        }
        throw noUnit(text, "B, kB, MB, GB or TB (powers of 1024)");
    }

    private static Matcher match(String text, String what, String examples) throws Unfit {
        Matcher m = FORM.matcher(text.strip());
        if (!m.matches()) {
            throw new Unfit("'" + text + "' is not " + what + "; write for example " + examples);
        }
        return m;
    }

    private static Unfit noUnit(String text, String units) {
        boolean bare = text.strip().matches("[0-9.]+");
        return new Unfit("'" + text + "' has " + (bare ? "no unit" : "an unknown unit")
                + "; units are " + units);
    }

    private static long product(String number, long unit) throws Unfit {
        try {
            return new BigDecimal(number).multiply(BigDecimal.valueOf(unit)).longValueExact();
        } catch (ArithmeticException e) {
            throw new Unfit("'" + number + "' is too large, or too fine for its unit");
        }
    }

    /** The shortest exact text: "1500ms", "10s", "5m". */
    static String text(Duration time) {
        long ms = time.toMillis();
        if (ms == 0) {
            return "0s";
        }
        if (ms % 86_400_000 == 0) {
            return ms / 86_400_000 + "d";
        }
        if (ms % 3_600_000 == 0) {
            return ms / 3_600_000 + "h";
        }
        if (ms % 60_000 == 0) {
            return ms / 60_000 + "m";
        }
        return ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms";
    }

    /** The shortest exact text: "16MB". */
    static String text(long bytes) {
        for (Map.Entry<String, Long> size : SIZES.entrySet()) {
            if (bytes != 0 && bytes % size.getValue() == 0) {
                return bytes / size.getValue() + size.getKey();
            }
        }
        return bytes + "B";
    }
}
