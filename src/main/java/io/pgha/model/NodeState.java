package io.pgha.model;

/** The durable role of a node. Each state is a promise about the gate; none of them causes an action by itself. */
public enum NodeState {
    /** Gate closed. The role is not known yet: first start, or after a boot. */
    UNDECIDED,
    /** Gate open while PostgreSQL is read-write. This node owns the epoch. */
    PRIMARY,
    /** Gate closed. PostgreSQL follows the peer, or is to follow it. */
    STANDBY,
    /** Gate closed. An intent for the next epoch is on disk, the promotion is under way. */
    PROMOTING,
    /** Gate closed, sessions ended. Owns the epoch, sees neither peer nor gateway (guard gateway). */
    ISOLATED,
    /** Gate closed. PostgreSQL is dead and the epoch was offered to the peer; waits for its answer. */
    CEDED,
    /** Gate closed. Being stopped on an operator's word to hand the role back. */
    RELEASING,
    /** Gate closed, PostgreSQL stopped cleanly, one token for the peer is outstanding. */
    RELEASED,
    /** Gate closed. Met another open primary; counts the client commits since the fork. */
    RECONCILING,
    /** Gate closed, PostgreSQL stopped. The peer owns a higher epoch; this copy must be initialized before use. */
    DEPOSED,
    /** Gate closed on both nodes. Both hold client commits that the other lacks: a person decides. */
    CONFLICT;

    /** True for the one state in which the gate may be open. */
    public boolean mayOpen() {
        return this == PRIMARY;
    }
}
