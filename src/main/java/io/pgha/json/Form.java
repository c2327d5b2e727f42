package io.pgha.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** How the values of one type are read and written. Used by several threads. */
interface Form<T> {

    /**
     * Reads what stands next, whole.
     *
     * @throws JsonRefused when it is something else; it is never made into a value that resembles it
     * @throws IOException when the text is no JSON
     */
    T read(JsonReader in) throws IOException;

    /** Writes it, whole. */
    void write(JsonWriter out, T value) throws IOException;

    /** The value of a field that is not there; empty: the field is required. */
    default Optional<T> absent() {
        return Optional.empty();
    }

    /** Whether a field with this value is not written at all. */
    default boolean isLeftOut(T value) {
        return false;
    }

    /** Refuses what stands next unless it is one of these. */
    static void expect(JsonReader in, JsonToken wanted) throws IOException {
        JsonToken found = in.peek();
        if (found != wanted) {
            throw JsonRefused.next(
                    in,
                    found == JsonToken.NULL
                            ? "is null"
                            : "must be " + words(wanted) + " and is " + words(found));
        }
    }

    private static String words(JsonToken token) {
        return switch (token) {
            case BEGIN_OBJECT -> "an object";
            case BEGIN_ARRAY -> "an array";
            default -> "a " + token.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }
}
