package io.pgha.engine;

/**
 * One event as an operator reads it: a change of mind of one node.
 *
 * @param number rises by one with each event of a node's journal, so that a follower can tell what is new
 * @param at wall-clock time in ISO 8601 with offset, for the reader only
 * @param severity whether a person should look
 * @param code stable name, such as failover_begun
 * @param sentence from, to and because
 * @param node whose event it is
 */
public record EventLine(
        long number, String at, Severity severity, String code, String sentence, String node) {

    /** Who should care. */
    public enum Severity {
        /** A change that needs nobody. */
        INFO,
        /** A person should look. */
        WARN,
        /** A person must act. */
        ERROR
    }
}
