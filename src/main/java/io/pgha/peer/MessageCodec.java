package io.pgha.peer;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.pgha.model.PeerMessage;

import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * A message as one line of JSON: {@code {"seq":7,"ask":3,"answers":2,"message":{...}}}. Unknown fields are let pass and
 * absent optional ones are empty, so that versions can differ by one step: a field that a new version adds must be
 * optional for one release. A missing required field is refused by its name. Positions, epochs, names and spans
 * travel as text in PostgreSQL's, our own and ISO 8601 form.
 */
final class MessageCodec {

    private static final int MAX_COMPLAINT = 300;

    private final ObjectMapper mapper;

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
        envelope.putPOJO("message", message);
        byte[] json = mapper.writeValueAsBytes(envelope);
        if (json.length >= TlsChannel.MAX_LINE) {
            throw new LinkRefused(
                    "this node's own message of " + json.length + " bytes is too long to be sent");
        }
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
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
            return mapper.treeToValue(envelope.body(), PeerMessage.class);
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
