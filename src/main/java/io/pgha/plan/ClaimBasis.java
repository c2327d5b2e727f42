package io.pgha.plan;

/** Why an epoch may be claimed at the arbiter. */
public enum ClaimBasis {
    /** Every lease of the old owner has run out, this node's grants and the arbiter's. */
    EXPIRY,
    /** The old owner itself gave it up to this node; then it also grants the lease if the arbiter does not answer. */
    CEDED,
    /** As EXPIRY, but a person vouches for what a silent arbiter cannot say. */
    VOUCHED
}
