package io.pgha.http;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

import io.pgha.json.Json;
import io.pgha.json.JsonRefused;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** One line of the control protocol: a JSON object whose values are all scalars. */
final class FlatLine {

    private static final int MAX_KEYS = 32;

    /** So much of a line is shown that is not understood; nothing in it is secret. */
    private static final int SHOWN = 60;

    private FlatLine() {}

    /** One line without its end; strings, booleans and numbers keep their JSON type. */
    static String write(Map<String, Object> values) {
        return Json.write(out -> {
            out.beginObject();
            for (Map.Entry<String, Object> e : values.entrySet()) {
                out.name(e.getKey());
                if (e.getValue() instanceof Boolean b) {
                    out.value(b);
                } else if (e.getValue() instanceof Number n) {
                    out.value(n.longValue());
                } else {
                    out.value(e.getValue().toString());
                }
            }
            out.endObject();
        });
    }

    /**
     * Reads one line; every scalar comes back as its text.
     *
     * @throws IOException when it is not one flat JSON object of at most 32 different keys
     */
    static Map<String, String> read(String line) throws IOException {
        try {
            return Json.read(line, FlatLine::members);
        } catch (JsonRefused e) {
            throw new JsonRefused("'" + line.substring(0, Math.min(line.length(), SHOWN))
                    + "' is not understood: " + e.getMessage());
        }
    }

    private static Map<String, String> members(JsonReader in) throws IOException {
        if (in.peek() != JsonToken.BEGIN_OBJECT) {
            throw new JsonRefused("the line is not a JSON object");
        }
        Map<String, String> values = new LinkedHashMap<>();
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            String value = switch (in.peek()) {
                case STRING, NUMBER -> in.nextString();
                case BOOLEAN -> Boolean.toString(in.nextBoolean());
                default -> throw new JsonRefused("the value of '" + key + "' is not a scalar");
            };
            if (values.put(key, value) != null || values.size() > MAX_KEYS) {
                throw new JsonRefused("key '" + key + "' comes twice, or there are too many");
            }
        }
        in.endObject();
        return values;
    }
}
