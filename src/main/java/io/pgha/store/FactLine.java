package io.pgha.store;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

import io.pgha.decision.Fact;
import io.pgha.plan.Step;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One line of the journal: {@code CRC32C NUMBER JSON}. The checksum covers number and JSON, so that neither a torn line nor
 * a line out of place is taken for a fact.
 */
final class FactLine {

    private static final ObjectMapper JSON = mapper();

    private FactLine() {}

    /** What is wrong with a line. */
    enum Fault {
        /** It is not whole: a write that a crash cut short, or a change on the disk. */
        TORN,
        /** It is whole, and stands where another belongs. */
        MISPLACED,
        /** It is whole and in its place, and says what this version does not know. */
        FOREIGN
    }

    /** The line is not a fact. */
    static final class Unreadable extends Exception {
        private final Fault fault;
        private final String why;

        Unreadable(Fault fault, String why) {
            super(why);
            this.fault = fault;
            this.why = why;
        }

        Fault fault() {
            return fault;
        }

        String why() {
            return why;
        }
    }

    static String write(long number, Fact fact) {
        try {
            String body = number + " " + JSON.writerFor(Fact.class).writeValueAsString(fact);
            return checksum(body) + " " + body + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "a fact that cannot be written: " + fact.getClass().getSimpleName(), e);
        }
    }

    static Fact read(String line, long expectedNumber) throws Unreadable {
        int first = line.indexOf(' ');
        if (first != 8) {
            throw new Unreadable(Fault.TORN, "no checksum");
        }
        String body = line.substring(9);
        if (!checksum(body).equals(line.substring(0, 8))) {
            throw new Unreadable(Fault.TORN, "checksum does not match");
        }
        int second = body.indexOf(' ');
        if (second < 1 || !body.substring(0, second).equals(Long.toString(expectedNumber))) {
            throw new Unreadable(Fault.MISPLACED, "line number " + expectedNumber + " expected");
        }
        try {
            return JSON.readValue(body.substring(second + 1), Fact.class);
        } catch (JsonProcessingException e) {
            throw new Unreadable(Fault.FOREIGN, e.getOriginalMessage());
        }
    }

    private static String checksum(String body) {
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    private static ObjectMapper mapper() {
        JsonMapper.Builder builder = JsonMapper.builder()
                .addModule(new Jdk8Module())
                .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .addMixIn(Fact.class, Named.class)
                .addMixIn(Step.class, Named.class);
        for (Class<?> kind : Fact.class.getPermittedSubclasses()) {
            builder.registerSubtypes(new NamedType(kind, kind.getSimpleName()));
        }
        for (Class<?> kind : Step.class.getPermittedSubclasses()) {
            builder.registerSubtypes(new NamedType(kind, kind.getSimpleName()));
        }
        return builder.build();
    }

    /** The simple name of a fact or step travels as its kind. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    private interface Named {}
}
