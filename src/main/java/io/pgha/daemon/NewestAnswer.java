package io.pgha.daemon;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The newest answer to a question that is asked again and again, of one who may hang, or be gone before the answer is there.
 * Looks are numbered as they begin: what a later one found is never overwritten by an earlier one's answer, however late that
 * comes. One asks at a time, but for who asks while an answer is still out that no longer counts; what is known without asking
 * waits for nobody. Safe for threads.
 *
 * @param <T> the answer, which may be that there was none
 */
final class NewestAnswer<T> {

    private final Consumer<T> heed;
    private volatile T newest;
    private long begun;
    /** The look that found what is held. */
    private long known;
    /** The look that asks; not above {@code known}: nobody asks whose answer would still count. */
    private long asking;

    /**
     * Nobody has looked yet.
     *
     * @param first held until something is found
     * @param heed called with what is found before it can be got, by one thread at a time; must not wait
     */
    NewestAnswer(T first, Consumer<T> heed) {
        this.newest = first;
        this.heed = heed;
    }

    T get() {
        return newest;
    }

    /** A look begins: its number. */
    synchronized long begin() {
        begun++;
        return begun;
    }

    /** What the look found without asking. */
    synchronized void know(long look, T found) {
        if (look > known) {
            heed.accept(found);
            newest = found;
            known = look;
            notifyAll();
        }
    }

    /**
     * Asks on the caller's thread, after who is asking now, unless a later look finds something meanwhile. On return is held what
     * this look found or a later one; only an interrupt while it waits for another ends it without.
     */
    void ask(long look, Supplier<T> question) {
        if (!awaitTurn(look)) {
            return;
        }
        try {
            know(look, question.get());
        } finally {
            endTurn(look);
        }
    }

    private synchronized boolean awaitTurn(long look) {
        while (look > known && asking > known) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        if (look > known) {
            asking = look;
            return true;
        }
        return false;
    }

    private synchronized void endTurn(long look) {
        if (asking == look) {
            asking = 0;
        }
        notifyAll();
    }
}
