package io.pgha.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A postgresql.conf. The last line of a name wins, included files count where they are named (documentation, "Setting
 * Parameters"): what is set here is written at the end, and an earlier line of the same name becomes a comment.
 */
final class SettingLines {

    private static final String HEADER = "# by pgha setup: what a failover needs";
    private static final Pattern SETTING =
            Pattern.compile("\\s*([A-Za-z_][A-Za-z0-9_.]*)\\s*(?:=|\\s).*");

    private static final Pattern VALUE =
            Pattern.compile("\\s*[A-Za-z0-9_.]+\\s*=?\\s*(?:'([^']*)'|([^\\s#']*)).*");

    private SettingLines() {}

    /** What the text says of a name; empty: nothing. */
    static Optional<String> value(String text, String name) {
        Optional<String> last = Optional.empty();
        for (String line : text.lines().toList()) {
            Matcher setting = SETTING.matcher(line);
            Matcher value = VALUE.matcher(line);
            if (setting.matches()
                    && value.matches()
                    && name.equals(String.valueOf(setting.group(1)).toLowerCase(Locale.ROOT))) {
                last = Optional.ofNullable(value.group(1))
                        .or(() -> Optional.ofNullable(value.group(2)));
            }
        }
        return last;
    }

    /** The text with these values in force; the same text without any. */
    static String with(String text, Map<String, String> values) {
        if (values.isEmpty()) {
            return text;
        }
        List<String> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher setting = SETTING.matcher(line);
            boolean replaced = setting.matches()
                    && values.containsKey(
                            String.valueOf(setting.group(1)).toLowerCase(Locale.ROOT));
            lines.add(replaced ? "#" + line : line);
        }
        lines.add(HEADER);
        values.forEach((name, value) -> lines.add(name + " = " + Sql.literal(value)));
        return String.join("\n", lines) + "\n";
    }
}
