package io.pgha.model;

import java.time.Duration;
import java.util.Optional;

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

    /**
     * This look, or the earlier one where that found the port open no longer than {@code within} before this did not: who shuts
     * a port lives, and is about to be heard.
     */
    public PortProbe orOpenBefore(Optional<PortProbe> earlier, Duration within) {
        return answer.isSignOfLife()
                ? this
                : earlier.filter(e -> e.answer().isSignOfLife() && !at.isPast(e.at(), within))
                        .orElse(this);
    }
}
