package io.pgha.model;

import java.time.Duration;

/**
 * One fresh connection to a PostgreSQL port.
 *
 * @param answer what came back
 * @param detail the server's or the system's own words, without secrets; may be empty
 * @param took from the first packet to the verdict
 * @param at when the verdict was in
 */
public record PortProbe(PortAnswer answer, String detail, Duration took, MonoTime at) {

    /** One clause for a log line: "connection refused", "error (XX000: ...)". */
    public String words() {
        return detail.isEmpty() ? answer.words() : answer.words() + " (" + detail + ")";
    }
}
