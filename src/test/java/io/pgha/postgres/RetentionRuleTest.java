package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.engine.EventLine.Severity;
import io.pgha.model.Lsn;
import io.pgha.model.PostgresView;
import io.pgha.model.SlotView;
import io.pgha.model.StandbyView;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

class RetentionRuleTest {

    private static final long MB = 1L << 20;
    private static final long SEGMENT = 16 * MB;
    private static final long PLENTY = 1L << 50;
    private static final RetentionRule WEEK = new RetentionRule(Duration.ofDays(7), 0, 0);

    @Test
    void whatIsOldAndNeededByNobodyGoes() {
        RetentionDecision decision =
                WEEK.decide(days(10, 9, 8, 7, 6, 0), List.of(), List.of(), PLENTY);
        assertEquals(List.of(segment(1), segment(2), segment(3)), names(decision));
        assertEquals(Severity.INFO, decision.severity());
        assertEquals(
                "deleted 3 files (48 MB) from the WAL archive; 3 WAL files (48 MB) stay",
                decision.sentence());
    }

    @Test
    void whatAStandbyOrASlotStillNeedsStaysHoweverOld() {
        for (String who : List.of("standby b", "slot pgha_b")) {
            RetentionDecision decision = WEEK.decide(
                    days(30, 29, 28, 27, 0),
                    List.of(),
                    List.of(new WalNeed(who, new Lsn(2 * SEGMENT + 17))),
                    PLENTY);
            assertEquals(List.of(segment(1)), names(decision));
            assertTrue(decision.sentence().contains("needed by " + who), decision.sentence());
        }
    }

    @Test
    void aSlotThatLostItsPositionHoldsEverything() {
        PostgresView view = new PostgresView(
                false,
                150000,
                "7",
                1,
                new Lsn(9 * SEGMENT),
                new Lsn(9 * SEGMENT),
                false,
                Optional.empty(),
                List.of(new StandbyView("b", "", "streaming", "async", new Lsn(8 * SEGMENT))),
                List.of(
                        new SlotView("fine", true, SEGMENT, "reserved"),
                        new SlotView("gone", false, 0, "lost")),
                0,
                List.of());
        List<WalNeed> needs = WalNeed.of(view);
        assertEquals(new WalNeed("standby b", new Lsn(8 * SEGMENT)), needs.get(0));
        assertEquals(new WalNeed("slot fine", new Lsn(8 * SEGMENT)), needs.get(1));
        assertEquals(List.of(), names(WEEK.decide(days(30, 29, 28, 0), List.of(), needs, PLENTY)));
    }

    @Test
    void theNewestBaseBackupHoldsItsWalEvenWhenItIsOld() {
        List<ArchivedFile> files = days(40, 39, 38, 37, 36, 0);
        files.add(backup(2, 39));
        files.add(backup(4, 37));
        assertEquals(
                List.of(segment(1), segment(2), segment(3), backup(2, 39).name()),
                names(WEEK.decide(files, List.of(), List.of(), PLENTY)));
    }

    @Test
    void aBaseBackupYoungerThanTheAgeHoldsItsWal() {
        List<ArchivedFile> files = days(9, 9, 8, 8, 0);
        files.add(backup(2, 6));
        files.add(backup(4, 1));
        assertEquals(List.of(segment(1)), names(WEEK.decide(files, List.of(), List.of(), PLENTY)));
    }

    @Test
    void aCloneForAStandbyIsNoBackup() {
        List<ArchivedFile> files = days(40, 39, 38, 37, 0);
        files.add(backup(2, 39));
        files.add(backup(4, 37));
        assertEquals(
                List.of(segment(1)),
                names(WEEK.decide(files, List.of(backup(4, 37).name()), List.of(), PLENTY)));
    }

    @Test
    void whenSpaceIsShortYoungerWalGoesButNeverWhatIsNeeded() {
        RetentionRule rule = new RetentionRule(Duration.ofDays(7), 100 * MB, 0);
        List<ArchivedFile> files = days(3, 3, 2, 2, 1, 0);
        assertEquals(
                List.of(segment(1), segment(2)),
                names(rule.decide(files, List.of(), List.of(), 70 * MB)));
        RetentionDecision held = rule.decide(
                files, List.of(), List.of(new WalNeed("slot s", new Lsn(2 * SEGMENT))), 70 * MB);
        assertEquals(List.of(segment(1)), names(held));
        assertEquals(Severity.WARN, held.severity());
        assertTrue(held.sentence().contains("less than archive.minimum_free"), held.sentence());
    }

    @Test
    void aboveTheCapTheOldestGoAndSomebodyIsToldLoudly() {
        RetentionRule rule = new RetentionRule(Duration.ofDays(7), 0, 4 * SEGMENT);
        RetentionDecision decision = rule.decide(
                days(1, 1, 1, 1, 1, 0),
                List.of(),
                List.of(new WalNeed("slot s", new Lsn(2 * SEGMENT))),
                PLENTY);
        assertEquals(List.of(segment(1), segment(2)), names(decision));
        assertEquals(List.of("slot s"), decision.overruled());
        assertEquals(Severity.ERROR, decision.severity());
        assertTrue(decision.sentence().contains("still needed by slot s"), decision.sentence());
    }

    @Test
    void historyFilesAndForeignNamesNeverGo() {
        List<ArchivedFile> files = days(30, 29, 0);
        for (String name : List.of(
                "00000002.history", "000000010000000000000001.gz", "backup.info", "x", "0000")) {
            files.add(new ArchivedFile(name, 10, Duration.ofDays(900)));
        }
        RetentionRule tight = new RetentionRule(Duration.ofDays(7), PLENTY, 1);
        assertEquals(
                List.of(segment(1), segment(2)),
                names(tight.decide(files, List.of(), List.of(), 0)));
    }

    @Test
    void aPartialSegmentIsPlacedLikeAWholeOne() {
        List<ArchivedFile> files = days(30, 29, 28, 0);
        files.add(new ArchivedFile(segment(2) + ".partial", SEGMENT, Duration.ofDays(29)));
        assertEquals(
                List.of(segment(1), segment(2), segment(2) + ".partial", segment(3)),
                names(WEEK.decide(files, List.of(), List.of(), PLENTY)));
    }

    @Test
    void segmentsOfDifferentSizesStopEverything() {
        List<ArchivedFile> files = days(30, 29, 0);
        files.add(new ArchivedFile(segment(9), 5 * MB, Duration.ofDays(30)));
        assertThrows(
                IllegalArgumentException.class,
                () -> WEEK.decide(files, List.of(), List.of(), PLENTY));
    }

    @Test
    void anEmptyArchiveIsNoError() {
        assertEquals(List.of(), names(WEEK.decide(List.of(), List.of(), List.of(), 0)));
    }

    @Test
    void whateverTheArchiveHoldsNoHoleIsMadeAndNothingNeededGoesWithoutACap() {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            List<ArchivedFile> files = new ArrayList<>();
            int count = 1 + random.nextInt(30);
            for (int i = 1; i <= count; i++) {
                files.add(new ArchivedFile(
                        segment(i), SEGMENT, Duration.ofHours(random.nextInt(400))));
            }
            Collections.shuffle(files, random);
            long from = random.nextInt(count + 2) * SEGMENT + random.nextInt(1000);
            RetentionRule rule =
                    new RetentionRule(Duration.ofDays(7), random.nextInt(40) * SEGMENT, 0);
            RetentionDecision decision = rule.decide(
                    files,
                    List.of(),
                    List.of(new WalNeed("slot s", new Lsn(from))),
                    random.nextInt(40) * SEGMENT);
            List<String> names = names(decision);
            for (int i = 0; i < names.size(); i++) {
                assertEquals(segment(i + 1), names.get(i));
            }
            assertTrue(names.size() < count);
            assertTrue(names.size() * SEGMENT + SEGMENT <= Math.max(from, SEGMENT));
        }
    }

    private static List<String> names(RetentionDecision decision) {
        return decision.delete().stream().map(ArchivedFile::name).toList();
    }

    /** Segments 1, 2, 3 ... with the given ages in days. */
    private static List<ArchivedFile> days(int... ages) {
        List<ArchivedFile> files = new ArrayList<>();
        for (int i = 0; i < ages.length; i++) {
            files.add(new ArchivedFile(
                    segment(i + 1), SEGMENT, Duration.ofDays(ages[i]).plusMinutes(-1)));
        }
        return files;
    }

    private static ArchivedFile backup(int number, int age) {
        return new ArchivedFile(segment(number) + ".00000028.backup", 300, Duration.ofDays(age));
    }

    private static String segment(int number) {
        return String.format("00000001%08X%08X", number / 256, number % 256);
    }
}
