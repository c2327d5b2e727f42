package io.pgha.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;

import java.io.IOException;
import java.time.DateTimeException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** Texts, numbers and booleans. The library's own reading would take "5" for a number, 5.0 for an int and 5 for a text. */
final class Scalars {

    private Scalars() {}

    /** A text as it is. */
    static final class Text implements Form<String> {
        @Override
        public String read(JsonReader in) throws IOException {
            Form.expect(in, JsonToken.STRING);
            return in.nextString();
        }

        @Override
        public void write(JsonWriter out, String value) throws IOException {
            out.value(value);
        }
    }

    /** A boolean. */
    static final class Truth implements Form<Boolean> {
        @Override
        public Boolean read(JsonReader in) throws IOException {
            Form.expect(in, JsonToken.BOOLEAN);
            return in.nextBoolean();
        }

        @Override
        public void write(JsonWriter out, Boolean value) throws IOException {
            out.value(value);
        }
    }

    /** A whole number that its type holds, written without fraction and exponent. */
    static final class Whole<N extends Number> implements Form<N> {
        private final Function<String, N> parse;
        private final String range;

        /** With what refuses all else by a NumberFormatException, and the words for it. */
        Whole(Function<String, N> parse, String range) {
            this.parse = parse;
            this.range = range;
        }

        @Override
        public N read(JsonReader in) throws IOException {
            Form.expect(in, JsonToken.NUMBER);
            String digits = in.nextString();
            try {
                return parse.apply(digits);
            } catch (NumberFormatException e) {
                throw JsonRefused.last(in, "is not a whole number of " + range);
            }
        }

        @Override
        public void write(JsonWriter out, N value) throws IOException {
            out.value(value.longValue());
        }
    }

    /** A value that travels as text; what its form refuses is a complaint about that field. */
    static final class Written<T> implements Form<T> {
        private final Function<T, String> print;
        private final Function<String, T> parse;

        Written(Function<T, String> print, Function<String, T> parse) {
            this.print = print;
            this.parse = parse;
        }

        @Override
        public T read(JsonReader in) throws IOException {
            Form.expect(in, JsonToken.STRING);
            String text = in.nextString();
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException | DateTimeException e) {
                throw JsonRefused.last(in, "cannot be: " + e.getMessage());
            }
        }

        @Override
        public void write(JsonWriter out, T value) throws IOException {
            out.value(print.apply(value));
        }
    }

    /** A constant by its name. */
    static final class Constant<E extends Enum<E>> implements Form<E> {
        private final Map<String, E> byName = new HashMap<>();
        private final String type;

        Constant(Class<E> type) {
            this.type = type.getSimpleName();
            for (E constant : type.getEnumConstants()) {
                byName.put(constant.name(), constant);
            }
        }

        @Override
        public E read(JsonReader in) throws IOException {
            Form.expect(in, JsonToken.STRING);
            String name = in.nextString();
            E constant = byName.get(name);
            if (constant == null) {
                throw JsonRefused.last(
                        in, "cannot be '" + name + "': this version knows no such " + type);
            }
            return constant;
        }

        @Override
        public void write(JsonWriter out, E value) throws IOException {
            out.value(value.name());
        }
    }
}
