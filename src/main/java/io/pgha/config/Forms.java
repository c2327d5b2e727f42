package io.pgha.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The forms that values can have. */
final class Forms {

    private Forms() {}

    static Form<Duration> time(String from, String to) {
        Duration least = sure(from);
        Duration most = sure(to);
        String allowed = "a time from " + Quantity.text(least) + " to " + Quantity.text(most);
        return new Word<>(
                text -> {
                    Duration time = Quantity.time(text);
                    if (time.compareTo(least) < 0 || time.compareTo(most) > 0) {
                        throw new Unfit("'" + text + "' is out of range; allowed is " + allowed);
                    }
                    return time;
                },
                Quantity::text,
                allowed,
                Optional.of(Quantity.text(least)));
    }

    private static Duration sure(String text) {
        try {
            return Quantity.time(text);
        } catch (Unfit e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static Form<Long> size(long from, long to) {
        String allowed = "a size from " + Quantity.text(from) + " to " + Quantity.text(to);
        return new Word<>(
                text -> {
                    long bytes = Quantity.bytes(text);
                    if (bytes < from || bytes > to) {
                        throw new Unfit("'" + text + "' is out of range; allowed is " + allowed);
                    }
                    return bytes;
                },
                Quantity::text,
                allowed,
                Optional.of(Quantity.text(from)));
    }

    static Form<Integer> whole(int from, int to) {
        String allowed = "a whole number from " + from + " to " + to;
        return new Word<>(
                text -> {
                    if (!text.matches("\\d{1,9}")) {
                        throw new Unfit("'" + text + "' is not " + allowed);
                    }
                    int number = Integer.parseInt(text);
                    if (number < from || number > to) {
                        throw new Unfit(number + " is out of range; allowed is " + allowed);
                    }
                    return number;
                },
                number -> Integer.toString(number),
                allowed,
                Optional.of(Integer.toString(from)));
    }

    static Form<Integer> port() {
        return whole(1, 65535);
    }

    /** One of an enum's constants, written in lower case. */
    static <E extends Enum<E>> Form<E> choice(Class<E> type) {
        List<E> constants = List.of(type.getEnumConstants());
        List<String> words = constants.stream().map(Forms::word).toList();
        return new Word<>(
                text -> constants.get(words.indexOf(choose(text, words))),
                Forms::word,
                "one of " + String.join(", ", words),
                Optional.empty());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static Form<String> choice(List<String> words) {
        return new Word<>(
                text -> choose(text, words),
                text -> text,
                "one of " + String.join(", ", words),
                Optional.empty());
    }

    private static String choose(String text, List<String> words) throws Unfit {
        if (words.contains(text)) {
            return text;
        }
        String hint = Names.nearest(text, words)
                .map(near -> "; did you mean '" + near + "'?")
                .orElse("");
        throw new Unfit("'" + text + "' is not one of " + String.join(", ", words) + hint);
    }

    static Form<Boolean> yesOrNo() {
        return new Word<>(
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "on", "yes", "true" -> true;
                    case "off", "no", "false" -> false;
                    default -> throw new Unfit("'" + text + "' is neither on nor off");
                },
                yes -> yes ? "on" : "off",
                "on or off",
                Optional.empty());
    }

    /** Text of a stated pattern; {@code allowed} says it in words. */
    static Form<String> text(String pattern, String allowed) {
        Pattern form = Pattern.compile(pattern);
        return new Word<>(
                text -> {
                    if (!form.matcher(text).matches()) {
                        throw new Unfit("'" + text + "' is not " + allowed);
                    }
                    return text;
                },
                ConfigUtil::quoteString,
                allowed,
                Optional.empty());
    }

    static Form<Path> path() {
        String allowed = "an absolute path";
        return new Word<>(
                text -> {
                    try {
                        Path path = Path.of(text);
                        if (path.isAbsolute()) {
                            return path.normalize();
                        }
                    } catch (InvalidPathException e) {
                        throw new Unfit("'" + text + "' is not a path: " + e.getReason());
                    }
                    throw new Unfit("'" + text + "' is not " + allowed + "; it must begin with /");
                },
                path -> ConfigUtil.quoteString(path.toString()),
                allowed,
                Optional.empty());
    }

    /** A list of distinct values, or of any when {@code repeats}. */
    static <T> Form<List<T>> list(Form<T> of, int most, Repeats repeats) {
        return new ListForm<>(of, most, repeats);
    }

    /** Whether a list may hold a value twice. */
    enum Repeats {
        ALLOWED,
        REFUSED
    }

    private record ListForm<T>(Form<T> of, int most, Repeats repeats) implements Form<List<T>> {

        @Override
        public List<T> read(ConfigValue value) throws Unfit {
            if (value.valueType() != ConfigValueType.LIST) {
                throw new Unfit(
                        "is not a list; write [ ... ] around its values, each " + of.allowed());
            }
            List<T> values = new ArrayList<>();
            for (ConfigValue element : (ConfigList) value) {
                values.add(of.read(element));
            }
            if (values.size() > most) {
                throw new Unfit(
                        "has " + values.size() + " values; at most " + most + " are allowed");
            }
            if (repeats == Repeats.REFUSED && new HashSet<>(values).size() < values.size()) {
                throw new Unfit("names a value twice");
            }
            return List.copyOf(values);
        }

        @Override
        public String write(List<T> values) {
            return values.stream().map(of::write).collect(Collectors.joining(", ", "[", "]"));
        }

        @Override
        public String allowed() {
            return "a list in [ ], each " + of.allowed();
        }
    }
}
