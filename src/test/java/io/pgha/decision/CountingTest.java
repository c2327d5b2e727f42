package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.model.PortAnswer;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** What is consecutive, and what ends it. */
final class CountingTest {

    private static Tally count(Tally before, Given given) {
        World w = given.world();
        return Counting.count(before, w.now(), w.memory(), w.policy());
    }

    private static Tally afterOneFailure() {
        Given given = Given.standby()
                .peerSilent()
                .streamDead()
                .peerPortAgo(PortAnswer.REFUSED, Duration.ofMillis(10));
        return count(given.world().tally(), given);
    }

    @Test
    void aProbeThatFailsWhileEverythingIsSilentIsOneFailureOnce() {
        assertEquals(1, afterOneFailure().failures());
        Given same = Given.standby()
                .peerSilent()
                .streamDead()
                .peerPortAgo(PortAnswer.REFUSED, Duration.ofMillis(10));
        assertEquals(1, count(afterOneFailure(), same).failures());
    }

    @Test
    void anyWordOfThePeerAfterAFailureEndsTheCountWithoutWaitingForTheNextProbe() {
        Given heard =
                Given.standby().streamDead().peerPortAgo(PortAnswer.REFUSED, Duration.ofMillis(10));
        assertEquals(0, count(afterOneFailure(), heard).failures());
    }

    @Test
    void aWordAtTheVeryMomentOfAFailureEndsTheCountToo() {
        Given heard = Given.standby().streamDead().peerPortAgo(PortAnswer.REFUSED, Duration.ZERO);
        assertEquals(0, count(afterOneFailure(), heard).failures());
    }

    @Test
    @Pins(Row.B13)
    void aPauseOfThisProcessForgetsWhatItHadCounted() {
        Given woken = Given.standby()
                .peerSilent()
                .streamDead()
                .peerPortAgo(PortAnswer.REFUSED, Duration.ofMillis(10))
                .later(Duration.ofSeconds(10));
        Tally after = count(afterOneFailure(), woken);
        assertEquals(0, after.failures());
        assertEquals(woken.world().now().at(), after.awakeAt());
    }
}
