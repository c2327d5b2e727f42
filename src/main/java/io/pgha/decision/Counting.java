package io.pgha.decision;

import io.pgha.model.Guard;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.model.Policy;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Probed;
import io.pgha.model.Receiver;
import io.pgha.model.Renewal;

import java.time.Duration;
import java.util.Optional;

/**
 * Counts what is consecutive. One probe is one failure only if every channel that could have spoken during it was silent:
 * the port, the peer's daemon and the replication stream.
 */
public final class Counting {

    private Counting() {}

    /** The tally after this observation. */
    @Decides(Row.B13)
    public static Tally count(Tally before, Observation now, Memory memory, Policy policy) {
        boolean slept = now.at().isPast(before.lastTurnAt(), asleep(policy));
        MonoTime awakeAt = slept ? now.at() : before.awakeAt();
        // Any word of the peer's daemon after the last failure resets the count, not only one
        // during a probe.
        boolean forget = slept || isHeardSince(before.lastCounted(), now);
        int failures = forget ? 0 : before.failures();
        String lastFailure = before.lastFailure();
        Optional<PortProbe> counted = before.lastCounted();
        int silences = forget ? 0 : before.silences();
        if (now.peerPort().isPresent() && !now.peerPort().equals(counted)) {
            PortProbe probe = now.peerPort().get();
            counted = now.peerPort();
            silences = isDaemonHeard(probe, now, policy) ? 0 : silences + 1;
            if (isSignOfLife(probe, now, policy) || memory.state() != NodeState.STANDBY) {
                failures = 0;
            } else if (probe.answer().isFailure() && !startedBefore(probe, awakeAt)) {
                failures = failures + 1;
                lastFailure = probe.words();
            }
        }
        Optional<MonoTime> downSince = now.isDown()
                ? before.downSince().or(() -> Optional.of(now.at()))
                : Optional.empty();
        boolean undecided = memory.state() == NodeState.UNDECIDED;
        return new Tally(
                before.startedAt(),
                now.at(),
                awakeAt,
                failures,
                lastFailure,
                counted,
                silences,
                ownFailures(slept ? 0 : before.ownFailures(), before.lastOwn(), now, awakeAt),
                now.ownPort().or(before::lastOwn),
                primaryPosition(before, now, memory, policy),
                downSince,
                isWell(now) ? 0 : before.restarts(),
                before.restartedAt(),
                undecided
                        ? before.undecidedSince().or(() -> Optional.of(now.at()))
                        : Optional.empty(),
                peerMayWriteAt(before.peerMayWriteAt(), now),
                before.bootAsked(),
                since(memory.paused().isPresent(), before.pausedSince(), now.at()),
                since(isBlocked(memory, now), before.blockedSince(), now.at()),
                since(memory.fenceTrouble().isPresent(), before.unfencedSince(), now.at()),
                before.seenRunning() || now.postmaster() == Postmaster.RUNNING,
                policy.guard().isLease()
                        ? Renewals.following(before.following(), now, memory)
                        : Following.NONE,
                before.leases(),
                before.sync());
    }

    private static boolean isHeardSince(Optional<PortProbe> probe, Observation now) {
        return probe.isEmpty()
                || now.peer()
                        .heardAt()
                        .filter(heard -> !probe.get().at().isAfter(heard))
                        .isPresent();
    }

    /**
     * A server that does not let us in may let clients in, and so may one that could not be asked. The first answer alone says
     * nothing here: while the daemon is silent a login follows with the next probe. A standby is none, whatever it said before.
     */
    private static Optional<MonoTime> peerMayWriteAt(Optional<MonoTime> before, Observation now) {
        Optional<PortProbe> probe = now.peerPort();
        if (probe.isEmpty() || probe.get().answer() == PortAnswer.ALIVE) {
            return before;
        }
        if (probe.get().answer() == PortAnswer.READ_ONLY) {
            return Optional.empty();
        }
        return probe.get().answer().isSilence()
                ? before
                : Optional.of(probe.get().at());
    }

    private static Optional<MonoTime> since(
            boolean holds, Optional<MonoTime> before, MonoTime now) {
        return holds ? before.or(() -> Optional.of(now)) : Optional.empty();
    }

    private static boolean isBlocked(Memory memory, Observation now) {
        return memory.unacknowledged().isPresent()
                || now.peer().last().flatMap(PeerMessage::unacknowledged).isPresent();
    }

    /** The local PostgreSQL does its work: a primary answers a fresh connection, a standby streams. */
    private static boolean isWell(Observation now) {
        boolean serves = now.isReadWrite()
                && now.ownPort().filter(p -> !p.answer().isFailure()).isPresent();
        boolean follows = now.isInRecovery()
                && now.local()
                        .answer()
                        .flatMap(PostgresView::receiver)
                        .filter(Receiver::isStreaming)
                        .isPresent();
        return serves || follows;
    }

    /** A gap between two turns from which a pause of this process is concluded; turns come at least once a heartbeat. */
    public static Duration asleep(Policy policy) {
        Duration usual = policy.heartbeats(2).plus(policy.interval());
        if (policy.guard() != Guard.GATEWAY) {
            return usual;
        }
        // A pause that could use up fence_after must be seen as one: it never closes the gate (P8).
        Duration least = policy.heartbeats(3).dividedBy(2);
        Duration fence = policy.fenceAfter().minus(policy.heartbeat());
        Duration shorter = fence.compareTo(usual) < 0 ? fence : usual;
        return shorter.compareTo(least) < 0 ? least : shorter;
    }

    /** How old the peer's last message may be to count as "it speaks". */
    public static Duration fresh(Policy policy) {
        return policy.heartbeats(3);
    }

    /** The stream brought something within {@code limit}. */
    public static boolean streamAlive(Observation now, Duration limit) {
        if (!(now.local() instanceof Probed.Answered<PostgresView> view)) {
            return false;
        }
        Duration lookAge = now.at().since(view.at());
        return view.value()
                .receiver()
                .filter(r -> r.isStreaming() && r.sinceMessage().plus(lookAge).compareTo(limit) < 0)
                .isPresent();
    }

    private static boolean isSignOfLife(PortProbe probe, Observation now, Policy policy) {
        if (probe.answer().isSignOfLife()) {
            return true;
        }
        return isDaemonHeard(probe, now, policy) || streamAlive(now, window(probe, policy));
    }

    private static boolean isDaemonHeard(PortProbe probe, Observation now, Policy policy) {
        return now.peer()
                .heardAt()
                .filter(heard -> !now.at().isPast(heard, window(probe, policy)))
                .isPresent();
    }

    private static Duration window(PortProbe probe, Policy policy) {
        Duration beats = policy.heartbeats(2);
        return probe.took().compareTo(beats) > 0 ? probe.took() : beats;
    }

    /** Of the primary's fresh connection and write. A server in recovery is none: it was started anew, and it answers. */
    private static int ownFailures(
            int before, Optional<PortProbe> counted, Observation now, MonoTime awakeAt) {
        if (now.isInRecovery()) {
            return 0;
        }
        return now.ownPort()
                .filter(probe -> !counted.equals(now.ownPort()))
                .map(probe -> !probe.answer().isFailure()
                        ? 0
                        : before + (startedBefore(probe, awakeAt) ? 0 : 1))
                .orElse(before);
    }

    private static boolean startedBefore(PortProbe probe, MonoTime moment) {
        return moment.isAfter(new MonoTime(probe.at().nanos() - probe.took().toNanos()));
    }

    private static Optional<Lsn> primaryPosition(
            Tally before, Observation now, Memory memory, Policy policy) {
        // What pg_control proves of a server that is down is the least that it has, not the most.
        Optional<Lsn> told = now.freshPeer(fresh(policy))
                .filter(peer -> peer.state() == NodeState.PRIMARY || memory.isOwner(peer.node()))
                .flatMap(peer -> peer.position()
                        .filter(at -> peer.inRecovery().isPresent()
                                || before.primaryPosition()
                                        .filter(known -> known.compareTo(at) > 0)
                                        .isEmpty()));
        // Without synchronous replication, by which nothing is lost whatever the primary wrote.
        Optional<Lsn> registered = told.isEmpty() && !policy.sync().isOn()
                ? Renewals.of(now, memory).map(Renewal::position)
                : Optional.empty();
        Optional<Lsn> received = now.isInRecovery() ? now.position() : Optional.empty();
        if (told.isEmpty() && before.primaryPosition().isEmpty()) {
            return Optional.empty();
        }
        Lsn known = told.or(before::primaryPosition).orElseThrow();
        Lsn best = registered.filter(r -> r.compareTo(known) > 0).orElse(known);
        return received.filter(r -> r.compareTo(best) > 0).or(() -> Optional.of(best));
    }
}
