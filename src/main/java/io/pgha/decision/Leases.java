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
 * @param slots what the kernel has taken of this start
 */
public record Leases(
        long lastNonce,
        Optional<Asked> asked,
        Optional<Held> held,
        Optional<LeaseRequest> request,
        Optional<LeaseGrant> grant,
        Optional<MonoTime> waitUntil,
        Optional<MonoTime> claimSince,
        Slots slots) {

    /** Nothing held, asked or granted. Nonces of two starts differ, so that a grant to an earlier one is never taken for ours. */
    public static Leases none(String incarnation) {
        return new Leases(
                (incarnation.hashCode() & 0x3fff_ffffL) << 20,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Slots.UNKNOWN);
    }

    /** A slot on its way. */
    public record Asked(int slot, long nonce, Epoch epoch, Duration duration, MonoTime since) {}

    /** A slot in force: the kernel ends it at {@code until} at the latest. */
    public record Held(int slot, Epoch epoch, MonoTime since, MonoTime until) {}

    /**
     * For which lease each slot may let clients pass at most, by the kernel's word to this start of the daemon: what it has taken a
     * slot for last, for that ends whatever was in the slot; or no lease, for a gate that was seen closed. Empty: a lease of an earlier
     * start may be in the slot, nobody knows for how long.
     */
    public record Slots(Optional<Duration> first, Optional<Duration> second) {

        /** Nothing was looked at yet. */
        public static final Slots UNKNOWN = new Slots(Optional.empty(), Optional.empty());

        private static final Optional<Duration> NO_LEASE = Optional.of(Duration.ZERO);

        Slots armed(Asked asked) {
            Optional<Duration> lease = Optional.of(asked.duration());
            return asked.slot() == 0 ? new Slots(lease, second) : new Slots(first, lease);
        }

        /** What was over once does not come back: an earlier start cannot grant any more. */
        Slots closed() {
            return new Slots(first.or(() -> NO_LEASE), second.or(() -> NO_LEASE));
        }

        /** No lease that may be in force is longer; empty: it is not known, or this start has armed for none. */
        public Optional<Duration> longest() {
            return first.flatMap(one -> second.map(two -> one.compareTo(two) > 0 ? one : two))
                    .filter(lease -> !lease.isZero());
        }
    }

    /** Nothing is held or asked for any more; what was granted to the peer stays. */
    Leases letGo() {
        return new Leases(
                lastNonce,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                grant,
                waitUntil,
                claimSince,
                slots);
    }

    Leases withOwn(
            long nonce,
            Optional<Asked> nowAsked,
            Optional<Held> nowHeld,
            Optional<LeaseRequest> nowRequested) {
        return new Leases(
                nonce, nowAsked, nowHeld, nowRequested, grant, waitUntil, claimSince, slots);
    }

    Leases withSlots(Slots now) {
        return new Leases(lastNonce, asked, held, request, grant, waitUntil, claimSince, now);
    }

    /** What the peer was granted, and until when it counts at least. */
    Leases granting(Optional<LeaseGrant> given, Optional<MonoTime> over) {
        Optional<MonoTime> later =
                over.filter(t -> waitUntil.filter(u -> u.isAfter(t)).isEmpty()).or(() -> waitUntil);
        return new Leases(lastNonce, asked, held, request, given, later, claimSince, slots);
    }

    Leases claimedSince(Optional<MonoTime> since) {
        return new Leases(lastNonce, asked, held, request, grant, waitUntil, since, slots);
    }

    /** The epoch for which clients may pass now; empty when the lease is over. */
    public Optional<Held> heldAt(MonoTime now) {
        return held.filter(h -> h.until().isAfter(now));
    }
}
