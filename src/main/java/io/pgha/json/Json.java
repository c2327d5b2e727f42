package io.pgha.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;

import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Records as JSON, without a word about it in the records. A text is refused by the name of the field when a component that is
 * not an {@link Optional} is missing or null, when a value has another type than its component or does not fit, and when a
 * constant is not known; and as a whole when it is no strict JSON (RFC 8259), has a member twice, is followed by something,
 * or is nested deeper than {@value #MAX_DEPTH}. Members that no component is named after are let pass.
 *
 * <p>Used by several threads once everything is registered.
 */
public final class Json {

    private static final int MAX_DEPTH = 64;

    /** What a String has in the place of bytes that are no UTF-8. */
    private static final char REPLACEMENT = '\uFFFD';

    /** How an empty {@link Optional} travels. */
    public enum Unknown {
        /** Its member is not there, so that a field can come with a new version. */
        LEFT_OUT,
        /** Its member is null, and required like any other. */
        NULL
    }

    private final Unknown unknown;
    private final Map<Type, Form<?>> forms = new ConcurrentHashMap<>();

    /** Knows records, enums, lists, Optionals, texts, whole numbers and booleans; what else there is must be registered. */
    public Json(Unknown unknown) {
        this.unknown = unknown;
        forms.put(String.class, new Scalars.Text());
        put(Boolean.class, boolean.class, new Scalars.Truth());
        put(Integer.class, int.class, new Scalars.Whole<>(Integer::valueOf, "32 bits"));
        put(Long.class, long.class, new Scalars.Whole<>(Long::valueOf, "64 bits"));
    }

    private <T> void put(Class<T> boxed, Class<T> primitive, Form<T> form) {
        forms.put(boxed, form);
        forms.put(primitive, form);
    }

    /** Values of that type travel as text; {@code parse} refuses by an IllegalArgumentException or DateTimeException. */
    public <T> Json text(Class<T> type, Function<T, String> print, Function<String, T> parse) {
        forms.put(type, new Scalars.Written<>(print, parse));
        return this;
    }

    /** The records of a sealed interface travel with their simple name as first member, {@code kind}. */
    public <T> Json kinds(Class<T> type) {
        forms.put(type, new KindForm<>(type, this));
        return this;
    }

    /** A record on one line. */
    public String write(Object value) {
        return write(value, value.getClass());
    }

    /** A record on one line, in UTF-8. */
    public byte[] bytes(Object value) {
        return write(value).getBytes(UTF_8);
    }

    /** A value as one of {@code type}, on one line. */
    public String write(Object value, Class<?> type) {
        Form<Object> form = form(type);
        return write(out -> form.write(out, value));
    }

    /** Reads one value of that type from UTF-8. */
    public <T> T read(byte[] text, Class<T> type) throws JsonRefused {
        return read(decoded(text), type);
    }

    /** Reads one value of that type. */
    public <T> T read(String text, Class<T> type) throws JsonRefused {
        Form<?> form = form(type);
        return type.cast(read(text, form::read));
    }

    /** Reads a whole text by hand. */
    public static <T> T read(String text, Reading<T> reading) throws JsonRefused {
        JsonReader in = reader(text);
        try {
            T value = reading.from(in);
            if (in.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonRefused("something follows the value");
            }
            return value;
        } catch (JsonRefused e) {
            throw e;
        } catch (EOFException e) {
            throw JsonRefused.next(in, "ends too early");
        } catch (MalformedJsonException e) {
            boolean isDeep = String.valueOf(e.getMessage()).contains("Nesting limit");
            throw JsonRefused.next(
                    in,
                    isDeep ? "is nested deeper than " + MAX_DEPTH : "or what follows is not JSON");
        } catch (IOException e) {
            throw new IllegalStateException("a string reader failed", e);
        }
    }

    /** Writes a whole text by hand, without white space. */
    public static String write(Writing writing) {
        TextWriter text = new TextWriter();
        JsonWriter out = new JsonWriter(text);
        out.setStrictness(Strictness.STRICT);
        try {
            writing.to(out);
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory could not be written", e);
        }
        return text.toString();
    }

    /** Gives a value to a writer. */
    @FunctionalInterface
    public interface Writing {
        /** Writes one value, whole. */
        void to(JsonWriter out) throws IOException;
    }

    /** Takes a value from a reader. */
    @FunctionalInterface
    public interface Reading<T> {
        /** Reads what stands next, whole. */
        T from(JsonReader in) throws IOException;
    }

    private static JsonReader reader(String text) {
        JsonReader in = new JsonReader(new StringReader(text));
        in.setStrictness(Strictness.STRICT);
        in.setNestingLimit(MAX_DEPTH);
        return in;
    }

    private static String decoded(byte[] text) throws JsonRefused {
        String quick = new String(text, UTF_8);
        if (quick.indexOf(REPLACEMENT) < 0) {
            return quick;
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
        } catch (CharacterCodingException e) {
            throw new JsonRefused("it is not UTF-8");
        }
    }

    /** The form of a type, made when it is needed first. */
    @SuppressWarnings("unchecked") // the form of a type reads and writes that type
    Form<Object> form(Type type) {
        Form<?> known = forms.get(type);
        if (known == null) {
            known = make(type);
            forms.put(type, known);
        }
        return (Form<Object>) known;
    }

    private Form<?> make(Type type) {
        if (type instanceof ParameterizedType held) {
            Form<Object> inner = form(held.getActualTypeArguments()[0]);
            if (held.getRawType() == Optional.class) {
                return new Holders.Perhaps<>(inner, unknown);
            }
            if (held.getRawType() == List.class) {
                return new Holders.Items<>(inner);
            }
        } else if (type instanceof Class<?> plain && plain.isRecord()) {
            return new RecordForm<>(plain, this);
        } else if (type instanceof Class<?> plain && plain.isEnum()) {
            return constants(plain);
        }
        throw new IllegalArgumentException("no JSON form for " + type.getTypeName());
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // it is an enum's class
    private static Form<?> constants(Class<?> type) {
        return new Scalars.Constant(type);
    }
}
