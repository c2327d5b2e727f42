package io.pgha.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;

/** What two looks at a port say together. */
final class PortProbeTest {

    private static final Duration WITHIN = Duration.ofSeconds(1);

    @Test
    void aPortThatWasOpenAMomentAgoIsOpenUntilThatIsLongAgo() {
        PortProbe open = look(PortAnswer.ALIVE, 0);
        for (PortAnswer answer : PortAnswer.values()) {
            PortProbe soon = look(answer, 999);
            PortProbe late = look(answer, 1_000);
            assertEquals(
                    answer.isSignOfLife() ? soon : open,
                    soon.orOpenBefore(Optional.of(open), WITHIN));
            assertEquals(late, late.orOpenBefore(Optional.of(open), WITHIN));
        }
    }

    @Test
    void aLookAfterNoneOrAfterAClosedPortSpeaksForItself() {
        PortProbe now = look(PortAnswer.TIMEOUT, 10);
        assertEquals(now, now.orOpenBefore(Optional.empty(), WITHIN));
        PortProbe closed = look(PortAnswer.REFUSED, 0);
        assertEquals(now, now.orOpenBefore(Optional.of(closed), WITHIN));
    }

    private static PortProbe look(PortAnswer answer, long atMillis) {
        return new PortProbe(answer, "", Duration.ofMillis(1), new MonoTime(atMillis * 1_000_000));
    }
}
