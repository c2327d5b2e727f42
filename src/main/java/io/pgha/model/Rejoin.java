package io.pgha.model;

import java.util.List;
import java.util.Optional;

/**
 * How a stopped copy can follow the peer's again, found out by looking at both; not knowing is a way of its own.
 *
 * @param way what is needed
 * @param why one sentence
 * @param fork where the histories parted; empty: not known, or of no importance
 * @param timeline the local one, which holds what is told of below
 * @param bytes of local WAL after the fork
 * @param transactions that ended in it
 * @param commits of clients among them
 * @param complaints what stands in the way of a rewind, each with its remedy
 */
public record Rejoin(
        Way way,
        String why,
        Optional<Fork> fork,
        int timeline,
        long bytes,
        long transactions,
        long commits,
        List<String> complaints) {

    public Rejoin {
        complaints = List.copyOf(complaints);
    }

    /** Of a copy of which nothing more is known, or need be. */
    public static Rejoin of(Way way, String why) {
        return new Rejoin(way, why, Optional.empty(), 0, 0, 0, 0, List.of());
    }

    /** The same with something in the way, which makes a copy of it. */
    public Rejoin hindered(List<String> hindrances) {
        return hindrances.isEmpty()
                ? this
                : new Rejoin(
                        Way.RECLONE,
                        why + ", but " + String.join("; ", hindrances),
                        fork,
                        timeline,
                        bytes,
                        transactions,
                        commits,
                        hindrances);
    }

    /** What is needed. */
    public enum Way {
        /** It lacks nothing but what comes by streaming. */
        START,
        /** What it has of its own must be taken back, by pg_rewind. */
        REWIND,
        /** Only a new copy can follow. */
        RECLONE,
        /** Nobody knows yet. */
        UNKNOWN
    }
}
