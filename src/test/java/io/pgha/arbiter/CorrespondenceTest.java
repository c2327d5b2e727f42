package io.pgha.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.Epoch;
import io.pgha.model.MonoTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class CorrespondenceTest {

    /** An arbiter that answers when the test lets it. */
    private static final class Slow implements Correspondence.Medium {
        final BlockingQueue<ArbiterAsk> questions = new LinkedBlockingQueue<>();
        final BlockingQueue<ArbiterReply> answers = new LinkedBlockingQueue<>();

        @Override
        public ArbiterReply put(ArbiterAsk question) throws InterruptedException {
            questions.add(question);
            return answers.take();
        }

        @Override
        public String describe() {
            return "slow";
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    }

    @Test
    void oneQuestionIsUnderWayAndOfThoseThatWaitTheNewestIsKept() throws Exception {
        Slow slow = new Slow();
        LinkedBlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();
        ArbiterReply reply = new ArbiterReply(
                Optional.empty(),
                Duration.ZERO,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "");
        try (Correspondence it = Correspondence.begin(
                slow, () -> new MonoTime(System.nanoTime()), () -> changes.add(true))) {
            for (int epoch = 1; epoch <= 5; epoch++) {
                it.ask(Booth.says(Booth.A, epoch, Booth.A));
                if (epoch == 1) {
                    assertEquals(new Epoch(1), slow.questions.take().epoch());
                }
            }
            slow.answers.add(reply);
            slow.answers.add(reply);

            assertTrue(changes.poll(20, TimeUnit.SECONDS));
            assertTrue(changes.poll(20, TimeUnit.SECONDS));
            assertEquals(new Epoch(5), slow.questions.take().epoch());
            assertTrue(slow.questions.isEmpty());
        }
    }
}
