package io.pgha.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A record as an object with a member for each component. A component that is missing, null or there twice is refused by its
 * name; members of other names are let pass.
 */
final class RecordForm<T> implements Form<T> {

    private final Class<T> type;
    private final Constructor<T> constructor;
    private final List<Part> parts;
    private final Form<Object>[] forms;
    private final Map<String, Integer> places = new HashMap<>();

    RecordForm(Class<T> type, Json json) {
        this.type = type;
        this.parts = Part.of(type);
        this.forms = forms(parts, json);
        for (int i = 0; i < parts.size(); i++) {
            places.put(parts.get(i).name(), i);
        }
        this.constructor = Part.constructor(type, parts);
    }

    @SuppressWarnings("unchecked") // the form of a component's type reads and writes that component
    private static Form<Object>[] forms(List<Part> parts, Json json) {
        return parts.stream().map(part -> json.form(part.type())).toArray(Form[]::new);
    }

    @Override
    public T read(JsonReader in) throws IOException {
        Form.expect(in, JsonToken.BEGIN_OBJECT);
        in.beginObject();
        return readMembers(in);
    }

    /** The members that are left, and the object's end. */
    T readMembers(JsonReader in) throws IOException {
        @Nullable Object[] values = new Object[forms.length];
        while (in.hasNext()) {
            Integer place = places.get(in.nextName());
            if (place == null) {
                in.skipValue();
            } else if (values[place] != null) {
                throw JsonRefused.next(in, "is there twice");
            } else {
                values[place] = forms[place].read(in);
            }
        }
        in.endObject();
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null) {
                values[i] = forms[i].absent().orElse(null);
                if (values[i] == null) {
                    throw JsonRefused.member(in, parts.get(i).name(), "is missing");
                }
            }
        }
        return make(in, values);
    }

    private T make(JsonReader in, @Nullable Object[] values) throws IOException {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException refusal) {
                throw JsonRefused.last(in, "cannot be: " + refusal.getMessage());
            }
            throw new IllegalStateException(type.getSimpleName() + " cannot be made", cause);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    type.getSimpleName() + " cannot be made of " + Arrays.toString(forms), e);
        }
    }

    @Override
    public void write(JsonWriter out, T value) throws IOException {
        out.beginObject();
        writeMembers(out, value);
        out.endObject();
    }

    /** All members, without the object's begin and end. */
    void writeMembers(JsonWriter out, T value) throws IOException {
        for (int i = 0; i < forms.length; i++) {
            Part part = parts.get(i);
            Object held = part.in(value);
            if (!forms[i].isLeftOut(held)) {
                out.name(part.name());
                forms[i].write(out, held);
            }
        }
    }
}
