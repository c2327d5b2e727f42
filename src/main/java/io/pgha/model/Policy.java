package io.pgha.model;

import java.time.Duration;

/**
 * Every number and choice the decision core works with. Checked when the configuration is read; sealed after.
 *
 * @param profile the operator's word for the set: wan, normal, fast, or custom
 * @param guard who may take over on silence
 * @param interval between two probes of the primary
 * @param probeTimeout deadline of one probe
 * @param maxPrimaryFailcount consecutive failures before the standby takes over
 * @param heartbeat between two messages to the peer
 * @param fenceAfter a primary under guard gateway closes when it has had no contact for this long
 * @param gatewayTimeout deadline of one look at a gateway
 * @param closeTimeout within which the gate must be closed and sessions ended
 * @param streamTimeout a replication stream without a message for this long no longer counts as alive
 * @param bootPeerWait how long a booting last-known primary waits for a silent peer (guard failcount)
 * @param onCleanStop what to do when a person stops the primary cleanly
 * @param cleanStopGrace how long a clean stop may last before that is done
 * @param maximumLagOnFailover bytes of WAL, as at last contact, above which an automatic takeover is held
 * @param promoteTimeout deadline of a promotion until read-write
 * @param startTimeout deadline of a start, without progress of recovery
 * @param stopTimeout deadline of a stop that must end cleanly (release, switchover)
 * @param ladderTimeout how long the stop ladder waits for fast, and again for immediate, before the next rung
 * @param cedeValidity a cede not answered for this long is reported as stuck
 * @param crash what a crash of PostgreSQL leads to
 * @param failoverBlock after an automatic failover the next one waits this long, or for an acknowledgement; zero: never
 * @param lease how long the primary's gate may be open without a new grant; only with a lease guard
 * @param leaseMargin what a grantor waits beyond its grant and the clocks' difference, before anybody else may open
 * @param handoverLease asked for when the daemon is stopped, so that clients stay while it is away
 * @param claimTimeout an epoch claimed and not opened for this long may be claimed back by its old owner
 * @param workflowTimeout deadline of one waiting step of release and initialize
 * @param fence whether and how the other machine is switched off before it is taken over from
 * @param atBoot what a boot of the machine means for PostgreSQL
 * @param sync whether a COMMIT waits for the standby
 * @param walRescueTimeout of fetching the WAL of a primary that ceded, and of its replay without an advance
 * @param rejoining whether a deposed node follows again by itself
 * @param pauseTimeout within which the poolers' clients must have come to rest before a switchover; zero: there is no pooler
 */
public record Policy(
        String profile,
        Guard guard,
        Duration interval,
        Duration probeTimeout,
        int maxPrimaryFailcount,
        Duration heartbeat,
        Duration fenceAfter,
        Duration gatewayTimeout,
        Duration closeTimeout,
        Duration streamTimeout,
        Duration bootPeerWait,
        OnCleanStop onCleanStop,
        Duration cleanStopGrace,
        long maximumLagOnFailover,
        Duration promoteTimeout,
        Duration startTimeout,
        Duration stopTimeout,
        Duration ladderTimeout,
        Duration cedeValidity,
        CrashPolicy crash,
        Duration failoverBlock,
        Duration lease,
        Duration leaseMargin,
        Duration handoverLease,
        Duration claimTimeout,
        Duration workflowTimeout,
        FencePolicy fence,
        AtBoot atBoot,
        SyncPolicy sync,
        Duration walRescueTimeout,
        Rejoining rejoining,
        Duration pauseTimeout) {

    private static final int ELIGIBLE_INTERVALS = 30;
    private static final Duration RESCUE = Duration.ofSeconds(10);

    /**
     * A policy without fencing and poolers, under which a boot starts PostgreSQL, a node rejoins where it may, and a crash is taken
     * over at once.
     */
    public Policy(
            String profile,
            Guard guard,
            Duration interval,
            Duration probeTimeout,
            int maxPrimaryFailcount,
            Duration heartbeat,
            Duration fenceAfter,
            Duration gatewayTimeout,
            Duration closeTimeout,
            Duration streamTimeout,
            Duration bootPeerWait,
            OnCleanStop onCleanStop,
            Duration cleanStopGrace,
            long maximumLagOnFailover,
            Duration promoteTimeout,
            Duration startTimeout,
            Duration stopTimeout,
            Duration ladderTimeout,
            Duration cedeValidity,
            int restartAttempts,
            Duration failoverBlock,
            Duration lease,
            Duration leaseMargin,
            Duration handoverLease,
            Duration claimTimeout,
            Duration workflowTimeout) {
        this(
                profile,
                guard,
                interval,
                probeTimeout,
                maxPrimaryFailcount,
                heartbeat,
                fenceAfter,
                gatewayTimeout,
                closeTimeout,
                streamTimeout,
                bootPeerWait,
                onCleanStop,
                cleanStopGrace,
                maximumLagOnFailover,
                promoteTimeout,
                startTimeout,
                stopTimeout,
                ladderTimeout,
                cedeValidity,
                CrashPolicy.failover(restartAttempts),
                failoverBlock,
                lease,
                leaseMargin,
                handoverLease,
                claimTimeout,
                workflowTimeout,
                FencePolicy.NONE,
                AtBoot.AUTO,
                SyncPolicy.OFF,
                RESCUE,
                Rejoining.AUTO,
                Duration.ZERO);
    }

    /** This policy with fencing. */
    public Policy withFence(FencePolicy fencing) {
        return with(fencing, atBoot, sync, walRescueTimeout, rejoining, crash, pauseTimeout);
    }

    /** This policy with another answer to a boot. */
    public Policy withAtBoot(AtBoot answer) {
        return with(fence, answer, sync, walRescueTimeout, rejoining, crash, pauseTimeout);
    }

    /** This policy with synchronous replication. */
    public Policy withSync(SyncPolicy synchronous) {
        return with(fence, atBoot, synchronous, walRescueTimeout, rejoining, crash, pauseTimeout);
    }

    /** This policy with another limit of a rescue of WAL. */
    public Policy withWalRescueTimeout(Duration limit) {
        return with(fence, atBoot, sync, limit, rejoining, crash, pauseTimeout);
    }

    /** This policy with another way back for a deposed node. */
    public Policy withRejoining(Rejoining way) {
        return with(fence, atBoot, sync, walRescueTimeout, way, crash, pauseTimeout);
    }

    /** This policy with another answer to a crash. */
    public Policy withCrash(CrashPolicy answer) {
        return with(fence, atBoot, sync, walRescueTimeout, rejoining, answer, pauseTimeout);
    }

    /** This policy with poolers whose clients wait during a switchover. */
    public Policy withPauseTimeout(Duration limit) {
        return with(fence, atBoot, sync, walRescueTimeout, rejoining, crash, limit);
    }

    private Policy with(
            FencePolicy fencing,
            AtBoot answer,
            SyncPolicy synchronous,
            Duration rescue,
            Rejoining way,
            CrashPolicy afterCrash,
            Duration pause) {
        return new Policy(
                profile,
                guard,
                interval,
                probeTimeout,
                maxPrimaryFailcount,
                heartbeat,
                fenceAfter,
                gatewayTimeout,
                closeTimeout,
                streamTimeout,
                bootPeerWait,
                onCleanStop,
                cleanStopGrace,
                maximumLagOnFailover,
                promoteTimeout,
                startTimeout,
                stopTimeout,
                ladderTimeout,
                cedeValidity,
                afterCrash,
                failoverBlock,
                lease,
                leaseMargin,
                handoverLease,
                claimTimeout,
                workflowTimeout,
                fencing,
                answer,
                synchronous,
                rescue,
                way,
                pause);
    }

    /** What a boot of the machine means for PostgreSQL. */
    public enum AtBoot {
        /** It is started where the decision allows it. */
        AUTO,
        /** It waits for a person, who wants to look first. */
        MANUAL
    }

    /** How a deposed node comes to follow the new owner. */
    public enum Rejoining {
        /** By itself where no client's commit is lost by it. */
        AUTO,
        /** When a person says so. */
        MANUAL
    }

    /** What a clean stop of the primary by a person leads to, after the grace period. */
    public enum OnCleanStop {
        FAILOVER,
        HOLD
    }

    /** The rate by which two hosts' clocks may differ: NTP daemons slew up to 8 % (protocol, rho). */
    private static final double CLOCK_RATE = 0.1;

    /** So many heartbeats; every turn asks for some, and a product of durations is slow. */
    public Duration heartbeats(int count) {
        return Duration.ofNanos(heartbeat.toNanos() * count);
    }

    /** What a grantor waits after a grant of that duration, counted from the receipt of the request: times (1 + rho), plus G. */
    public Duration waitAfter(Duration granted) {
        return waitAfter(granted, leaseMargin);
    }

    /** The same for a grantor that is no node, with a margin of its own. */
    public static Duration waitAfter(Duration granted, Duration margin) {
        return granted.plusNanos((long) (granted.toNanos() * CLOCK_RATE)).plus(margin);
    }

    /** What the kernel is armed with for a lease: less what closing costs. */
    public Duration permit(Duration asked) {
        return asked.minus(closeTimeout);
    }

    /**
     * How long a standby that was told that it has everything may act upon that, counted from its last question that the
     * primary answered; the primary goes on alone only when that is surely over (protocol section 8, "preferred").
     */
    public Duration synchronousFor() {
        return Duration.ofNanos((long) (aloneAfter().minus(interval).toNanos() / (1 + CLOCK_RATE)));
    }

    /** When a silent standby is not waited for any more, counted from telling it so; that it is gone is seen two intervals late. */
    public Duration aloneAfter() {
        return sync.timeout().minus(interval.multipliedBy(2));
    }

    /**
     * With a lease guard: how long the primary may have gone without seeing its standby follow, or the standby without hearing
     * of the primary, before the standby does not take over by itself any more. Many times what any takeover takes, so that only
     * a primary that was left alone for long counts.
     */
    public Duration eligibleFor() {
        return interval.multipliedBy(ELIGIBLE_INTERVALS);
    }

    /** The earliest moment, after the last sign of life, at which the standby can reach MAX_PRIMARY_FAILCOUNT. */
    public Duration earliestTakeover() {
        return interval.multipliedBy(maxPrimaryFailcount - 1L);
    }

    /** How long a workflow waits to see the gate closed: many times what closing may take, then something is broken. */
    public Duration seenClosed() {
        return closeTimeout.multipliedBy(10);
    }

    /**
     * How long a workflow waits to see the gate open: some looks at PostgreSQL, then as long as for closing; with a lease guard
     * also what the first grant can take when an older one must run out before.
     */
    public Duration seenOpen() {
        Duration grant = guard.isLease() ? waitAfter(lease).plus(heartbeats(3)) : Duration.ZERO;
        return interval.multipliedBy(3).plus(seenClosed()).plus(grant);
    }

    /** The longest silence before the standby takes over: one interval, then MAX probes that time out. */
    public Duration latestTakeover() {
        Duration perProbe = probeTimeout.compareTo(interval) > 0 ? probeTimeout : interval;
        return interval.plus(probeTimeout).plus(perProbe.multipliedBy(maxPrimaryFailcount - 1L));
    }

    /** What an isolated primary needs at most until it is closed (protocol section 7). */
    public Duration latestFence() {
        return fenceAfter.plus(heartbeat).plus(gatewayTimeout).plus(closeTimeout);
    }
}
