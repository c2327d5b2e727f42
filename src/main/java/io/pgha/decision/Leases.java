package io.pgha.decision;

import io.pgha.model.Epoch;
import io.pgha.model.LeaseGrant;
import io.pgha.model.LeaseRequest;
import io.pgha.model.MonoTime;

import java.time.Duration;
import java.util.Optional;

/**
 * The lease as one start of the daemon knows it; forgotten at a restart, on purpose: the kernel ends what is in force, and a
 * restarted grantor waits for the longest lease there can be.
 *
 * @param lastNonce the newest nonce used
 * @param asked the slot that is being armed, or armed and asked for
 * @param held what clients pass by
 * @param request what the peer is asked for; only after the kernel has taken the slot
 * @param grant what the peer was granted last
 * @param waitUntil the peer's gate may be open by this node's grants until then
 * @param claimSince since when the arbiter has held an unopened claim of the peer
 */
public record Leases(
        long lastNonce,
        Optional<Asked> asked,
        Optional<Held> held,
        Optional<LeaseRequest> request,
        Optional<LeaseGrant> grant,
        Optional<MonoTime> waitUntil,
        Optional<MonoTime> claimSince) {

    /** Nothing held, asked or granted. Nonces of two starts differ, so that a grant to an earlier one is never taken for ours. */
    public static Leases none(String incarnation) {
        return new Leases(
                (incarnation.hashCode() & 0x3fff_ffffL) << 20,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A slot on its way. */
    public record Asked(int slot, long nonce, Epoch epoch, Duration duration, MonoTime since) {}

    /** A slot in force: the kernel ends it at {@code until} at the latest. */
    public record Held(int slot, Epoch epoch, MonoTime since, MonoTime until) {}

    /** The epoch for which clients may pass now; empty when the lease is over. */
    public Optional<Held> heldAt(MonoTime now) {
        return held.filter(h -> h.until().isAfter(now));
    }
}
