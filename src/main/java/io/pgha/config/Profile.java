package io.pgha.config;

import java.time.Duration;

/**
 * A set of times that fit together. Each may be changed by hand; the sums are checked either way.
 *
 * <p>Counted from a power loss (the silence of everything at once) to the decision to promote: {@code fast} 2 s, {@code
 * normal} 5 s, {@code wan} 18 s at the latest. {@code stream_timeout} is in each case shorter than the earliest decision
 * after a power loss, so that a stream that went silent together with everything else is no veto any more when the last
 * probe has failed. A primary that hangs is decided as late, and twice {@code ladder_timeout} comes on top.
 */
enum Profile {
    /** Two sites with a long or unsteady line between them: ten seconds of silence are endured. */
    WAN(3000, 3000, 5, 1000, 6000, 2000, 1000, 10_000, 1000, 10_000, 1000, 35_000),
    /** One site, or two near ones. */
    NORMAL(1000, 1000, 4, 500, 1500, 500, 300, 3000, 500, 3000, 300, 11_000),
    /** One room with a quiet network: a switch that restarts its ports makes a failover. */
    FAST(400, 400, 4, 200, 600, 150, 150, 1000, 200, 1200, 150, 5000);

    private final Duration interval;
    private final Duration probeTimeout;
    private final int maxPrimaryFailcount;
    private final Duration heartbeat;
    private final Duration fenceAfter;
    private final Duration gatewayTimeout;
    private final Duration closeTimeout;
    private final Duration streamTimeout;
    private final Duration ladderTimeout;
    private final Duration lease;
    private final Duration leaseMargin;
    private final Duration syncTimeout;

    Profile(
            int intervalMs,
            int probeTimeoutMs,
            int maxPrimaryFailcount,
            int heartbeatMs,
            int fenceAfterMs,
            int gatewayTimeoutMs,
            int closeTimeoutMs,
            int streamTimeoutMs,
            int ladderTimeoutMs,
            int leaseMs,
            int leaseMarginMs,
            int syncTimeoutMs) {
        this.interval = Duration.ofMillis(intervalMs);
        this.probeTimeout = Duration.ofMillis(probeTimeoutMs);
        this.maxPrimaryFailcount = maxPrimaryFailcount;
        this.heartbeat = Duration.ofMillis(heartbeatMs);
        this.fenceAfter = Duration.ofMillis(fenceAfterMs);
        this.gatewayTimeout = Duration.ofMillis(gatewayTimeoutMs);
        this.closeTimeout = Duration.ofMillis(closeTimeoutMs);
        this.streamTimeout = Duration.ofMillis(streamTimeoutMs);
        this.ladderTimeout = Duration.ofMillis(ladderTimeoutMs);
        this.lease = Duration.ofMillis(leaseMs);
        this.leaseMargin = Duration.ofMillis(leaseMarginMs);
        this.syncTimeout = Duration.ofMillis(syncTimeoutMs);
    }

    /** As it is written in the file. */
    String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    Duration interval() {
        return interval;
    }

    Duration probeTimeout() {
        return probeTimeout;
    }

    int maxPrimaryFailcount() {
        return maxPrimaryFailcount;
    }

    Duration heartbeat() {
        return heartbeat;
    }

    Duration fenceAfter() {
        return fenceAfter;
    }

    Duration gatewayTimeout() {
        return gatewayTimeout;
    }

    Duration closeTimeout() {
        return closeTimeout;
    }

    Duration streamTimeout() {
        return streamTimeout;
    }

    Duration ladderTimeout() {
        return ladderTimeout;
    }

    Duration lease() {
        return lease;
    }

    Duration leaseMargin() {
        return leaseMargin;
    }

    Duration syncTimeout() {
        return syncTimeout;
    }
}
