package io.pgha.model;

import java.util.List;
import java.util.Optional;

/**
 * Everything a node tells its peer, whole, in every heartbeat: the link is level-triggered, a lost message costs nothing.
 * Absent parts are empty, never guessed.
 *
 * @param protocol version of this record; one step of skew is tolerated
 * @param version of the sender's pgha
 * @param node who speaks
 * @param incarnation one start of the sender's daemon
 * @param configDigest of the settings both nodes must share
 * @param state the sender's durable role
 * @param epoch the highest epoch it knows
 * @param owner who owns that epoch
 * @param gateOpen as read back from its kernel; empty when it could not look
 * @param gate what guards its ports, whom it lets pass, and what the last look found wrong, in words; empty: not told
 * @param postmaster its PostgreSQL's process
 * @param inRecovery its PostgreSQL's pg_is_in_recovery(), when it answers
 * @param systemId its database's identifier
 * @param timeline its timeline
 * @param position its WAL position, as in {@link PostgresView#position()}
 * @param streaming a standby: its receiver streams
 * @param vetoes why it would not take over; empty list: it would
 * @param activity what it is doing, in words; empty when idle
 * @param cede its outstanding cede
 * @param cedeAnswer its answer to ours
 * @param token a release it has issued and that is not redeemed
 * @param tokenHeld id of our release that it has on disk
 * @param wantsStandby it asks this node to become its standby (first half of a release); the request's id
 * @param bootQuestion it asks before it opens after a boot; the question's id
 * @param holdFor it holds still for our question of this id
 * @param forks its timeline history
 * @param commitsSinceFork client commits after the fork from our timeline; empty: not counted
 * @param paused by whom and why nothing is done automatically on either node; empty: not paused here
 * @param unacknowledged its last automatic failover, until an operator has seen it or the block period is over
 * @param leaseRequest it asks for a lease of the epoch it owns; only with a lease guard
 * @param leaseGrant its answer to our newest request
 * @param votes whether it has given up its vote, and what it makes of ours; empty: it knows nothing of votes
 * @param synchronous a primary: its standby has all that was ever acknowledged; a standby: what it was told last of that by the
 *     owner of its epoch; empty: it knows nothing of it
 * @param wallClockMillis its wall clock when it first said this, for display and the skew warning only
 */
public record PeerMessage(
        int protocol,
        String version,
        NodeId node,
        String incarnation,
        String configDigest,
        NodeState state,
        Epoch epoch,
        Optional<NodeId> owner,
        Optional<Boolean> gateOpen,
        Optional<String> gate,
        Postmaster postmaster,
        Optional<Boolean> inRecovery,
        Optional<String> systemId,
        Optional<Integer> timeline,
        Optional<Lsn> position,
        boolean streaming,
        List<String> vetoes,
        String activity,
        Optional<Cede> cede,
        Optional<CedeAnswer> cedeAnswer,
        Optional<ReleaseToken> token,
        Optional<String> tokenHeld,
        Optional<String> wantsStandby,
        Optional<String> bootQuestion,
        Optional<String> holdFor,
        List<Fork> forks,
        Optional<Long> commitsSinceFork,
        Optional<String> paused,
        Optional<String> unacknowledged,
        Optional<LeaseRequest> leaseRequest,
        Optional<LeaseGrant> leaseGrant,
        Optional<Votes> votes,
        Optional<Boolean> synchronous,
        long wallClockMillis) {

    /** The version this build speaks. */
    public static final int PROTOCOL = 1;

    /** The clock is told this often at least, when there is nothing else to tell. */
    public static final long CLOCK_TOLD_MILLIS = 1000;

    public PeerMessage {
        vetoes = List.copyOf(vetoes);
        forks = List.copyOf(forks);
    }

    /** Whether both say the same, apart from what rises by itself: clock, and position if there is one. */
    public boolean saysTheSameAs(PeerMessage other) {
        return equals(other)
                || (position.isPresent() == other.position.isPresent()
                        && equals(other.at(position, wallClockMillis)));
    }

    /** Whether both say the same, at two times of the day. */
    public boolean repeats(PeerMessage other) {
        return equals(other.at(other.position, wallClockMillis));
    }

    /** The same at another moment: only what rises by itself is different. */
    private PeerMessage at(Optional<Lsn> otherPosition, long otherMillis) {
        return new PeerMessage(
                protocol,
                version,
                node,
                incarnation,
                configDigest,
                state,
                epoch,
                owner,
                gateOpen,
                gate,
                postmaster,
                inRecovery,
                systemId,
                timeline,
                otherPosition,
                streaming,
                vetoes,
                activity,
                cede,
                cedeAnswer,
                token,
                tokenHeld,
                wantsStandby,
                bootQuestion,
                holdFor,
                forks,
                commitsSinceFork,
                paused,
                unacknowledged,
                leaseRequest,
                leaseGrant,
                votes,
                synchronous,
                otherMillis);
    }
}
