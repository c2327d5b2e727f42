package io.pgha.json;

import com.google.gson.stream.JsonWriter;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The members of a JSON object that has no record, in the order in which they were put. For one thread. */
public final class Members {

    private final Map<String, Object> values = new LinkedHashMap<>();

    /** A text, a boolean, a whole number, members, or a list or map of these. */
    public Members put(String name, Object value) {
        values.put(name, value);
        return this;
    }

    /** On one line. */
    public String text() {
        return text(this);
    }

    /** On several lines, for people. */
    public String indented() {
        return Layout.indented(text());
    }

    /** An array on several lines, for people. */
    public static String indented(List<Members> all) {
        return Layout.indented(text(all));
    }

    /** Any of the values that may be put, on one line. */
    public static String text(Object value) {
        return Json.write(out -> write(out, value));
    }

    private static void write(JsonWriter out, Object value) throws IOException {
        if (value instanceof String text) {
            out.value(text);
        } else if (value instanceof Boolean truth) {
            out.value(truth);
        } else if (value instanceof Long || value instanceof Integer) {
            out.value(((Number) value).longValue());
        } else if (value instanceof Members members) {
            write(out, members.values);
        } else if (value instanceof Map<?, ?> map) {
            out.beginObject();
            for (Map.Entry<?, ?> member : map.entrySet()) {
                out.name(member.getKey().toString());
                write(out, member.getValue());
            }
            out.endObject();
        } else if (value instanceof List<?> list) {
            out.beginArray();
            for (Object item : list) {
                write(out, item);
            }
            out.endArray();
        } else {
            throw new IllegalArgumentException("no JSON form for " + value.getClass());
        }
    }
}
