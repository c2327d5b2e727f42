package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.model.Fork;
import io.pgha.model.Lsn;

import org.junit.jupiter.api.Test;

import java.util.List;

final class NextSegmentTest {

    private static final long SEGMENT = 16 << 20;
    private static final List<Fork> HISTORY =
            List.of(new Fork(1, Lsn.parse("0/5000100")), new Fork(2, Lsn.parse("0/7FFFFF0")));

    @Test
    void aSegmentWithinWhichTheTimelineChangedIsTheNewerOnes() {
        assertEquals("000000020000000000000005", name("0/50000F0"));
        assertEquals("000000030000000000000007", name("0/7000000"));
    }

    @Test
    void anyOtherIsItsTimelinesOwn() {
        assertEquals("000000010000000000000004", name("0/4FFFFFF"));
        assertEquals("000000020000000000000006", name("0/6000000"));
        assertEquals("000000030000000000000008", name("0/8000000"));
        assertEquals("0000000300000001000000FF", name("1/FF000028"));
    }

    private static String name(String from) {
        return NextSegment.name(Lsn.parse(from), 3, HISTORY, SEGMENT);
    }
}
