package io.pgha.http;

import com.google.gson.stream.JsonWriter;

import io.pgha.engine.EventLine;
import io.pgha.engine.Status;
import io.pgha.json.Json;
import io.pgha.json.Layout;
import io.pgha.json.Part;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.Probed;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Status and events as JSON, for {@code --json} and HTTP. The scheme, which does not change within a major version:
 *
 * <ul>
 *   <li>Keys are the record components in lower_snake, in the order of the record. New keys may come at any time.
 *   <li>What is not known is {@code null}; a number is never made up, and a key is never left out.
 *   <li>A span is a number of milliseconds and its key ends in {@code _ms}.
 *   <li>A moment travels as its age: {@code heard_at} becomes {@code heard_age_ms}, {@code at} becomes {@code age_ms}.
 *   <li>A look is one of {@code {"answered": value, "age_ms": n}}, {@code {"refused": "why", "age_ms": n}} and {@code
 *       {"silent": "why", "age_ms": n}}; {@code age_ms} of a silence counts from where it began.
 *   <li>An LSN is a string in PostgreSQL's form, an epoch a number, a node its name, an enum its name in upper case.
 * </ul>
 */
public final class StatusJson {

    private final Map<Class<?>, List<Member>> members = new ConcurrentHashMap<>();

    /** The whole status, with ages as of {@code now}; indented, without a line end at its end. */
    public String status(Status status, MonoTime now) {
        return Layout.indented(write(status, now));
    }

    /** One event on one line. */
    public String event(EventLine event) {
        return write(event, new MonoTime(0));
    }

    private String write(Object value, MonoTime now) {
        return Json.write(out -> write(out, value, now));
    }

    private void write(JsonWriter out, Object value, MonoTime now) throws IOException {
        if (value instanceof Optional<?> perhaps) {
            if (perhaps.isPresent()) {
                write(out, perhaps.get(), now);
            } else {
                out.nullValue();
            }
        } else if (value instanceof List<?> list) {
            out.beginArray();
            for (Object item : list) {
                write(out, item, now);
            }
            out.endArray();
        } else if (value instanceof Probed<?> look) {
            writeLook(out, look, now);
        } else if (!writeScalar(out, value, now)) {
            writeRecord(out, value, now);
        }
    }

    private static boolean writeScalar(JsonWriter out, Object value, MonoTime now)
            throws IOException {
        if (value instanceof String || value instanceof Lsn || value instanceof NodeId) {
            out.value(value.toString());
        } else if (value instanceof Enum<?> constant) {
            out.value(constant.name());
        } else if (value instanceof Boolean truth) {
            out.value(truth);
        } else if (value instanceof Number number) {
            out.value(number);
        } else if (value instanceof Epoch epoch) {
            out.value(epoch.number());
        } else if (value instanceof Duration span) {
            writeMs(span, out);
        } else if (value instanceof MonoTime at) {
            writeMs(now.since(at), out);
        } else {
            return false;
        }
        return true;
    }

    private void writeLook(JsonWriter out, Probed<?> look, MonoTime now) throws IOException {
        out.beginObject();
        if (look instanceof Probed.Answered<?> answered) {
            out.name("answered");
            write(out, answered.value(), now);
        } else {
            out.name(look instanceof Probed.Refused ? "refused" : "silent").value(look.why());
        }
        out.name("age_ms");
        writeMs(now.since(look.at()), out);
        out.endObject();
    }

    private void writeRecord(JsonWriter out, Object value, MonoTime now) throws IOException {
        out.beginObject();
        for (Member member : members.computeIfAbsent(value.getClass(), StatusJson::members)) {
            out.name(member.key());
            write(out, member.part().in(value), now);
        }
        out.endObject();
    }

    /** A component and its key. */
    private record Member(String key, Part part) {}

    private static List<Member> members(Class<?> type) {
        return Part.of(type).stream()
                .map(part -> new Member(key(part.name(), held(part.type())), part))
                .toList();
    }

    private static Type held(Type type) {
        return type instanceof ParameterizedType held && held.getRawType() == Optional.class
                ? held.getActualTypeArguments()[0]
                : type;
    }

    /** In lower_snake, with the unit. */
    private static String key(String name, Type held) {
        String key = name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
        if (held == Duration.class) {
            return key + "_ms";
        }
        if (held == MonoTime.class) {
            return key.equals("at") ? "age_ms" : key.replaceAll("_at$", "") + "_age_ms";
        }
        return key;
    }

    /** Whole milliseconds, except below ten, where a link's round trip would vanish. */
    private static void writeMs(Duration span, JsonWriter out) throws IOException {
        long micros = span.toNanos() / 1000;
        if (micros != 0 && Math.abs(micros) < 10_000) {
            out.value(micros / 1e3);
        } else {
            out.value(span.toMillis());
        }
    }
}
