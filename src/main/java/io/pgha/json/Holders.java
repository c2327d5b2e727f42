package io.pgha.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What holds other values. */
final class Holders {

    private Holders() {}

    /** An array; none of its elements is null. */
    static final class Items<T> implements Form<List<T>> {
        private final Form<T> item;

        Items(Form<T> item) {
            this.item = item;
        }

        @Override
        public List<T> read(JsonReader in) throws IOException {
            Form.expect(in, JsonToken.BEGIN_ARRAY);
            List<T> items = new ArrayList<>();
            in.beginArray();
            while (in.hasNext()) {
                items.add(item.read(in));
            }
            in.endArray();
            return List.copyOf(items);
        }

        @Override
        public void write(JsonWriter out, List<T> value) throws IOException {
            out.beginArray();
            for (T one : value) {
                item.write(out, one);
            }
            out.endArray();
        }
    }

    /** What may be unknown. */
    static final class Perhaps<T> implements Form<Optional<T>> {
        private final Form<T> held;
        private final Json.Unknown unknown;

        Perhaps(Form<T> held, Json.Unknown unknown) {
            this.held = held;
            this.unknown = unknown;
        }

        @Override
        public Optional<T> read(JsonReader in) throws IOException {
            if (in.peek() == JsonToken.NULL) {
                in.nextNull();
                return Optional.empty();
            }
            return Optional.of(held.read(in));
        }

        @Override
        public void write(JsonWriter out, Optional<T> value) throws IOException {
            if (value.isPresent()) {
                held.write(out, value.get());
            } else {
                out.nullValue();
            }
        }

        @Override
        public Optional<Optional<T>> absent() {
            return unknown == Json.Unknown.LEFT_OUT
                    ? Optional.of(Optional.empty())
                    : Optional.empty();
        }

        @Override
        public boolean isLeftOut(Optional<T> value) {
            return unknown == Json.Unknown.LEFT_OUT && value.isEmpty();
        }
    }
}
