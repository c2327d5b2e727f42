package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Fork;
import io.pgha.model.Lsn;
import io.pgha.postgres.RebuildReason.Kind;
import io.pgha.postgres.RebuildReason.Primary;
import io.pgha.postgres.RebuildReason.Standby;
import io.pgha.postgres.RebuildReason.Verdict;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

class RebuildReasonTest {

    private static final String STARTED =
            "LOG:  started streaming WAL from primary at 0/3000000 on timeline 1";
    private static final String REMOVED = "FATAL:  could not receive data from WAL stream: ERROR:"
            + "  requested WAL segment 000000010000000000000003 has already been removed";

    @Test
    void notKnowingIsNeverARebuild() {
        Verdict verdict = RebuildReason.judge(standby(false), Optional.empty(), List.of());

        assertEquals(Kind.UNKNOWN, verdict.kind());
    }

    @Test
    void aLivingStreamOverrulesAnOldLine() {
        assertEquals(
                Kind.FOLLOWS,
                RebuildReason.judge(
                                new Standby("1", 1, new Lsn(5), true, false),
                                Optional.empty(),
                                List.of(REMOVED))
                        .kind());
    }

    @Test
    void removedWalIsARebuildUnlessTheStandbyGoesOnOrAnArchiveMayHaveIt() {
        assertEquals(Kind.REBUILD_NEEDED, byLog(false, STARTED, REMOVED));
        assertEquals(Kind.UNKNOWN, byLog(true, STARTED, REMOVED));
        assertEquals(Kind.UNKNOWN, byLog(false, REMOVED, STARTED));
    }

    @Test
    void aForkIsARebuildOnlyForWhoeverHoldsMore() {
        List<Fork> history = List.of(new Fork(1, new Lsn(100)));

        Verdict beyond = judge(new Primary("1", 2, history, Optional.empty()), 101);
        assertEquals(Kind.REBUILD_NEEDED, beyond.kind());
        assertTrue(beyond.why().contains("1 bytes beyond"), beyond.why());
        assertEquals(
                Kind.UNKNOWN,
                judge(new Primary("1", 2, history, Optional.empty()), 100).kind());
        assertEquals(
                Kind.UNKNOWN,
                judge(new Primary("1", 2, List.of(), Optional.empty()), 101).kind());
        assertEquals(
                Kind.REBUILD_NEEDED,
                judge(new Primary("1", 3, List.of(new Fork(2, new Lsn(9))), Optional.empty()), 101)
                        .kind());
    }

    @Test
    void aPrimaryOnALowerTimelineIsNoReasonToOverwriteTheHigherOne() {
        Standby ahead = new Standby("1", 3, new Lsn(5), false, false);

        for (Optional<String> missing :
                List.of(Optional.<String>empty(), Optional.of("00000002000000000000000A"))) {
            Verdict verdict = RebuildReason.judge(
                    ahead, Optional.of(new Primary("1", 2, List.of(), missing)), List.of());
            assertEquals(Kind.UNKNOWN, verdict.kind());
        }
    }

    @Test
    void anotherDatabaseAndWalThatThePrimaryRemovedAreRebuilds() {
        assertEquals(
                Kind.REBUILD_NEEDED,
                judge(new Primary("2", 1, List.of(), Optional.empty()), 5).kind());
        Primary removed = new Primary("1", 1, List.of(), Optional.of("00000001000000000000000A"));
        assertEquals(Kind.REBUILD_NEEDED, judge(removed, 5).kind());
        assertTrue(judge(removed, 5).why().contains("00000001000000000000000A"));
        assertEquals(
                Kind.UNKNOWN,
                RebuildReason.judge(standby(true), Optional.of(removed), List.of())
                        .kind());
    }

    private static Verdict judge(Primary primary, long position) {
        return RebuildReason.judge(
                new Standby("1", 1, new Lsn(position), false, false),
                Optional.of(primary),
                List.of());
    }

    private static Kind byLog(boolean archive, String... lines) {
        return RebuildReason.judge(standby(archive), Optional.empty(), List.of(lines))
                .kind();
    }

    private static Standby standby(boolean archive) {
        return new Standby("1", 1, new Lsn(5), false, archive);
    }
}
