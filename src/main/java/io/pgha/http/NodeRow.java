package io.pgha.http;

import java.util.List;

/**
 * One node as a row of the status table; every cell is text, and {@code ?} is what is not known.
 *
 * @param mark {@code *} the open primary, {@code !} the gate is where it should not be, {@code -} PostgreSQL does not run,
 *     {@code ?} not heard, or a space
 */
record NodeRow(
        char mark,
        String node,
        String state,
        String gate,
        String postgres,
        String timeline,
        String lsn,
        String lag,
        String data,
        String receiver,
        String promotable) {

    static final List<String> TITLES = List.of(
            "NODE",
            "STATE",
            "GATE",
            "POSTGRESQL",
            "TLI",
            "LSN",
            "LAG",
            "DATA",
            "RECEIVER",
            "PROMOTABLE");

    List<String> cells() {
        return List.of(node, state, gate, postgres, timeline, lsn, lag, data, receiver, promotable);
    }
}
