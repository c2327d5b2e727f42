package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * A pair struck by one test after the other, and whole again after each. A round ends with the same question, asked of every
 * write that a client or an observer ever sent: were there two primaries, if only for a moment?
 */
final class StruckPair implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration WHOLE = Duration.ofSeconds(90);

    private final LabOptions options;
    private Optional<Lab> current = Optional.empty();
    private int pausesBefore;

    /** Makes nothing yet. */
    StruckPair(LabOptions options) {
        this.options = options;
    }

    /** What a test does to the pair. */
    interface Blow {
        void strike(Round round);
    }

    /** One test: the roles at its beginning, and what clients see. */
    record Round(Lab lab, LabNode primary, LabNode standby, Recorder recorder) {

        /** Waits until the standby serves clients; returns only then. */
        void awaitTakeover() {
            recorder.awaitWrites(standby, PATIENCE);
        }

        /**
         * Ends the cut. Commits that the old primary took alone make it a conflict; then a person chooses the new one.
         */
        void healAndChoose() {
            lab.heal();
            expect(
                    "the old primary yields, or both close",
                    // What it has nothing to lose by it may have rejoined already.
                    () -> primary.daemon().is("DEPOSED")
                            || primary.daemon().is("STANDBY")
                            || (primary.daemon().is("CONFLICT")
                                    && standby.daemon().is("CONFLICT")));
            if (standby.daemon().is("CONFLICT")) {
                standby.daemon().run(List.of("promote", "--force", "--yes")).orFail();
            }
            expect("the new primary is open", () -> lab.isOpen(standby));
        }

        /** Waits for something, with patience. */
        void expect(String what, Callable<Boolean> condition) {
            lab.expect(what, PATIENCE, condition);
        }

        /** Watches for that long that the primary serves on and nobody takes its place. */
        void assertServes(Duration time) {
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < time.toNanos()) {
                recorder.awaitWrites(primary, PATIENCE);
            }
            assertTrue(!standby.postgres().isPrimary(), lab::diagnosis);
        }

        /** Waits until clients reach nobody, and looks that it stays so for that long. */
        void assertNobodyServes(Duration time) {
            lab.expect("nobody is open", PATIENCE, this::isNobodyOpen);
            lab.watch("nobody is open", time, this::isNobodyOpen);
        }

        /** Watches for that long that clients can write. */
        void assertOneServes(Duration time) {
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < time.toNanos()) {
                recorder.awaitWrites();
            }
        }

        private boolean isNobodyOpen() {
            return !lab.isOpen(primary) && !lab.isOpen(standby);
        }
    }

    /** Strikes, asks the question, and leaves a whole pair; returns what was recorded. */
    Recording run(String what, Blow blow) {
        return run(what, blow, StruckPair::assertOnePrimary);
    }

    /** The same without the question, for what a guard does not promise. */
    Recording runWithoutPromise(String what, Blow blow) {
        return run(what, blow, (round, seen) -> {});
    }

    private Recording run(String what, Blow blow, BiConsumer<Round, Recording> question) {
        Lab lab = lab();
        LabNode primary = primary();
        pausesBefore = pauses(lab);
        try {
            // Each recording client numbers its rows from the same beginning.
            primary.postgres().sql("app", "truncate recorded, observed");
            Recorder recorder = lab.record();
            long from = System.nanoTime();
            Round round = new Round(lab, primary, lab.other(primary), recorder);
            blow.strike(round);
            lab.heal();
            // What the blow froze goes on, in a PostgreSQL that nobody had to end.
            Stream.of(lab.node1(), lab.node2()).forEach(node -> node.postgres().resume());
            lab.expect("the nodes have met", WHOLE, () -> isSettled(lab));
            recorder.awaitWrites();
            Recording seen = recorder.stop();
            question.accept(round, seen);
            LabNode heir = lab.isOpen(lab.node1()) ? lab.node1() : lab.node2();
            System.out.println(options.guard() + ": " + what + ": write gap "
                    + seen.longestGap(from, Long.MAX_VALUE).millis() + " ms, lost "
                    + seen.lost(heir).size() + ", two primaries " + seen.twoPrimariesMillis()
                    + " ms");
            lab.expect("the pair is whole", WHOLE, () -> isWhole(lab, lab.other(heir), heir));
            return seen;
        } catch (RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    /**
     * Clients noticed nothing that a retry does not heal: never 1.5 s without an acknowledged write. Of a machine that let a
     * daemon wait for longer than a lease bears, which the daemon itself says, nothing of the kind is promised.
     */
    void assertUnnoticed(Recording seen) {
        assumeTrue(
                seen.longestGapMillis() < 1_500 || pauses(lab()) == pausesBefore,
                () -> "this machine is too busy to tell: " + seen.longestGapMillis() + " ms");
        assertTrue(
                seen.longestGapMillis() < 1_500,
                () -> seen.longestGapMillis() + " ms\n" + lab().diagnosis());
    }

    /** The lab of the moment. */
    Lab lab() {
        if (current.isEmpty()) {
            Lab lab = Lab.open(options);
            current = Optional.of(lab);
            lab.trafficManager();
        }
        return current.get();
    }

    /** The primary of the moment. */
    LabNode primary() {
        Lab lab = lab();
        return lab.node1().postgres().isPrimary() ? lab.node1() : lab.node2();
    }

    /** How often a daemon found that it had not been given the processor. */
    private static int pauses(Lab lab) {
        return Stream.of(lab.node1(), lab.node2())
                .mapToInt(node -> node.daemon().logged().split("was paused for", -1).length)
                .sum();
    }

    private static void assertOnePrimary(Round round, Recording seen) {
        Lab lab = round.lab();
        assertEquals(0, seen.twoPrimariesMillis(), lab::diagnosis);
        List<Recording.Span> later = seen.accepting(round.standby().number());
        List<Recording.Span> earlier = seen.accepting(round.primary().number());
        if (later.isEmpty() || earlier.isEmpty()) {
            return;
        }
        // The first span of the old primary began before the blow.
        long lastOfOld = earlier.get(earlier.size() - 1).to();
        long firstOfNew = later.get(0).from();
        assertTrue(
                lastOfOld < firstOfNew || earlier.get(0).from() > later.get(0).to(),
                () -> "the old primary acknowledged " + (lastOfOld - firstOfNew) / 1000
                        + " us after the new one was written to\n" + lab.diagnosis());
    }

    /** One is open, and the other knows that it is not the primary. */
    private static boolean isSettled(Lab lab) {
        boolean one = lab.isOpen(lab.node1());
        LabNode closed = one ? lab.node2() : lab.node1();
        return one != lab.isOpen(lab.node2())
                && closed.daemon().state().filter(s -> !s.equals("PRIMARY")).isPresent();
    }

    /** Asked until it is so; does what a person would do next. */
    private static boolean isWhole(Lab lab, LabNode standby, LabNode primary) {
        boolean waits = standby.daemon()
                .status()
                .filter(s -> s.text().contains("pgha initialize"))
                .isPresent();
        if (waits && standby.daemon().isIdle() && !standby.postgres().isStreaming()) {
            standby.daemon().rebuild();
        }
        return standby.postgres().isStreaming()
                && standby.postgres().keepsNoWal()
                && standby.daemon().isSteady()
                && primary.daemon().isSteady()
                && lab.isOpen(primary);
    }

    @Override
    public void close() {
        current.ifPresent(Lab::close);
        current = Optional.empty();
    }
}
