package io.pgha.arbiter;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;

import java.util.Optional;

/** What travels between a node and its witness, as JSON. */
final class Exchange {

    /** The only path there is; its version changes when an old witness could misread a question. */
    static final String PATH = "/v1/ask";

    /** Far more than a question or an answer needs. */
    static final int MAX_BYTES = 16 * 1024;

    private Exchange() {}

    /**
     * Which state of its memory a witness speaks from.
     *
     * @param instance made anew whenever it begins with an empty register
     * @param counter rises with every change that it makes durable
     */
    record Mark(String instance, long counter) {}

    /**
     * A question.
     *
     * @param ask the node's
     * @param seen the highest mark of this witness that the node has seen since it was started
     */
    record Question(ArbiterAsk ask, Optional<Mark> seen) {}

    /**
     * An answer.
     *
     * @param witness where it speaks from
     * @param reply for the node
     */
    record Answer(Mark witness, ArbiterReply reply) {}
}
