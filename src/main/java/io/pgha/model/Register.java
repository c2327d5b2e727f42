package io.pgha.model;

import java.util.Optional;

/**
 * What the arbiter holds of a pair: one vote an epoch (protocol, rules V and C).
 *
 * @param epoch the highest epoch it has endorsed
 * @param owner the only node it endorses for that epoch
 * @param leased the owner has had a lease of that epoch; until then it is a claim, which deposes nobody
 * @param position the owner's WAL position, as told with its last renewal
 */
public record Register(Epoch epoch, NodeId owner, boolean leased, Optional<Lsn> position) {

    /** The same without its position, which changes with each word of the owner. */
    public Register withoutPosition() {
        return new Register(epoch, owner, leased, Optional.empty());
    }
}
