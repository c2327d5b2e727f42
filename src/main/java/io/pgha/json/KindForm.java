package io.pgha.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** One of the records of a sealed interface: an object whose first member says by the record's simple name which. */
final class KindForm<T> implements Form<T> {

    private static final String KIND = "kind";

    private final Class<T> type;
    private final Json json;
    private final Map<String, Class<?>> kinds = new HashMap<>();

    KindForm(Class<T> type, Json json) {
        this.type = type;
        this.json = json;
        for (Class<?> kind : type.getPermittedSubclasses()) {
            kinds.put(kind.getSimpleName(), kind);
        }
    }

    @Override
    public T read(JsonReader in) throws IOException {
        Form.expect(in, JsonToken.BEGIN_OBJECT);
        String path = in.getPath();
        in.beginObject();
        if (!in.hasNext() || !in.nextName().equals(KIND)) {
            throw JsonRefused.at(path, "does not begin with '" + KIND + "'");
        }
        Form.expect(in, JsonToken.STRING);
        String name = in.nextString();
        Class<?> kind = kinds.get(name);
        if (kind == null) {
            throw JsonRefused.last(
                    in,
                    "cannot be '" + name + "': this version knows no such " + type.getSimpleName());
        }
        return type.cast(record(kind).readMembers(in));
    }

    @Override
    public void write(JsonWriter out, T value) throws IOException {
        Class<?> kind = value.getClass();
        out.beginObject();
        out.name(KIND).value(kind.getSimpleName());
        record(kind).writeMembers(out, value);
        out.endObject();
    }

    /** Made when it is needed first: most kinds never are. */
    @SuppressWarnings("unchecked") // a kind is a record of that type
    private RecordForm<Object> record(Class<?> kind) {
        return (RecordForm<Object>) json.form(kind);
    }
}
