package io.pgha.http;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes and spans as people read them, the same in status, progress and problems. Powers of 1024, as in PostgreSQL. */
public final class Amounts {

    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})\\s*(B|kB|KB|MB|GB|TB)?");

    private Amounts() {}

    /** Such as {@code 12 kB} or {@code 1.3 GB}; one decimal from MB on, while below ten units. */
    public static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        String form = unit >= 2 && amount < 100 ? "%.1f %s" : "%.0f %s";
        return String.format(Locale.ROOT, form, amount, UNITS[unit]);
    }

    /** Such as {@code 0.8 ms}, {@code 240 ms}, {@code 4.2 s}, {@code 3 min 12 s}, {@code 5 h 3 min}, {@code 3 d 4 h}. */
    public static String span(Duration span) {
        long ms = span.toMillis();
        if (ms < 10) {
            return String.format(Locale.ROOT, "%.1f ms", span.toNanos() / 1e6);
        }
        if (ms < 1000) {
            return ms + " ms";
        }
        long s = span.toSeconds();
        if (s < 60) {
            return String.format(Locale.ROOT, "%.1f s", Math.min(59.9, ms / 1e3));
        }
        if (s < 3600) {
            return s / 60 + " min " + s % 60 + " s";
        }
        return s < 86400
                ? s / 3600 + " h " + s % 3600 / 60 + " min"
                : s / 86400 + " d " + s % 86400 / 3600 + " h";
    }

    /** Reads {@code 16MB}, {@code 1GB}, {@code 512kB} or plain bytes; empty when the text is none of them. */
    public static OptionalLong parseBytes(String text) {
        Matcher m = SIZE.matcher(text.strip());
        if (!m.matches()) {
            return OptionalLong.empty();
        }
        String unit = m.group(2) == null ? "B" : m.group(2);
        int power = switch (unit) {
            case "B" -> 0;
            case "kB", "KB" -> 1;
            case "MB" -> 2;
            case "GB" -> 3;
            default -> 4;
        };
        try {
            return OptionalLong.of(
                    Math.multiplyExact(Long.parseLong(m.group(1)), 1L << (10 * power)));
        } catch (ArithmeticException e) {
            return OptionalLong.empty();
        }
    }
}
