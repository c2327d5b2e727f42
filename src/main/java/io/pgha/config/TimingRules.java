package io.pgha.config;

import io.pgha.model.Guard;
import io.pgha.model.Policy;

import java.time.Duration;
import java.util.List;

/** Refuses times that contradict each other; each complaint prints the inequality that fails, with its numbers. */
final class TimingRules {

    private final Values values;
    private final Complaints complaints;

    TimingRules(Values values, Complaints complaints) {
        this.values = values;
        this.complaints = complaints;
    }

    /** Checks everything that concerns both nodes alike. */
    void check() {
        PolicyPart.of(values, Guard.MANUAL).ifPresent(policy -> {
            notLonger(
                    TimingKeys.PROBE_TIMEOUT,
                    TimingKeys.INTERVAL,
                    "a probe must end before the next one begins");
            notLonger(
                    TimingKeys.HEARTBEAT,
                    TimingKeys.INTERVAL,
                    "the peer's daemon must have had its say before a probe counts");
            stream(policy);
            boot(policy);
            if (policy.sync().isOn()) {
                sync(policy);
            }
            if (policy.guard() == Guard.GATEWAY) {
                fence(policy);
            }
            if (policy.guard().isLease()) {
                lease(policy);
            }
        });
        gateways();
    }

    private void notLonger(Key<Duration> shorter, Key<Duration> longer, String because) {
        Duration a = values.get(shorter);
        Duration b = values.get(longer);
        if (a.compareTo(b) > 0) {
            complain(
                    values.isWritten(shorter) ? shorter : longer,
                    shorter.path() + " " + Quantity.text(a) + " <= " + longer.path() + " "
                            + Quantity.text(b) + " does not hold: " + because);
        }
    }

    /**
     * A stream that fell silent with the primary must have ceased to be a veto when the last probe fails. In a power loss
     * every probe times out, so that is at the earliest one probe timeout after the last probe was begun.
     */
    private void stream(Policy p) {
        Duration decided = p.earliestTakeover().plus(p.probeTimeout());
        if (p.streamTimeout().compareTo(decided) > 0) {
            complain(
                    TimingKeys.STREAM_TIMEOUT,
                    "stream_timeout " + Quantity.text(p.streamTimeout()) + " <= " + countingWords(p)
                            + " + probe_timeout " + Quantity.text(p.probeTimeout()) + " = "
                            + Quantity.text(decided)
                            + " does not hold: a stream that fell silent would delay the takeover after a power loss");
        }
    }

    /** protocol section 8: who goes on alone must have waited until a silent standby either has taken over or may not any more. */
    private void sync(Policy p) {
        Duration leases = p.guard().isLease() ? p.waitAfter(p.lease()) : Duration.ZERO;
        Duration decided = p.latestTakeover().compareTo(leases) > 0 ? p.latestTakeover() : leases;
        Duration takeover = decided.plus(p.heartbeats(3));
        if (p.synchronousFor().compareTo(takeover) < 0) {
            complain(
                    TimingKeys.SYNC_TIMEOUT,
                    "(sync_timeout " + Quantity.text(p.sync().timeout()) + " - 3 x interval "
                            + Quantity.text(p.interval()) + ") / 1.1 = "
                            + Quantity.text(p.synchronousFor())
                            + " >= the longest wait for a takeover + 3 x heartbeat = "
                            + Quantity.text(takeover)
                            + " does not hold: a standby could not take over in time what it was told it has");
        }
    }

    private void boot(Policy p) {
        Duration two = p.heartbeat().multipliedBy(2);
        if (p.bootPeerWait().compareTo(two) < 0) {
            complain(
                    TimingKeys.BOOT_PEER_WAIT,
                    "boot_peer_wait " + Quantity.text(p.bootPeerWait()) + " >= 2 x heartbeat "
                            + Quantity.text(p.heartbeat()) + " = " + Quantity.text(two)
                            + " does not hold: a living peer could not have answered yet");
        }
    }

    /** protocol: an isolated primary must be closed before its standby can have counted to the end. */
    private void fence(Policy p) {
        if (p.fenceAfter().compareTo(p.heartbeat().multipliedBy(2)) < 0) {
            complain(
                    TimingKeys.FENCE_AFTER,
                    "fence_after " + Quantity.text(p.fenceAfter()) + " >= 2 x heartbeat "
                            + Quantity.text(p.heartbeat())
                            + " does not hold: one lost message would close the primary");
        }
        if (p.latestFence().compareTo(p.earliestTakeover()) >= 0) {
            long needed = p.latestFence().toNanos() / p.interval().toNanos() + 2;
            complain(
                    TimingKeys.FENCE_AFTER,
                    "fence_after " + Quantity.text(p.fenceAfter()) + " + heartbeat "
                            + Quantity.text(p.heartbeat())
                            + " + gateway_timeout " + Quantity.text(p.gatewayTimeout())
                            + " + close_timeout "
                            + Quantity.text(p.closeTimeout()) + " = "
                            + Quantity.text(p.latestFence()) + " < "
                            + countingWords(p) + " = " + Quantity.text(p.earliestTakeover())
                            + " does not hold: the standby could open before a cut-off primary has closed. Shorten"
                            + " fence_after, or set max_primary_failcount to " + needed);
        }
    }

    private void lease(Policy p) {
        Duration permit = p.permit(p.lease());
        Duration three = p.heartbeat().multipliedBy(3);
        if (permit.compareTo(three) < 0) {
            complain(
                    TimingKeys.LEASE,
                    "lease " + Quantity.text(p.lease()) + " - close_timeout "
                            + Quantity.text(p.closeTimeout())
                            + " = " + Quantity.text(permit) + " >= 3 x heartbeat "
                            + Quantity.text(p.heartbeat()) + " = " + Quantity.text(three)
                            + " does not hold: two lost messages would close the primary");
        }
        if (p.handoverLease().compareTo(p.lease()) < 0) {
            complain(
                    TimingKeys.HANDOVER_LEASE,
                    "handover_lease " + Quantity.text(p.handoverLease()) + " >= lease "
                            + Quantity.text(p.lease())
                            + " does not hold: a daemon's restart would cut clients");
        }
        if (p.claimTimeout().compareTo(p.promoteTimeout()) < 0) {
            complain(
                    TimingKeys.CLAIM_TIMEOUT,
                    "claim_timeout " + Quantity.text(p.claimTimeout()) + " >= promote_timeout "
                            + Quantity.text(p.promoteTimeout())
                            + " does not hold: the old primary could claim back what the standby is still"
                            + " being promoted for");
        }
    }

    private static String countingWords(Policy p) {
        return "(max_primary_failcount " + p.maxPrimaryFailcount() + " - 1) x interval "
                + Quantity.text(p.interval());
    }

    private void gateways() {
        values.find(TimingKeys.GUARD).ifPresent(guard -> {
            boolean none = values.find(TimingKeys.GATEWAYS).map(List::isEmpty).orElse(false);
            if (guard == Guard.GATEWAY && none) {
                complain(
                        TimingKeys.GATEWAYS,
                        "is empty, but guard = gateway needs at least one place beyond this site, such as"
                                + " [\"192.0.2.1\", \"gtm.example.com:443\"]");
            }
            boolean some =
                    values.find(TimingKeys.GATEWAYS).map(g -> !g.isEmpty()).orElse(false);
            if (guard != Guard.GATEWAY && some) {
                complain(
                        TimingKeys.GATEWAYS,
                        "is asked with guard = gateway only; remove it, or set guard = gateway to be protected by it");
            }
        });
    }

    private void complain(Key<?> key, String message) {
        complaints.add(values.line(key), key.path(), message);
    }
}
