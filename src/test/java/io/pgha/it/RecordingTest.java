package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.it.Recording.Attempt;
import io.pgha.it.Recording.Kind;
import io.pgha.it.Recording.Span;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

/** The arithmetic of what clients saw. Moments are given in milliseconds. */
class RecordingTest {

    @Test
    void theGapIsTheLongestSpanBetweenTwoAcknowledgements() {
        Recording recording = recorded(written(0, 1), written(10, 12), written(400, 512));

        assertEquals(500, recording.longestGapMillis());
        assertEquals(11, recording.longestGap(ms(2), ms(3)).millis());
    }

    @Test
    void aFailedWriteEndsNoGap() {
        Recording recording =
                recorded(written(0, 1), attempt(Kind.FAILED, 40, 50, "gone"), written(90, 101));

        assertEquals(100, recording.longestGapMillis());
        assertEquals(2, recording.acknowledged().size());
    }

    @Test
    void aNodeAcceptsFromTheFirstWriteSentToTheLastAnsweredBeforeARejection() {
        Recording recording = recorded(
                accepted(1, 10, 12), accepted(1, 30, 31), rejected(1, 50, 51), accepted(1, 70, 74));

        assertEquals(
                List.of(new Span(ms(10), ms(31)), new Span(ms(70), ms(74))),
                recording.accepting(1));
        assertEquals(List.of(), recording.accepting(2));
    }

    @Test
    void twoPrimariesIsTheTimeInWhichBothAccepted() {
        Recording recording = recorded(
                accepted(1, 0, 1),
                accepted(1, 100, 101),
                rejected(1, 120, 121),
                rejected(2, 5, 6),
                accepted(2, 61, 62),
                accepted(2, 300, 301));

        assertEquals(40, recording.twoPrimariesMillis());
    }

    @Test
    void aSingleWriteInsideAnothersSpanIsTwoPrimaries() {
        Recording recording = recorded(accepted(1, 0, 1), accepted(1, 20, 21), accepted(2, 10, 10));

        assertEquals(0, recording.twoPrimariesMillis());
        assertEquals(
                1,
                recorded(
                                accepted(1, 0, 1),
                                accepted(1, 20, 21),
                                new Attempt(Kind.ACCEPTED, 0, ms(10), ms(10) + 1, "node2"))
                        .twoPrimariesMillis());
    }

    @Test
    void rowsThatTheTrafficManagerBroughtToANodeCountToo() {
        Recording recording = recorded(
                attempt(Kind.ACKNOWLEDGED, 0, 1, Wires.address(1)),
                attempt(Kind.ACKNOWLEDGED, 30, 31, Wires.address(1)),
                accepted(2, 10, 15));

        assertEquals(5, recording.twoPrimariesMillis());
    }

    @Test
    void idsAreThoseOfAcknowledgedRows() {
        Recording recording =
                recorded(written(0, 1), attempt(Kind.FAILED, 2, 3, "gone"), accepted(1, 4, 5));

        assertEquals(Set.of(0L), recording.acknowledged());
    }

    private static Recording recorded(Attempt... attempts) {
        return new Recording(List.of(attempts));
    }

    private static Attempt written(long sent, long answered) {
        return attempt(Kind.ACKNOWLEDGED, sent, answered, Wires.address(1));
    }

    private static Attempt accepted(int node, long sent, long answered) {
        return attempt(Kind.ACCEPTED, sent, answered, "node" + node);
    }

    private static Attempt rejected(int node, long sent, long answered) {
        return attempt(Kind.REJECTED, sent, answered, "node" + node + " 25006 read-only");
    }

    private static Attempt attempt(Kind kind, long sent, long answered, String text) {
        return new Attempt(kind, sent, ms(sent), ms(answered), text);
    }

    private static long ms(long millis) {
        return millis * 1_000_000;
    }
}
