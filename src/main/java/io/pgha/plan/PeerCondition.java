package io.pgha.plan;

/** What a workflow may wait for at the peer; each is a pure question to the newest observation. */
public enum PeerCondition {
    /** The peer streams from here and is less than 16 MB behind. */
    STREAMS,
    /** As STREAMS, and the peer would take the next epoch now. */
    WOULD_TAKE,
    /** The peer has confirmed on disk everything up to our shutdown checkpoint, or holds it after we stopped. */
    HOLDS_FINAL_WAL,
    /** The peer has our release token on disk. */
    HOLDS_TOKEN,
    /** The peer answered our cede, or shows the next epoch as its own. */
    ANSWERED_CEDE,
    /** The peer confirmed that our release is void. */
    VOIDED_TOKEN
}
