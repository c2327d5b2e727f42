package io.pgha.it;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One line of a benchmark: what it is about, then what was found, as {@code key=value}.
 *
 * @param subject its first word, in capitals
 * @param fields in the order in which they are printed
 */
record Figures(String subject, Map<String, String> fields) {

    Figures {
        fields = new LinkedHashMap<>(fields);
    }

    static Figures of(String subject) {
        return new Figures(subject, Map.of());
    }

    /** With one more; a value is a number or a word. */
    Figures with(String key, Object value) {
        Figures more = new Figures(subject, fields);
        more.fields.put(key, value.toString());
        return more;
    }

    Figures with(Map<String, String> others) {
        Figures more = new Figures(subject, fields);
        more.fields.putAll(others);
        return more;
    }

    /** With the median and the range of some runs. */
    Figures with(Spread spread) {
        return with("ms_median", spread.median())
                .with("min", spread.least())
                .with("max", spread.most())
                .with("n", spread.runs());
    }

    @Override
    public String toString() {
        return subject
                + fields.entrySet().stream()
                        .map(field -> " " + field.getKey() + "=" + field.getValue())
                        .collect(Collectors.joining());
    }
}
