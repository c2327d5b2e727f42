package io.pgha.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

class HearingTest {

    private final Hearing hearing = new Hearing(Keys.A, Keys.B);

    @Test
    void anOlderSequenceIsIgnoredAndDoesNotLookFresh() throws LinkRefused {
        assertTrue(hear("i1", 8, 1, 100));
        assertFalse(hear("i1", 7, 2, 200));
        assertFalse(hear("i1", 8, 2, 300));

        assertEquals(Optional.of(at(100)), view().heardAt());
        assertEquals(8, view().last().orElseThrow().wallClockMillis());
    }

    @Test
    void anotherStartOfThePeerIsHeardOnALaterConnectionOnly() throws LinkRefused {
        hear("i1", 80, 1, 100);
        hear("i1", 81, 4, 101);

        assertThrows(LinkRefused.class, () -> hear("i2", 1, 3, 102));
        assertTrue(hear("i2", 1, 5, 103));
        assertThrows(LinkRefused.class, () -> hear("i1", 82, 4, 104));

        assertEquals("i2", view().last().orElseThrow().incarnation());
        assertEquals(Optional.of(at(103)), view().heardAt());
    }

    @Test
    void twoDaemonsInTurnAreReported() throws LinkRefused {
        hear("i1", 1, 1, 100);
        hear("i2", 1, 2, 101);
        hear("i1", 2, 3, 102);

        assertTrue(view().trouble().contains("two daemons answer as 'b'"), view().trouble());
    }

    @Test
    void contactIsTheSendTimeOfTheNewestAnsweredQuestion() {
        hearing.contact(at(500));
        hearing.contact(at(400));

        assertEquals(Optional.of(at(500)), view().contactAt());
    }

    @Test
    void aVersionOneStepAwayIsLetPassAndTwoStepsAreRefusedWithBothNames() throws LinkRefused {
        PeerMessage own = Messages.of(Keys.A, "i", 5, 0);
        hearing.checkVersion(envelope(4), own, "x");
        hearing.checkVersion(envelope(6), own, "x");
        for (int far : List.of(3, 7)) {
            String words = Keys.refusal(() -> hearing.checkVersion(envelope(far), own, "x"));
            assertTrue(words.contains("pgha 9." + far) && words.contains("pgha 0.5.0 here"), words);
        }
    }

    @Test
    void aMessageThatNamesAnotherNodeIsRefused() {
        PeerMessage other = Messages.of(new NodeId("c"), "i", 1, 0);

        String words = Keys.refusal(() -> hearing.hear(other, 1, 1, "x", at(0)));

        assertTrue(words.contains("calls itself 'c'"), words);
        assertTrue(view().last().isEmpty());
    }

    private static MessageCodec.Envelope envelope(int protocol) throws LinkRefused {
        String json = "{\"seq\":1,\"message\":{\"version\":\"9." + protocol + "\",\"protocol\":"
                + protocol + "}}";
        return new MessageCodec().open(json.getBytes(java.nio.charset.StandardCharsets.UTF_8), "x");
    }

    private boolean hear(String incarnation, long sequence, long connection, long millis)
            throws LinkRefused {
        PeerMessage message = Messages.of(Keys.B, incarnation, 1, sequence);
        return hearing.hear(message, sequence, connection, "10.0.0.2", at(millis));
    }

    private PeerView view() {
        return hearing.view(List.of(), true, at(1000));
    }

    private static MonoTime at(long millis) {
        return new MonoTime(millis * 1_000_000);
    }
}
