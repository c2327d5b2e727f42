package io.pgha.peer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.MonoTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/** Two nodes in a time of their own, with a connection that each has made, and wires that take their time. */
class RhythmTest {

    private static final Duration BEAT = Duration.ofMillis(500);
    private static final long SETTLED = 5_000;
    private static final long END = 65_000;

    private final PriorityQueue<Due> agenda =
            new PriorityQueue<>(Comparator.comparingLong(Due::at));
    private final Random random = new Random(7);
    private long now;
    private long delay;
    private long lateness;
    private int messages;
    private int swallowed = -1;

    private record Due(long at, Runnable what) {}

    /** One node; the times of its questions in ms. */
    private final class Side {
        private final Rhythm rhythm;
        private final boolean takesTurns;
        private final List<Long> asked = new ArrayList<>();
        private final List<Long> begun = new ArrayList<>();
        private final List<Long> answered = new ArrayList<>();
        private final long[] askedOn = {-1_000, -1_000};
        private final int own;

        Side(int own, boolean takesTurns) {
            this.own = own;
            this.takesTurns = takesTurns;
            this.rhythm = new Rhythm(BEAT, own == 0, time());
        }

        void wake(Side other) {
            if (!rhythm.due().isAfter(time())) {
                rhythm.began(time());
                begun.add(now);
                ask(own, other, false);
            }
            // A timer is never early, and may be late.
            long due = rhythm.due().nanos() / 1_000_000;
            at(Math.max(now + 1, due) + random.nextLong(lateness + 1), () -> wake(other));
        }

        /** As version 0.1.0 before there were turns: every heartbeat, whatever it hears. */
        void beat(Side other) {
            begun.add(now);
            ask(own, other, false);
            at(now + BEAT.toMillis() + random.nextLong(lateness + 1), () -> beat(other));
        }

        private void ask(int connection, Side other, boolean answers) {
            asked.add(now);
            askedOn[connection] = now;
            long question = now;
            send(connection, () -> other.hear(connection, this, question));
            if (answers) {
                rhythm.joined(time());
            }
        }

        private void hear(int connection, Side other, long question) {
            boolean joins = takesTurns
                    && now - askedOn[connection] >= rhythm.half().toMillis()
                    && rhythm.mayJoin(contact(), time());
            if (joins) {
                ask(connection, other, true);
                messages -= now >= SETTLED ? 1 : 0; // One message with the answer.
            }
            send(connection, () -> other.answered(question));
        }

        private void answered(long question) {
            answered.add(question);
        }

        private Optional<MonoTime> contact() {
            return answered.stream().max(Long::compare).map(at -> new MonoTime(at * 1_000_000));
        }

        private void send(int connection, Runnable arrives) {
            messages += now >= SETTLED ? 1 : 0;
            if (connection != swallowed || now < SETTLED) {
                at(now + delay, arrives);
            }
        }

        long longestPause(List<Long> times) {
            long longest = END - times.get(times.size() - 1);
            for (int i = 1; i < times.size(); i++) {
                if (times.get(i) >= SETTLED) {
                    longest = Math.max(longest, times.get(i) - times.get(i - 1));
                }
            }
            return longest;
        }
    }

    private MonoTime time() {
        return new MonoTime(now * 1_000_000);
    }

    private void at(long when, Runnable what) {
        agenda.add(new Due(when, what));
    }

    private void run() {
        while (!agenda.isEmpty() && agenda.peek().at() < END) {
            Due next = agenda.remove();
            now = next.at();
            next.what().run();
        }
    }

    private void begin(long offset, long wire, long late) {
        agenda.clear();
        now = 0;
        messages = 0;
        delay = wire;
        lateness = late;
        Side a = new Side(0, true);
        Side b = new Side(1, true);
        at(0, () -> a.wake(b));
        at(offset, () -> b.wake(a));
        run();

        String what = "offset " + offset + ", wire " + wire + " ms, late by " + late + " ms: ";
        long beats = (END - SETTLED) / BEAT.toMillis();
        assertTrue(messages <= beats * 3.2, what + messages + " messages in " + beats);
        for (Side side : List.of(a, b)) {
            long pause = side.longestPause(side.asked);
            assertTrue(pause <= 500 + 2 * (wire + late) + 1, what + "asked after " + pause);
            long own = side.longestPause(side.begun);
            assertTrue(own <= 1_125 + 2 * (wire + late), what + "began after " + own);
        }
    }

    @Test
    void bothAskEveryHeartbeatByThreeMessagesWhoeverBegan() {
        for (long offset = 0; offset < 1_000; offset += 7) {
            begin(offset, 1, 2);
        }
        begin(0, 0, 0);
        begin(0, 20, 10);
        begin(3, 25, 0);
    }

    /** Three heartbeats without contact close a primary under guard gateway, when its gateways are silent too. */
    @Test
    void whoseOwnConnectionIsSwallowedHasContactByThePeers() {
        for (int side = 0; side < 2; side++) {
            for (long offset = 0; offset < 1_000; offset += 7) {
                agenda.clear();
                now = 0;
                delay = 1;
                lateness = 2;
                swallowed = side;
                Side a = new Side(0, true);
                Side b = new Side(1, true);
                at(0, () -> a.wake(b));
                at(offset, () -> b.wake(a));
                run();

                for (Side one : List.of(a, b)) {
                    long pause = one.longestPause(one.answered);
                    assertTrue(pause <= 1_350, "offset " + offset + ": contact after " + pause);
                }
            }
        }
    }

    @Test
    void whoHearsNothingAsksOn() {
        lateness = 2;
        Side a = new Side(0, true);
        Side mute = new Side(1, true);
        at(0, () -> a.wake(mute));
        delay = END;
        run();

        assertTrue(a.longestPause(a.asked) <= 625 + 3, "asked after " + a.longestPause(a.asked));
    }

    @Test
    void besideAPeerThatTakesNoTurnsEachUsesItsOwnConnections() {
        for (long offset = 0; offset < 500; offset += 7) {
            agenda.clear();
            now = 0;
            delay = 1;
            lateness = 2;
            Side a = new Side(0, true);
            Side old = new Side(1, false);
            at(0, () -> a.wake(old));
            at(offset, () -> old.beat(a));
            run();

            assertTrue(a.longestPause(a.asked) <= 760, "asked after " + a.longestPause(a.asked));
            assertTrue(a.longestPause(a.begun) <= 1_135, "began after " + a.longestPause(a.begun));
        }
    }
}
