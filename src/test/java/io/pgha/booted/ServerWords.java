package io.pgha.booted;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.booted.KnockerMain.Outcome;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What PostgreSQL answers to a login that needs no password: since version 14 it says by itself whether it is a standby
 * (documentation, "Message Formats": ParameterStatus, in_hot_standby).
 */
final class ServerWords {

    private static final int PROTOCOL_3_0 = 3 << 16;
    private static final int HEADER = 5;

    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    /** The first packet of a login. */
    static ByteBuffer login(String role, String database) {
        byte[] words = ("user\0" + role + "\0database\0" + database + "\0\0").getBytes(UTF_8);
        int length = 2 * Integer.BYTES + words.length;
        return ByteBuffer.allocate(length)
                .putInt(length)
                .putInt(PROTOCOL_3_0)
                .put(words)
                .flip();
    }

    /** More of the answer. */
    void add(ByteBuffer bytes) {
        heard.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }

    /** What it comes to; empty while more has to be heard. */
    Optional<Outcome> verdict() {
        ByteBuffer all = ByteBuffer.wrap(heard.toByteArray());
        while (all.remaining() >= HEADER) {
            char type = (char) all.get();
            int length = all.getInt() - Integer.BYTES;
            if (all.remaining() < length) {
                return Optional.empty();
            }
            byte[] body = new byte[length];
            all.get(body);
            String text = new String(body, UTF_8);
            if (type == 'E') {
                return Optional.of(refusal(text));
            }
            if (type == 'S' && text.startsWith("in_hot_standby\0")) {
                boolean isPrimary = text.equals("in_hot_standby\0off\0");
                return Optional.of(isPrimary ? Outcome.PRIMARY : Outcome.NO_PRIMARY);
            }
            if (type == 'Z') {
                return Optional.of(
                        Outcome.NO_PRIMARY); // It did not say: the test would see nothing.
            }
        }
        return Optional.empty();
    }

    /** A primary on its way down says so while its gate closes; that nobody else may come in is no word about the role. */
    private static Outcome refusal(String text) {
        boolean ends = text.contains("shutting down") || text.contains("C57P01");
        return ends || text.contains("C53300") ? Outcome.ACCEPTED : Outcome.NO_PRIMARY;
    }
}
