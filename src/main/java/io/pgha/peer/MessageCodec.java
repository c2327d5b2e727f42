package io.pgha.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.json.JsonRefused;
import io.pgha.model.PeerMessage;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message as one line of JSON: {@code {"seq":7,"ask":3,"answers":2,"message":{...}}}, the message last. Unknown fields are
 * let pass and absent optional ones are empty, so that versions can differ by one step: a field that a new version adds must
 * be optional for one release. A missing required field is refused by its name. Positions, epochs, names and spans travel as
 * text in PostgreSQL's, our own and ISO 8601 form.
 *
 * <p>Most messages of an idle pair repeat the one before: such a message is neither put into words nor read again, only the
 * envelope is. A codec belongs to one link, and to one thread.
 */
final class MessageCodec {

    private static final int MAX_VERSION = 40;

    private static final byte[] MESSAGE = "\"message\":".getBytes(UTF_8);

    /** Stands for the message while the envelope is read. */
    private static final byte[] NO_MESSAGE = "null}".getBytes(UTF_8);

    private @Nullable Text written;
    private @Nullable Text read;

    /** A message, and how it travels. */
    private static final class Text {
        private final PeerMessage message;
        private final byte[] json;

        Text(PeerMessage message, byte[] json) {
            this.message = message;
            this.json = json;
        }

        boolean isAt(int start, int end, byte[] line) {
            return Arrays.equals(json, 0, json.length, line, start, end);
        }
    }

    /** The envelope without its message. */
    private record Head(long seq, Optional<Long> ask, Optional<Long> answers) {}

    /** What every version tells of itself. */
    private record Sender(int protocol, Optional<String> version) {}

    /**
     * What surrounds a message; read first, so that a message of a version too far off is named as such.
     *
     * @param sequence rises by one with everything a daemon sends
     * @param ask wants an answer with this nonce
     * @param answers the nonce this answers
     * @param protocol the message's version
     * @param version the sender's pgha version, for the complaint
     * @param body the message, or why it is none
     */
    record Envelope(
            long sequence,
            OptionalLong ask,
            OptionalLong answers,
            int protocol,
            String version,
            Body body) {}

    /** What a message's text was read as. */
    @FunctionalInterface
    interface Body {
        /**
         * The message.
         *
         * @throws LinkRefused when it could not be read
         */
        PeerMessage message() throws LinkRefused;
    }

    /**
     * One line, its end included.
     *
     * @throws IOException when the message is too long for one line
     */
    byte[] write(long sequence, OptionalLong ask, OptionalLong answers, PeerMessage message)
            throws IOException {
        byte[] body = json(message);
        StringBuilder head = new StringBuilder(80).append("{\"seq\":").append(sequence);
        ask.ifPresent(nonce -> head.append(",\"ask\":").append(nonce));
        answers.ifPresent(nonce -> head.append(",\"answers\":").append(nonce));
        byte[] start = head.append(",\"message\":").toString().getBytes(UTF_8);
        int length = start.length + body.length + 2;
        if (length > TlsChannel.MAX_LINE) {
            throw new LinkRefused(
                    "this node's own message of " + length + " bytes is too long to be sent");
        }
        byte[] line = Arrays.copyOf(start, length);
        System.arraycopy(body, 0, line, start.length, body.length);
        line[length - 2] = '}';
        line[length - 1] = '\n';
        return line;
    }

    private byte[] json(PeerMessage message) {
        Text last = written;
        if (last == null || !last.message.equals(message)) {
            last = new Text(message, ModelJson.JSON.bytes(message));
            written = last;
        }
        return last.json;
    }

    /** Reads the envelope of a line, and the message in it if it is another than the one before. */
    Envelope open(byte[] line, String from) throws LinkRefused {
        int start = endOf(MESSAGE, line);
        int end = line.length - 1;
        if (start < 0 || line[end] != '}') {
            throw new LinkRefused(from + " sent a line that does not end with a 'message'");
        }
        byte[] alone = Arrays.copyOf(line, start + NO_MESSAGE.length);
        System.arraycopy(NO_MESSAGE, 0, alone, start, NO_MESSAGE.length);
        Head head = head(alone, from);
        Text last = read;
        if (last == null || !last.isAt(start, end, line)) {
            byte[] json = Arrays.copyOfRange(line, start, end);
            try {
                last = new Text(ModelJson.JSON.read(json, PeerMessage.class), json);
                read = last;
            } catch (JsonRefused e) {
                Sender sender = sender(json, from);
                String version = sender.version().orElse("unknown");
                return envelope(
                        head,
                        sender.protocol(),
                        version.substring(0, Math.min(version.length(), MAX_VERSION)),
                        unreadable(refused(from, e)));
            }
        }
        PeerMessage message = last.message;
        return envelope(head, message.protocol(), message.version(), () -> message);
    }

    private static Envelope envelope(Head head, int protocol, String version, Body body) {
        return new Envelope(
                head.seq(), number(head.ask()), number(head.answers()), protocol, version, body);
    }

    private static OptionalLong number(Optional<Long> nonce) {
        return nonce.map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    private static Head head(byte[] json, String from) throws LinkRefused {
        try {
            return ModelJson.JSON.read(json, Head.class);
        } catch (JsonRefused e) {
            throw refused(from, e);
        }
    }

    /** A version too far off is named as such, whatever else its message says. */
    private static Sender sender(byte[] json, String from) throws LinkRefused {
        try {
            return ModelJson.JSON.read(json, Sender.class);
        } catch (JsonRefused e) {
            throw new LinkRefused(
                    from + " sent a line without 'protocol' (" + e.getMessage() + ")", e);
        }
    }

    private static Body unreadable(LinkRefused why) {
        return () -> {
            throw why;
        };
    }

    /** Where the first {@code part} of a text ends; -1: it has none. */
    private static int endOf(byte[] part, byte[] text) {
        for (int at = 0; at + part.length <= text.length; at++) {
            if (Arrays.equals(part, 0, part.length, text, at, at + part.length)) {
                return at + part.length;
            }
        }
        return -1;
    }

    private static LinkRefused refused(String from, JsonRefused e) {
        return new LinkRefused(from + " sent a message that cannot be read: " + e.getMessage(), e);
    }
}
