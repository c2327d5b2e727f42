package io.pgha.http;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.util.NameTransformer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

import io.pgha.engine.EventLine;
import io.pgha.engine.Status;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.Probed;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

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

    private static final String NOW = "now";

    private final ObjectMapper mapper = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .setVisibility(PropertyAccessor.ALL, JsonAutoDetect.Visibility.NONE)
            .setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .registerModule(new Jdk8Module())
            .registerModule(words());

    /** The whole status, with ages as of {@code now}; indented, without a line end at its end. */
    public String status(Status status, MonoTime now) {
        return write(status, now, true);
    }

    /** One event on one line. */
    public String event(EventLine event) {
        return write(event, new MonoTime(0), false);
    }

    private String write(Object value, MonoTime now, boolean indented) {
        try {
            return (indented ? mapper.writerWithDefaultPrettyPrinter() : mapper.writer())
                    .withAttribute(NOW, now)
                    .writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON form for " + value.getClass(), e);
        }
    }

    private static SimpleModule words() {
        SimpleModule module = new SimpleModule("pgha");
        module.addSerializer(Lsn.class, ToStringSerializer.instance);
        module.addSerializer(NodeId.class, ToStringSerializer.instance);
        module.addSerializer(Epoch.class, new EpochWriter());
        module.addSerializer(Duration.class, new SpanWriter());
        module.addSerializer(MonoTime.class, new AgeWriter());
        module.addSerializer(Probed.class, new LookWriter());
        module.setSerializerModifier(new Units());
        return module;
    }

    /** Puts the unit into the key. */
    private static final class Units extends BeanSerializerModifier {
        private static final long serialVersionUID = 1;

        @Override
        public List<BeanPropertyWriter> changeProperties(
                SerializationConfig config, BeanDescription bean, List<BeanPropertyWriter> all) {
            return all.stream().map(Units::named).toList();
        }

        private static BeanPropertyWriter named(BeanPropertyWriter p) {
            JavaType type = p.getType();
            Class<?> held = type.isReferenceType()
                    ? type.getReferencedType().getRawClass()
                    : type.getRawClass();
            if (held == Duration.class) {
                return p.rename(NameTransformer.simpleTransformer("", "_ms"));
            }
            if (held == MonoTime.class) {
                String name = p.getName();
                String stem = name.equals("at") ? "" : name.replaceAll("_at$", "") + "_";
                return p.rename(new Fixed(stem + "age_ms"));
            }
            return p;
        }
    }

    private static final class Fixed extends NameTransformer {
        private final String name;

        Fixed(String name) {
            this.name = name;
        }

        @Override
        public String transform(String old) {
            return name;
        }

        @Override
        public String reverse(String transformed) {
            return transformed;
        }
    }

    private static final class EpochWriter extends JsonSerializer<Epoch> {
        @Override
        public void serialize(Epoch value, JsonGenerator out, SerializerProvider all)
                throws IOException {
            out.writeNumber(value.number());
        }
    }

    private static final class SpanWriter extends JsonSerializer<Duration> {
        @Override
        public void serialize(Duration value, JsonGenerator out, SerializerProvider all)
                throws IOException {
            writeMs(value, out);
        }
    }

    private static final class AgeWriter extends JsonSerializer<MonoTime> {
        @Override
        public void serialize(MonoTime value, JsonGenerator out, SerializerProvider all)
                throws IOException {
            writeMs(age(value, all), out);
        }
    }

    @SuppressWarnings("rawtypes") // a serializer is registered for the raw interface
    private static final class LookWriter extends JsonSerializer<Probed> {
        @Override
        public void serialize(Probed look, JsonGenerator out, SerializerProvider all)
                throws IOException {
            out.writeStartObject();
            if (look instanceof Probed.Answered answered) {
                all.defaultSerializeField("answered", answered.value(), out);
            } else if (look instanceof Probed.Refused refused) {
                out.writeStringField("refused", refused.why());
            } else {
                out.writeStringField("silent", look.why());
            }
            out.writeFieldName("age_ms");
            writeMs(age(look.at(), all), out);
            out.writeEndObject();
        }
    }

    private static Duration age(MonoTime at, SerializerProvider all) {
        return ((MonoTime) all.getAttribute(NOW)).since(at);
    }

    /** Whole milliseconds, except below ten, where a link's round trip would vanish. */
    private static void writeMs(Duration span, JsonGenerator out) throws IOException {
        long micros = span.toNanos() / 1000;
        if (micros != 0 && Math.abs(micros) < 10_000) {
            out.writeNumber(micros / 1e3);
        } else {
            out.writeNumber(span.toMillis());
        }
    }
}
