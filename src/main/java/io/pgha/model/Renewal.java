package io.pgha.model;

import java.util.Optional;

/**
 * What the owner of an epoch told the arbiter last: with it the other node knows what a takeover would lose, however long the
 * two have not heard of each other. A witness keeps it in memory alone, for a renewal costs it no disk: a restarted one knows
 * of none until the owner has spoken again, and what it does not know it does not say. In etcd it is part of each renewal.
 *
 * @param epoch of the owner
 * @param owner who told it
 * @param position the highest WAL position it told in this epoch
 * @param followed how it saw its standby; empty: it did not say, being of an older version
 */
public record Renewal(Epoch epoch, NodeId owner, Lsn position, Optional<Followed> followed) {}
