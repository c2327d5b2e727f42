package io.pgha.decision;

import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.PortProbe;

import java.util.Optional;

/**
 * What this start of the daemon has counted so far; forgotten at a restart, on purpose (row B13).
 *
 * @param startedAt when the daemon's first turn was
 * @param lastTurnAt the turn before this one
 * @param awakeAt the end of the last pause of this process, or the start
 * @param failures consecutive failures of the primary
 * @param lastFailure words of the last of them
 * @param lastCounted the probe of the peer's port that was counted last
 * @param silences consecutive probes during which the peer's daemon was not heard
 * @param ownFailures consecutive failures of the local primary's fresh connection and write
 * @param lastOwn the local probe that was counted last
 * @param primaryPosition the primary's position as at last contact
 * @param downSince since when the local postmaster has been seen down
 * @param restarts starts in place since the local PostgreSQL was last well
 * @param restartedAt when the first of them was begun, or the first of those before it was last well
 * @param undecidedSince since when the role has been undecided
 * @param peerMayWriteAt when the peer's port last answered as one that may accept writes, or could not be asked
 * @param bootAsked the boot hook asked for a start
 * @param pausedSince since when this daemon has known of its own pause
 * @param blockedSince since when it has known of an automatic failover that nobody has acknowledged
 * @param unfencedSince since when it has known that the primary could not be fenced
 * @param seenRunning the local postmaster has been seen running
 * @param following how closely this primary's standby follows; nothing unless this node is the primary
 * @param leases what is held, asked and granted; empty of everything without a lease guard
 * @param sync how the primary and its standby stand
 */
public record Tally(
        MonoTime startedAt,
        MonoTime lastTurnAt,
        MonoTime awakeAt,
        int failures,
        String lastFailure,
        Optional<PortProbe> lastCounted,
        int silences,
        int ownFailures,
        Optional<PortProbe> lastOwn,
        Optional<Lsn> primaryPosition,
        Optional<MonoTime> downSince,
        int restarts,
        Optional<MonoTime> restartedAt,
        Optional<MonoTime> undecidedSince,
        Optional<MonoTime> peerMayWriteAt,
        boolean bootAsked,
        Optional<MonoTime> pausedSince,
        Optional<MonoTime> blockedSince,
        Optional<MonoTime> unfencedSince,
        boolean seenRunning,
        Following following,
        Leases leases,
        Sync sync) {

    /** A tally without a fencing that failed, of a PostgreSQL that has not been seen running. */
    public Tally(
            MonoTime startedAt,
            MonoTime lastTurnAt,
            MonoTime awakeAt,
            int failures,
            String lastFailure,
            Optional<PortProbe> lastCounted,
            int silences,
            int ownFailures,
            Optional<PortProbe> lastOwn,
            Optional<Lsn> primaryPosition,
            Optional<MonoTime> downSince,
            int restarts,
            Optional<MonoTime> undecidedSince,
            boolean bootAsked,
            Optional<MonoTime> pausedSince,
            Optional<MonoTime> blockedSince,
            Leases leases) {
        this(
                startedAt,
                lastTurnAt,
                awakeAt,
                failures,
                lastFailure,
                lastCounted,
                silences,
                ownFailures,
                lastOwn,
                primaryPosition,
                downSince,
                restarts,
                Optional.empty(),
                undecidedSince,
                Optional.empty(),
                bootAsked,
                pausedSince,
                blockedSince,
                Optional.empty(),
                false,
                Following.NONE,
                leases,
                Sync.none(startedAt));
    }

    /** The tally at the first turn. */
    public static Tally startingAt(MonoTime now, String incarnation) {
        return new Tally(
                now,
                now,
                now,
                0,
                "",
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Leases.none(incarnation));
    }

    /** The boot hook has asked. */
    public Tally withBootAsked(boolean asked) {
        return with(ownFailures, restarts, restartedAt, asked, leases, sync);
    }

    /** One more start in place was tried. */
    public Tally withRestart(MonoTime now) {
        Optional<MonoTime> first = restarts == 0 ? Optional.of(now) : restartedAt;
        return with(0, restarts + 1, first, bootAsked, leases, sync);
    }

    /** The leases after a turn. */
    public Tally withLeases(Leases after) {
        return with(ownFailures, restarts, restartedAt, bootAsked, after, sync);
    }

    /** How the two stand after a turn. */
    public Tally withSync(Sync after) {
        return with(ownFailures, restarts, restartedAt, bootAsked, leases, after);
    }

    private Tally with(
            int failed,
            int started,
            Optional<MonoTime> firstStart,
            boolean asked,
            Leases held,
            Sync stand) {
        return new Tally(
                startedAt,
                lastTurnAt,
                awakeAt,
                failures,
                lastFailure,
                lastCounted,
                silences,
                failed,
                lastOwn,
                primaryPosition,
                downSince,
                started,
                firstStart,
                undecidedSince,
                peerMayWriteAt,
                asked,
                pausedSince,
                blockedSince,
                unfencedSince,
                seenRunning,
                following,
                held,
                stand);
    }
}
