package io.pgha.arbiter;

import io.pgha.arbiter.Correspondence.Unanswered;

import java.util.Optional;

/** One key that is changed by comparing and swapping only, and read linearizably. For one thread. */
interface EtcdKey extends AutoCloseable {

    /**
     * What the key holds.
     *
     * @param revision of its last change; 0 when there is no such key
     * @param value empty when there is no such key
     */
    record State(long revision, Optional<String> value) {}

    /**
     * What came of a swap.
     *
     * @param done the value is in place
     * @param state what the key holds now, in either case
     */
    record Swap(boolean done, State state) {}

    /** What is asked and where. */
    String describe();

    /** Reads the key, linearizably. */
    State read() throws Unanswered, InterruptedException;

    /**
     * Replaces the value if nothing has changed the key since {@code revision}; otherwise says what is there. Without an
     * answer the outcome is unknown.
     */
    Swap swap(long revision, String value) throws Unanswered, InterruptedException;

    @Override
    void close();
}
