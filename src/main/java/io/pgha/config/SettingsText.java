package io.pgha.config;

import io.pgha.config.Settings.Shown;

import java.util.List;
import java.util.regex.Pattern;

/** The settings in force, for {@code pgha config show}. */
public final class SettingsText {

    /** What looks like a password in free text (options of the server, arguments of the event command). */
    private static final Pattern SECRET = Pattern.compile(
            "(?i)([a-z_-]*(?:passw(?:or)?d|passphrase|secret|token)[a-z_-]*\\s*[=:]\\s*)[^\\s,\"\\]]+");

    private SettingsText() {}

    /** One line a key, {@code key = value  # origin}, in the order of the shipped file; secrets are shown as ***. */
    public static String show(Settings settings) {
        List<Shown> all = settings.shown();
        int keys = all.stream().mapToInt(s -> s.key().length()).max().orElse(0);
        int values = all.stream()
                .mapToInt(s -> s.value().length())
                .filter(n -> n <= 40)
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder();
        text.append("# ")
                .append(settings.file())
                .append(" as ")
                .append(settings.self().id());
        text.append(" reads it; profile ").append(settings.policy().profile());
        text.append("; digest ").append(settings.digest()).append('\n');
        for (Shown s : all) {
            String line = pad(s.key(), keys) + " = " + pad(s.value(), values) + "  # " + s.origin();
            text.append(line).append('\n');
        }
        return text.toString();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    /** The text with what looks like a password taken out. */
    public static String masked(String text) {
        return SECRET.matcher(text).replaceAll("$1***");
    }
}
