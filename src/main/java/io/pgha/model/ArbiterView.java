package io.pgha.model;

import java.util.Optional;

/**
 * The arbiter as seen from here.
 *
 * @param reply its last answer, however old
 * @param askedAt when the question to that answer was sent
 * @param trouble why the last question has no answer; empty when fine or when there is no arbiter
 */
public record ArbiterView(
        Optional<ArbiterReply> reply, Optional<MonoTime> askedAt, String trouble) {

    /** No arbiter is configured, or it was not asked yet. */
    public static final ArbiterView NONE = new ArbiterView(Optional.empty(), Optional.empty(), "");
}
