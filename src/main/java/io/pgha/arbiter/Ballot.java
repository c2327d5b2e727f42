package io.pgha.arbiter;

import io.pgha.model.Register;

import java.time.Duration;
import java.util.Optional;

/**
 * What an arbiter holds of a pair on disk. All of it but the position is durable before an answer that rests on it is sent.
 *
 * @param register empty when it holds nothing, or nothing that it believes: then it grants nothing
 * @param longest no grant that may still be in force is longer; a restarted arbiter waits for one of these
 * @param move how the register came to its epoch; empty when both nodes told it
 */
public record Ballot(Optional<Register> register, Duration longest, Optional<Move> move) {

    /**
     * A claim that moved the epoch.
     *
     * @param id of the workflow that claimed
     * @param ceded by the old owner's word; otherwise all grants to it were over
     */
    public record Move(String id, boolean ceded) {}

    /** Nothing is known, least of all what an earlier register granted. */
    public static Ballot empty(Terms terms) {
        return new Ballot(Optional.empty(), terms.longestLease(), Optional.empty());
    }

    Ballot withLongest(Duration lease) {
        return new Ballot(register, lease, move);
    }

    /** Whether the difference matters after a restart; a position alone does not, it only shortens a later wait. */
    boolean isSameOnDisk(Ballot other) {
        return withoutPosition().equals(other.withoutPosition());
    }

    private Ballot withoutPosition() {
        return new Ballot(register.map(Register::withoutPosition), longest, move);
    }
}
