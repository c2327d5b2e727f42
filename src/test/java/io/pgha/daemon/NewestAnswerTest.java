package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Several ask one who may hang: whose answer counts, and who waits for whom. */
@Timeout(20)
class NewestAnswerTest {

    private final List<String> heeded = new ArrayList<>();
    private final NewestAnswer<String> newest = new NewestAnswer<>("nothing", heeded::add);

    /** A look that asks on a thread of its own; the answer comes when it is let. */
    private final class Asker {
        private final CountDownLatch isAsked = new CountDownLatch(1);
        private final CountDownLatch answer = new CountDownLatch(1);
        private final Thread thread;

        Asker(long look, String says) {
            Supplier<String> question = () -> {
                isAsked.countDown();
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return says;
            };
            thread = new Thread(() -> newest.ask(look, question));
            thread.start();
        }

        boolean isAsking() {
            return isAsked.getCount() == 0;
        }

        Asker untilAsking() throws InterruptedException {
            isAsked.await();
            return this;
        }

        /** Asks or waits for its turn; nothing else can become of it as long as the others stay as they are. */
        Asker untilSettled() {
            while (!isAsking() && thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            return this;
        }

        void untilAnswered() throws InterruptedException {
            answer.countDown();
            thread.join();
        }
    }

    @Test
    void whatIsFoundGoneIsKnownAtOnceAndNoAnswerToAnEarlierQuestionOverwritesIt() throws Exception {
        Asker hung = new Asker(newest.begin(), "read-write").untilAsking();

        newest.know(newest.begin(), "gone");

        assertEquals("gone", newest.get());
        hung.untilAnswered();
        assertEquals("gone", newest.get());
        assertEquals(List.of("gone"), heeded);
    }

    @Test
    void whatAnEarlierLookFoundLateIsNotHeeded() {
        long earlier = newest.begin();
        newest.know(newest.begin(), "started");

        newest.know(earlier, "gone");

        assertEquals("started", newest.get());
        assertEquals(List.of("started"), heeded);
    }

    @Test
    void oneAsksAtATimeAndTheNextAsksAnewInsteadOfTakingTheAnswer() throws Exception {
        Asker first = new Asker(newest.begin(), "recovering").untilAsking();
        Asker second = new Asker(newest.begin(), "read-write").untilSettled();
        assertTrue(!second.isAsking());

        first.untilAnswered();
        second.untilAsking().untilAnswered();

        assertEquals(List.of("recovering", "read-write"), heeded);
    }

    @Test
    void whoWaitsForItsTurnIsServedByTheAnswerToALaterLook() throws Exception {
        Asker first = new Asker(newest.begin(), "recovering").untilAsking();
        long waiting = newest.begin();
        Asker later = new Asker(newest.begin(), "read-write").untilSettled();
        first.untilAnswered();
        later.untilAsking().untilAnswered();

        newest.ask(waiting, () -> {
            throw new AssertionError("it was answered already");
        });

        assertEquals("read-write", newest.get());
    }

    @Test
    void whoWaitsForOneThatHangsWaitsNoLongerOnceItIsFoundGone() throws Exception {
        Asker hung = new Asker(newest.begin(), "read-write").untilAsking();
        Asker waiting = new Asker(newest.begin(), "read-write").untilSettled();

        newest.know(newest.begin(), "gone");

        waiting.thread.join();
        assertTrue(!waiting.isAsking());
        hung.untilAnswered();
    }

    @Test
    void whatWasStartedAnewIsAskedBesideTheQuestionToTheOneThatHung() throws Exception {
        Asker hung = new Asker(newest.begin(), "hung").untilAsking();
        newest.know(newest.begin(), "gone");

        Asker started = new Asker(newest.begin(), "recovering").untilAsking();
        Asker next = new Asker(newest.begin(), "read-write").untilSettled();
        hung.untilAnswered();
        next.untilSettled();
        assertTrue(!next.isAsking());
        started.untilAnswered();
        next.untilAsking().untilAnswered();

        assertEquals(List.of("gone", "recovering", "read-write"), heeded);
    }

    @Test
    void whoseLookIsOutdatedWaitsForNobody() throws Exception {
        long outdated = newest.begin();
        newest.know(newest.begin(), "gone");
        Asker started = new Asker(newest.begin(), "recovering").untilAsking();

        newest.ask(outdated, () -> "read-write");

        assertEquals("gone", newest.get());
        started.untilAnswered();
        assertEquals("recovering", newest.get());
    }

    @Test
    void aQuestionThatFailsLeavesTheTurnToTheNext() throws Exception {
        long failing = newest.begin();
        List<Asker> next = new ArrayList<>();

        assertThrows(
                IllegalStateException.class,
                () -> newest.ask(failing, () -> {
                    next.add(new Asker(newest.begin(), "read-write").untilSettled());
                    throw new IllegalStateException("a defect");
                }));

        next.get(0).untilAsking().untilAnswered();
        assertEquals("read-write", newest.get());
    }

    @Test
    void anInterruptEndsTheWaitForATurn() throws Exception {
        Asker hung = new Asker(newest.begin(), "hung").untilAsking();
        Asker waiting = new Asker(newest.begin(), "read-write").untilSettled();

        waiting.thread.interrupt();

        waiting.thread.join();
        hung.untilAnswered();
        assertEquals(List.of("hung"), heeded);
    }
}
