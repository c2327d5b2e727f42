package io.pgha.peer;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.NodeId;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * The model's values as JSON between processes of pgha. Unknown fields are let pass and absent optional ones are empty, so
 * that versions can differ by one step; a missing required field is refused by its name. Positions, epochs, names and
 * spans travel as text in PostgreSQL's, our own and ISO 8601 form.
 */
public final class ModelJson {

    private ModelJson() {}

    /** A mapper of its own; it may be used by several threads. */
    public static ObjectMapper mapper() {
        SimpleModule values = new SimpleModule("pgha")
                .addSerializer(NodeId.class, ToStringSerializer.instance)
                .addSerializer(Lsn.class, ToStringSerializer.instance)
                .addSerializer(Epoch.class, ToStringSerializer.instance)
                .addSerializer(Duration.class, ToStringSerializer.instance)
                .addDeserializer(NodeId.class, new Text<>(NodeId.class, NodeId::new))
                .addDeserializer(Lsn.class, new Text<>(Lsn.class, Lsn::parse))
                .addDeserializer(Epoch.class, new Text<>(Epoch.class, ModelJson::epoch))
                .addDeserializer(Duration.class, new Text<>(Duration.class, Duration::parse));
        return JsonMapper.builder()
                .addModule(new Jdk8Module())
                .addModule(values)
                .annotationIntrospector(new RequiredUnlessOptional())
                .defaultPropertyInclusion(JsonInclude.Value.construct(
                        JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    private static Epoch epoch(String text) {
        return new Epoch(Long.parseLong(text));
    }

    /** Every record component is required, except an Optional. Keeps annotations out of the model. */
    private static final class RequiredUnlessOptional extends JacksonAnnotationIntrospector {
        @Override
        public Boolean hasRequiredMarker(AnnotatedMember member) {
            return member.getRawType() != Optional.class;
        }
    }

    /** Reads a value from its text form; what the form refuses is a complaint about that field. */
    private static final class Text<T> extends StdScalarDeserializer<T> {
        private final transient Function<String, T> parse;

        Text(Class<T> type, Function<String, T> parse) {
            super(type);
            this.parse = parse;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = parser.getValueAsString("");
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException | java.time.DateTimeException e) {
                throw context.weirdStringException(
                        text, handledType(), String.valueOf(e.getMessage()));
            }
        }
    }
}
