package io.pgha.model;

import java.time.Duration;
import java.util.Optional;

/**
 * Everything a node tells and asks its arbiter, whole, each time: a lost question costs nothing.
 *
 * @param node who asks
 * @param epoch the highest epoch it knows to be owned
 * @param owner of that epoch, as it knows
 * @param agreed its peer has freshly said the same of epoch and owner, and the owner has been promoted: an empty arbiter may be
 *     enlisted with them, and a claim is opened
 * @param position its WAL position
 * @param lease the owner asks for a lease; only after its kernel has been armed
 * @param claim it wants to become owner
 * @param followed how it sees its standby follow; empty: it does not serve, or is of an older version
 * @param longest no lease of its own that may be in force is longer, by its kernel's word; empty: it does not know, or is of an
 *     older version
 */
public record ArbiterAsk(
        NodeId node,
        Epoch epoch,
        Optional<NodeId> owner,
        boolean agreed,
        Optional<Lsn> position,
        Optional<LeaseRequest> lease,
        Optional<Claim> claim,
        Optional<Followed> followed,
        Optional<Duration> longest) {

    /**
     * A wish to move the epoch.
     *
     * @param id of the workflow; the same wish asked twice is one
     * @param epoch wanted
     * @param from the epoch that must be in force
     * @param fromOwner the owner that must be in force
     * @param ceded the owner itself gave it up to the asker, so that no lease needs to run out
     * @param bearable what the owner told must not be beyond this position, else the takeover would lose more than is accepted;
     *     empty: any loss is accepted, or an older version asks
     */
    public record Claim(
            String id,
            Epoch epoch,
            Epoch from,
            Optional<NodeId> fromOwner,
            boolean ceded,
            Optional<Lsn> bearable) {}
}
