package io.pgha.model;

import java.util.Optional;
import java.util.function.Function;

/**
 * What came of a look at something outside: an answer, a refusal, or silence. A failed look never becomes an answer.
 *
 * @param <T> what an answer holds
 */
public sealed interface Probed<T> {

    /** The moment the answer or refusal came, or the silence began. */
    MonoTime at();

    /**
     * The look succeeded.
     *
     * @param value what was seen
     * @param at when it was seen
     */
    record Answered<T>(T value, MonoTime at) implements Probed<T> {}

    /**
     * Something at the other end said no.
     *
     * @param why its words
     * @param at when it said so
     */
    record Refused<T>(String why, MonoTime at) implements Probed<T> {}

    /**
     * Nothing came back within the deadline, or the look could not be made at all.
     *
     * @param why what was tried and how it ended
     * @param at when the first of the unbroken row of silent looks began
     */
    record Silent<T>(String why, MonoTime at) implements Probed<T> {}

    /** The answer, if there is one; a caller must say what it does without. */
    default Optional<T> answer() {
        return this instanceof Answered<T> answered
                ? Optional.of(answered.value())
                : Optional.empty();
    }

    /** The same look with its answer seen through {@code f}. */
    default <R> Probed<R> map(Function<? super T, ? extends R> f) {
        if (this instanceof Answered<T> a) {
            return new Answered<>(f.apply(a.value()), a.at());
        }
        return this instanceof Refused<T> r
                ? new Refused<>(r.why(), r.at())
                : new Silent<>(why(), at());
    }

    /** Why there is no answer; empty when there is one. */
    default String why() {
        if (this instanceof Refused<T> r) {
            return r.why();
        }
        return this instanceof Silent<T> s ? s.why() : "";
    }
}
