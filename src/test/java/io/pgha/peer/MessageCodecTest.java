package io.pgha.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.model.PeerMessage;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

class MessageCodecTest {

    private final MessageCodec codec = new MessageCodec();

    @Test
    void whatIsWrittenIsReadBackEqual() throws IOException {
        for (PeerMessage message : List.of(Messages.full(), Messages.of(Keys.A, "i", 1, 0))) {
            byte[] line = codec.write(7, OptionalLong.of(3), OptionalLong.of(2), message);
            MessageCodec.Envelope envelope = codec.open(line, "b");

            assertEquals(7, envelope.sequence());
            assertEquals(OptionalLong.of(3), envelope.ask());
            assertEquals(OptionalLong.of(2), envelope.answers());
            assertEquals(message, codec.message(envelope, "b"));
        }
    }

    @Test
    void aMessageIsOneLineWithPositionsAsPostgresWritesThem() throws IOException {
        String line = text(Messages.full());

        assertEquals(line.length() - 1, line.indexOf('\n'));
        assertTrue(line.contains("\"position\":\"FFFFFFFF/FFFFFFFE\""), line);
        assertTrue(line.contains("\"node\":\"a\""), line);
        assertFalse(text(Messages.of(Keys.A, "i", 1, 0)).contains("null"));
    }

    @Test
    void fieldsOfANewerVersionAreLetPass() throws IOException {
        String line = text(Messages.full())
                .replace("\"seq\":", "\"later\":{\"x\":[1]},\"seq\":")
                .replace("\"protocol\":", "\"lease\":{\"until\":5},\"protocol\":");

        assertEquals(Messages.full(), read(line));
    }

    @Test
    void anAbsentOptionalFieldIsEmptyAndAMissingRequiredOneIsNamed() throws IOException {
        PeerMessage plain = Messages.of(Keys.A, "i", 1, 0);
        assertEquals(plain, read(text(plain).replace("\"owner\":", "\"unknown\":")));

        for (String field : List.of("epoch", "streaming", "vetoes", "wallClockMillis", "state")) {
            String line = text(plain).replace("\"" + field + "\":", "\"unknown\":");
            String words = Keys.refusal(() -> read(line));
            assertTrue(words.contains("'" + field + "'"), words);
        }
        String nothing = text(plain).replace("\"digest\"", "null");
        String words = Keys.refusal(() -> read(nothing));
        assertTrue(words.contains("configDigest"), words);
    }

    @Test
    void whatIsNoMessageIsRefusedInOneLine() {
        for (String line : List.of(
                "hello",
                "{",
                "[]",
                "17",
                "{\"seq\":1}",
                "{\"seq\":\"x\",\"message\":{\"protocol\":1}}",
                "{\"seq\":1,\"message\":{\"protocol\":\"x\"}}",
                "{\"seq\":1,\"message\":{\"protocol\":1}} {}",
                "[".repeat(60_000))) {
            String words = Keys.refusal(() -> read(line));
            assertTrue(words.startsWith("b sent a "), words);
            assertFalse(words.contains("\n"), words);
        }
    }

    @Test
    void aValueOutsideItsFormIsNamed() throws IOException {
        String line = text(Messages.full()).replace("FFFFFFFF/FFFFFFFE", "FFFFFFFF+FFFFFFFE");

        String words = Keys.refusal(() -> read(line));

        assertTrue(words.contains("is not an LSN"), words);
    }

    private String text(PeerMessage message) throws IOException {
        return new String(
                codec.write(1, OptionalLong.empty(), OptionalLong.empty(), message), UTF_8);
    }

    private PeerMessage read(String line) throws LinkRefused {
        return codec.message(codec.open(line.getBytes(UTF_8), "b"), "b");
    }
}
