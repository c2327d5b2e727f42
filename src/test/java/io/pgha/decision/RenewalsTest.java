package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.Followed;
import io.pgha.model.Guard;
import io.pgha.model.Lsn;
import io.pgha.model.Register;
import io.pgha.model.Renewal;
import io.pgha.model.StandbyView;
import io.pgha.plan.PlanKind;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the owner told the arbiter bounds what a takeover on silence may lose, in bytes and in time. */
final class RenewalsTest {

    private static final long HERE = 0x5000000;
    private static final long LIMIT = 16L << 20;
    private static final Register A_OWNS =
            new Register(Given.EPOCH, Given.A, true, Optional.empty());

    private static Given silent() {
        return Given.standbyOfSilentOwner(A_OWNS);
    }

    private static Renewal told(long position, Optional<Duration> alone) {
        return new Renewal(
                Given.EPOCH,
                Given.A,
                new Lsn(position),
                Optional.of(new Followed(Optional.empty(), Optional.empty(), alone)));
    }

    private static Decision.Begin begins(Given given) {
        Decision.Begin begin = assertInstanceOf(Decision.Begin.class, given.decides());
        assertEquals(PlanKind.FAILOVER, begin.plan().kind());
        return begin;
    }

    private static void assertVetoes(String words, Given given) {
        Decision.Hold hold = assertInstanceOf(Decision.Hold.class, given.decides());
        assertEquals(Situation.TAKEOVER_VETOED, hold.situation());
        assertTrue(hold.why().contains(words), hold.why());
    }

    @Test
    void theTakeoverSaysHowFarItIsBehindTheOwnersLastWord() {
        Given given = silent().arbiterTold(told(HERE, Optional.of(Duration.ZERO)));
        assertTrue(begins(given).why().endsWith(", 0 bytes behind its last word to the arbiter"));
        assertTrue(begins(silent()).why().endsWith(", 0 bytes behind at last contact"));
    }

    @Test
    void aByteMoreThanMayBeLostOfWhatTheArbiterWasToldIsAVetoThatNamesTheBytes() {
        Renewal most = told(HERE + LIMIT, Optional.of(Duration.ZERO));
        Renewal more = told(HERE + LIMIT + 1, Optional.of(Duration.ZERO));
        assertEquals(List.of(), vetoes(silent().arbiterTold(most)));
        List<String> vetoes = vetoes(silent().arbiterTold(more));
        assertEquals(1, vetoes.size(), vetoes::toString);
        assertTrue(vetoes.get(0).startsWith("lag of " + (LIMIT + 1) + " bytes"), vetoes.get(0));
    }

    @Test
    void whatWasToldInAnotherEpochOrByAnotherOwnerIsNoMeasure() {
        Lsn far = new Lsn(HERE + 2 * LIMIT);
        for (Renewal other : List.of(
                new Renewal(Given.EPOCH.next(), Given.A, far, Optional.empty()),
                new Renewal(Given.EPOCH, Given.B, far, Optional.empty()))) {
            assertEquals(List.of(), vetoes(silent().arbiterTold(other)));
        }
    }

    private static List<String> vetoes(Given given) {
        return Eligibility.vetoes(given.counted().world());
    }

    @Test
    void aStandbyThatHeardThePrimaryOfLateNeedsNoOtherWord() {
        begins(silent());
        begins(silent().silentFor(29));
    }

    @Test
    void aStandbyThatHeardNothingForLongTakesOverOnlyWhenTheOwnerSaidThatItFollows() {
        Given given = silent().silentFor(60);
        assertVetoes("the arbiter does not know", given);
        assertVetoes(
                "has not told the arbiter that this copy follows",
                given.arbiterTold(told(HERE, Optional.empty())));
        assertVetoes(
                "served for 31 s without this copy",
                given.arbiterTold(told(HERE, Optional.of(Duration.ofSeconds(31)))));
        begins(given.arbiterTold(told(HERE, Optional.of(Duration.ofSeconds(2)))));
    }

    @Test
    void theOwnerTellsAsLongAgoAsItHadNothingThatTheStandbyLacks() {
        Given given =
                Given.primary().guard(Guard.WITNESS).followed(streams(HERE), "").counted();
        assertEquals(Optional.empty(), alone(given));

        Given confirmed = given.later(Duration.ofSeconds(1)).counted();
        assertEquals(Optional.of(Duration.ofSeconds(1)), alone(confirmed));

        Given wrote =
                confirmed.later(Duration.ofSeconds(1)).at(new Lsn(HERE + 100)).counted();
        Given stalled = wrote.later(Duration.ofSeconds(40)).counted();
        assertEquals(Optional.of(Duration.ofSeconds(41)), alone(stalled));
    }

    private static List<StandbyView> streams(long flushed) {
        return List.of(new StandbyView(
                Given.B.name(), "10.0.0.2", "streaming", "async", new Lsn(flushed)));
    }

    private static Optional<Duration> alone(Given given) {
        ArbiterAsk ask = LeaseRules.question(given.world());
        return ask.followed().orElseThrow().alone();
    }
}
