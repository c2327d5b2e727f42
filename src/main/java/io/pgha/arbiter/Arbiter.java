package io.pgha.arbiter;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterView;

/**
 * The third place that holds the pair's register, as a node's daemon asks it. Safe for any number of threads.
 *
 * <p>One question is under way at a time; of those that come meanwhile only the newest is sent after it. Each is sent once,
 * with a deadline: what is not answered then counts as not granted.
 */
public interface Arbiter extends AutoCloseable {

    /** Takes a question and returns at once. */
    void ask(ArbiterAsk question);

    /** The last answer and what has gone wrong since; {@link ArbiterView#NONE} before the first question. */
    ArbiterView view();

    /** What is asked and where: "the witness 192.0.2.3 port 7433". */
    String describe();

    /** Ends at once; a question under way is given up. */
    @Override
    void close();
}
