package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.model.Fork;
import io.pgha.model.Lsn;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

/** Where two histories of timelines parted. */
final class AncestryTest {

    private static Fork fork(int timeline, long at) {
        return new Fork(timeline, new Lsn(at));
    }

    @Test
    void theFirstWhoLeavesTheLastCommonTimelineMakesTheFork() {
        assertEquals(
                Optional.of(fork(1, 100)), Ancestry.parted(List.of(), 1, List.of(fork(1, 100)), 2));
        assertEquals(
                Optional.of(fork(2, 200)),
                Ancestry.parted(List.of(fork(1, 100)), 2, List.of(fork(1, 100), fork(2, 200)), 3));
        assertEquals(
                Optional.of(fork(2, 150)),
                Ancestry.parted(
                        List.of(fork(1, 100), fork(2, 150)),
                        3,
                        List.of(fork(1, 100), fork(2, 200)),
                        4));
    }

    @Test
    void equalNumbersThatBeganElsewhereAreNotTheSameTimeline() {
        assertEquals(
                Optional.of(fork(1, 90)),
                Ancestry.parted(List.of(fork(1, 90)), 2, List.of(fork(1, 100)), 2));
    }

    @Test
    void whatNeitherHasLeftHasNoFork() {
        assertEquals(
                Optional.of(new Fork(2, Ancestry.NOT_LEFT)),
                Ancestry.parted(List.of(fork(1, 100)), 2, List.of(fork(1, 100)), 2));
    }

    @Test
    void historiesWithoutACommonBeginningHaveNothingInCommon() {
        assertEquals(Optional.empty(), Ancestry.parted(List.of(), 5, List.of(fork(1, 100)), 2));
    }

    @Test
    void aSegmentIsNamedByTimelineAndPosition() {
        assertEquals(
                "000000020000000100000003", DivergedWal.name(2, Lsn.parse("1/3000060"), 16L << 20));
    }
}
