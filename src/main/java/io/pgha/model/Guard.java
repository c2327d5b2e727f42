package io.pgha.model;

/** Who may take over on silence; see the table in the README. */
public enum Guard {
    /** Nobody: only a cede, or a person. */
    MANUAL,
    /** The seed's rule: MAX_PRIMARY_FAILCOUNT reached. A cut between the nodes makes two primaries. */
    FAILCOUNT,
    /** As FAILCOUNT, if a gateway is seen; a primary that sees neither peer nor gateway closes itself. */
    GATEWAY,
    /** The gate is open by a lease that the kernel ends; a witness grants it, too, and moves the epoch. */
    WITNESS,
    /** As WITNESS, with an etcd that is there already. */
    ETCD;

    /** True when the primary's gate is open for as long as somebody else has granted, and no longer. */
    public boolean isLease() {
        return this == WITNESS || this == ETCD;
    }
}
