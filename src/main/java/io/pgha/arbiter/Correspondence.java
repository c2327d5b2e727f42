package io.pgha.arbiter;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.ArbiterView;
import io.pgha.model.MonoTime;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Asks one question after the other on a thread of its own; of those that come while one is under way the newest is kept.
 * The view changes with every answer, and with every question that has none.
 */
final class Correspondence implements Arbiter {

    private static final Duration LEAVE = Duration.ofSeconds(1);

    private final Medium medium;
    private final Supplier<MonoTime> clock;
    private final Runnable onChange;
    private final Thread thread;
    private volatile ArbiterView view = ArbiterView.NONE;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private Optional<ArbiterAsk> waiting = Optional.empty();
    private boolean closed;

    /** How a question reaches an arbiter; used by one thread. */
    interface Medium extends AutoCloseable {

        /**
         * The answer, or {@link Unanswered} within the deadline.
         *
         * @throws InterruptedException when it is to end
         */
        ArbiterReply put(ArbiterAsk question) throws Unanswered, InterruptedException;

        /** What is asked and where. */
        String describe();

        @Override
        void close();
    }

    /** A question has no answer; the message says what was tried, what came back, and what to type. */
    static final class Unanswered extends Exception {
        private static final long serialVersionUID = 1L;

        Unanswered(String message) {
            super(message);
        }
    }

    private Correspondence(Medium medium, Supplier<MonoTime> clock, Runnable onChange) {
        this.medium = medium;
        this.clock = clock;
        this.onChange = onChange;
        this.thread = new Thread(null, this::run, "arbiter", 512 << 10);
        thread.setDaemon(true);
    }

    /**
     * Begins.
     *
     * @param clock this host's monotonic one, as the questions' askers use it
     * @param onChange called after every change of the view, on the thread of this object; must not wait
     */
    static Correspondence begin(Medium medium, Supplier<MonoTime> clock, Runnable onChange) {
        Correspondence it = new Correspondence(medium, clock, onChange);
        it.thread.start();
        return it;
    }

    @Override
    public void ask(ArbiterAsk question) {
        lock.lock();
        try {
            waiting = Optional.of(question);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private Optional<ArbiterAsk> next() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                arrived.await();
            }
            Optional<ArbiterAsk> question = closed ? Optional.empty() : waiting;
            waiting = Optional.empty();
            return question;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            Optional<ArbiterAsk> question = next();
            while (question.isPresent()) {
                put(question.get());
                question = next();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(ArbiterAsk question) throws InterruptedException {
        MonoTime sent = clock.get();
        ArbiterView before = view;
        try {
            ArbiterReply reply = medium.put(question);
            view = new ArbiterView(Optional.of(reply), Optional.of(sent), "");
        } catch (Unanswered e) {
            view = new ArbiterView(
                    before.reply(), before.askedAt(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            view = new ArbiterView(
                    before.reply(),
                    before.askedAt(),
                    medium.describe() + " could not be asked: " + e
                            + ". This is a defect; please report it");
        }
        onChange.run();
    }

    @Override
    public ArbiterView view() {
        return view;
    }

    @Override
    public String describe() {
        return medium.describe();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        try {
            thread.join(LEAVE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        medium.close();
    }
}
