package io.pgha.peer;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.pgha.model.Lsn;
import io.pgha.model.PeerMessage;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message as one line of JSON: {@code {"seq":7,"ask":3,"answers":2,"message":{...}}}. Unknown fields are let pass and
 * absent optional ones are empty, so that versions can differ by one step: a field that a new version adds must be
 * optional for one release. A missing required field is refused by its name. Positions, epochs, names and spans
 * travel as text in PostgreSQL's, our own and ISO 8601 form.
 */
final class MessageCodec {

    private static final int MAX_COMPLAINT = 300;

    /** What changes with every message, and is put in by itself where nothing else has changed. */
    private static final String POSITION = "position";

    private static final String CLOCK = "wallClockMillis";

    private final ObjectMapper mapper;
    private Optional<Known> written = Optional.empty();
    private Optional<Known> read = Optional.empty();

    /** A message in both its forms. Most repeat the one before, and bringing one from form to form is what a heartbeat costs. */
    private record Known(PeerMessage message, JsonNode body) {

        /** What another body says, if it is this one at another moment; empty when it is not, or is to be complained of. */
        Optional<PeerMessage> repeatedAs(JsonNode other) {
            JsonNode clock = other.path(CLOCK);
            if (other.size() != body.size()
                    || !clock.isIntegralNumber()
                    || !clock.canConvertToLong()) {
                return Optional.empty();
            }
            for (var field : other.properties()) {
                boolean rises = field.getKey().equals(CLOCK) || field.getKey().equals(POSITION);
                if (!rises && !field.getValue().equals(body.get(field.getKey()))) {
                    return Optional.empty();
                }
            }
            JsonNode position = other.path(POSITION);
            if (position.isMissingNode()) {
                return Optional.of(message.at(Optional.empty(), clock.longValue()));
            }
            try {
                Lsn at = Lsn.parse(position.asText());
                return Optional.of(message.at(Optional.of(at), clock.longValue()));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }

    MessageCodec() {
        this.mapper = ModelJson.mapper();
    }

    /**
     * What surrounds a message; read first, so that a message of a version too far off is named as such.
     *
     * @param sequence rises by one with everything a daemon sends
     * @param ask wants an answer with this nonce
     * @param answers the nonce this answers
     * @param protocol the message's version
     * @param version the sender's pgha version, for the complaint
     * @param body the message, not looked at yet
     */
    record Envelope(
            long sequence,
            OptionalLong ask,
            OptionalLong answers,
            int protocol,
            String version,
            JsonNode body) {}

    /**
     * One line, its end included.
     *
     * @throws IOException when the message is too long for one line
     */
    byte[] write(long sequence, OptionalLong ask, OptionalLong answers, PeerMessage message)
            throws IOException {
        ObjectNode envelope = mapper.createObjectNode().put("seq", sequence);
        ask.ifPresent(nonce -> envelope.put("ask", nonce));
        answers.ifPresent(nonce -> envelope.put("answers", nonce));
        envelope.set("message", body(message));
        byte[] json = mapper.writeValueAsBytes(envelope);
        if (json.length >= TlsChannel.MAX_LINE) {
            throw new LinkRefused(
                    "this node's own message of " + json.length + " bytes is too long to be sent");
        }
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    private JsonNode body(PeerMessage message) {
        if (written.filter(last -> last.message().saysTheSameAs(message)).isPresent()
                && written.get().body() instanceof ObjectNode body) {
            message.position().ifPresent(at -> body.put(POSITION, at.toString()));
            body.put(CLOCK, message.wallClockMillis());
        } else {
            written = Optional.of(new Known(message, mapper.valueToTree(message)));
        }
        return written.get().body();
    }

    /** Reads the envelope of a line. */
    Envelope open(byte[] line, String from) throws LinkRefused {
        try {
            JsonNode root = mapper.readTree(line);
            JsonNode sequence = root.path("seq");
            JsonNode body = root.path("message");
            JsonNode protocol = body.path("protocol");
            if (!sequence.canConvertToLong() || !protocol.canConvertToInt()) {
                throw new LinkRefused(from + " sent a line without "
                        + (sequence.canConvertToLong() ? "'protocol'" : "'seq'"));
            }
            String version = body.path("version").asText("unknown");
            return new Envelope(
                    sequence.longValue(),
                    number(root.path("ask")),
                    number(root.path("answers")),
                    protocol.intValue(),
                    version.substring(0, Math.min(version.length(), 40)),
                    body);
        } catch (LinkRefused e) {
            throw e;
        } catch (IOException e) {
            throw refused(from, e);
        }
    }

    /** Reads the message in an envelope. */
    PeerMessage message(Envelope envelope, String from) throws LinkRefused {
        try {
            Optional<PeerMessage> repeated = read.flatMap(last -> last.repeatedAs(envelope.body()));
            PeerMessage message = repeated.isPresent()
                    ? repeated.get()
                    : mapper.treeToValue(envelope.body(), PeerMessage.class);
            read = Optional.of(new Known(message, envelope.body()));
            return message;
        } catch (JacksonException e) {
            throw refused(from, e);
        }
    }

    private static OptionalLong number(JsonNode node) {
        return node.canConvertToLong() ? OptionalLong.of(node.longValue()) : OptionalLong.empty();
    }

    private static LinkRefused refused(String from, IOException e) {
        String words = e instanceof JacksonException json
                ? json.getOriginalMessage()
                : String.valueOf(e.getMessage());
        String line = words.replaceAll("\\s+", " ");
        return new LinkRefused(
                from + " sent a message that cannot be read: "
                        + line.substring(0, Math.min(line.length(), MAX_COMPLAINT)),
                e);
    }
}
