package io.pgha.model;

import java.util.Optional;

/**
 * A primary's vote for its peer: "I gave up epoch N; N+1 is yours". Durable before it is sent.
 *
 * @param id unique per cede
 * @param epoch the epoch given up
 * @param to who may take the next one
 * @param incarnation the start of the peer's daemon that may take it (rule S)
 * @param end where the ceding node's WAL ends, as far as it could be read
 * @param unread why it is not known whether there is WAL after {@code end}; empty: there is none
 * @param why one sentence
 * @param planned a person wanted it, and nothing is wrong: no failover to be acknowledged
 */
public record Cede(
        String id,
        Epoch epoch,
        NodeId to,
        String incarnation,
        Lsn end,
        Optional<String> unread,
        String why,
        boolean planned) {}
