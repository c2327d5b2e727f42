package io.pgha.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import java.io.IOException;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line of the control protocol: a JSON object whose values are all scalars.
 *
 * <p>Flat on purpose: it is read and written by Jackson's streaming core alone, which loads in a fraction of the time that
 * data binding takes, and a hot command such as {@code pgha is-primary} is mostly class loading.
 */
final class FlatLine {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_KEYS = 32;

    private FlatLine() {}

    /** One line without its end; strings, booleans and numbers keep their JSON type. */
    static String write(Map<String, Object> values) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            for (Map.Entry<String, Object> e : values.entrySet()) {
                json.writeFieldName(e.getKey());
                if (e.getValue() instanceof Boolean b) {
                    json.writeBoolean(b);
                } else if (e.getValue() instanceof Number n) {
                    json.writeNumber(n.longValue());
                } else {
                    json.writeString(e.getValue().toString());
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("a string writer failed", e);
        }
        return out.toString();
    }

    /**
     * Reads one line; every scalar comes back as its text.
     *
     * @throws IOException when it is not one flat JSON object of at most 32 different keys
     */
    static Map<String, String> read(String line) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the line is not a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                JsonToken value = json.nextToken();
                if (value == null || !value.isScalarValue() || value == JsonToken.VALUE_NULL) {
                    throw new IOException("the value of '" + key + "' is not a scalar");
                }
                if (values.put(key, json.getText()) != null || values.size() > MAX_KEYS) {
                    throw new IOException("key '" + key + "' comes twice, or there are too many");
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
                throw new IOException("the line is not exactly one JSON object");
            }
        }
        return values;
    }
}
