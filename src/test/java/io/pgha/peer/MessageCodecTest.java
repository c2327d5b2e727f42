package io.pgha.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.http.Golden;
import io.pgha.model.PeerMessage;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

class MessageCodecTest {

    private final MessageCodec codec = new MessageCodec();

    @Test
    void whatIsWrittenIsReadBackEqual() throws IOException {
        for (PeerMessage message : List.of(Messages.full(), Messages.of(Keys.A, "i", 1, 0))) {
            byte[] line = line(codec.write(7, OptionalLong.of(3), OptionalLong.of(2), message));
            MessageCodec.Envelope envelope = codec.open(line, "b");

            assertEquals(7, envelope.sequence());
            assertEquals(OptionalLong.of(3), envelope.ask());
            assertEquals(OptionalLong.of(2), envelope.answers());
            assertEquals(message, envelope.body().message());
        }
    }

    @Test
    void aMessageIsOneLineWithPositionsAsPostgresWritesThem() throws IOException {
        byte[] written =
                codec.write(1, OptionalLong.empty(), OptionalLong.empty(), Messages.full());
        String line = new String(written, UTF_8);

        assertEquals(line.length() - 1, line.indexOf('\n'));
        assertTrue(line.contains("\"position\":\"FFFFFFFF/FFFFFFFE\""), line);
        assertTrue(line.contains("\"node\":\"a\""), line);
        assertFalse(text(Messages.of(Keys.A, "i", 1, 0)).contains("null"));
    }

    @Test
    void theFormOfAMessageStays() throws IOException {
        Golden.assertSame("peer-message.json", text(Messages.full()));
    }

    @Test
    void aLineWhoseEnvelopeIsNotExactlyOneIsRefused() throws IOException {
        String line = text(Messages.full());
        for (String[] change : new String[][] {
            {"\"seq\":1", "\"seq\":\"1\""},
            {"\"seq\":1", "\"seq\":1.5"},
            {"\"seq\":1", "\"seq\":null"},
            {"\"seq\":1", "\"seq\":1,\"ask\":\"7\""},
            {"\"seq\":1", "\"seq\":1,\"seq\":2"},
        }) {
            String words = Keys.refusal(() -> read(line.replace(change[0], change[1])));
            assertTrue(words.contains("'seq'") || words.contains("'ask'"), words);
        }
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
    void aMessageThatRepeatsTheOneBeforeIsNotReadAgainAndAnotherIs() throws IOException {
        PeerMessage first = read(text(Messages.full()));
        PeerMessage second = read(text(Messages.full()).replace("\"seq\":1", "\"seq\":2"));
        PeerMessage third = read(text(Messages.of(Keys.A, "i", 1, 0)));

        assertSame(first, second);
        assertEquals(Messages.of(Keys.A, "i", 1, 0), third);
        assertEquals(Messages.full(), read(text(Messages.full())));
    }

    @Test
    void ofTwoMessagesEachIsSaidAsItIs() throws IOException {
        PeerMessage plain = Messages.of(Keys.A, "i", 1, 0);

        assertEquals(text(Messages.full()), text(Messages.full()));
        assertEquals(plain, read(text(plain)));
        assertEquals(Messages.full(), read(text(Messages.full())));
    }

    @Test
    void aMessageOfAVersionTooFarOffIsNotReadButItsVersionIsTold() throws IOException {
        String line = text(Messages.full())
                .replace("\"protocol\":1", "\"protocol\":9")
                .replace("\"epoch\":", "\"term\":");
        MessageCodec.Envelope envelope = codec.open(line.getBytes(UTF_8), "b");

        assertEquals(9, envelope.protocol());
        assertTrue(Keys.refusal(envelope.body()::message).contains("'epoch'"));
    }

    @Test
    void aValueOutsideItsFormIsNamed() throws IOException {
        String line = text(Messages.full()).replace("FFFFFFFF/FFFFFFFE", "FFFFFFFF+FFFFFFFE");

        String words = Keys.refusal(() -> read(line));

        assertTrue(words.contains("is not an LSN"), words);
    }

    private String text(PeerMessage message) throws IOException {
        byte[] written = codec.write(1, OptionalLong.empty(), OptionalLong.empty(), message);
        return new String(line(written), UTF_8);
    }

    /** As the link hands it over: without its end. */
    private static byte[] line(byte[] written) {
        return Arrays.copyOf(written, written.length - 1);
    }

    private PeerMessage read(String line) throws LinkRefused {
        return codec.open(line.getBytes(UTF_8), "b").body().message();
    }
}
