package io.pgha.model;

import java.util.List;
import java.util.Optional;

/**
 * Everything this node knows at one moment, each part with its own age; what a turn of the engine looks at.
 *
 * @param at the moment of the turn
 * @param self this node
 * @param peerId the other node
 * @param incarnation this start of the daemon
 * @param bootId this boot of the machine
 * @param postmaster the local process
 * @param standbySignal standby.signal exists in the data directory
 * @param control pg_control of the local data directory, when it was read since the last start or stop
 * @param local the local PostgreSQL over a held connection
 * @param ownPort a fresh connection to the local PostgreSQL with a committed write (on a primary)
 * @param peerPort a fresh connection to the peer's PostgreSQL
 * @param clientPort the peer's PostgreSQL port as a client sees it, looked at while its daemon is silent
 * @param gate the local gate
 * @param peer the peer's daemon
 * @param gatewaySeenAt when any gateway last answered
 * @param forks the local timeline history
 * @param armed the slot of the gate that was armed last; only with a lease guard
 * @param arbiter the witness, or etcd; only with a lease guard
 * @param rebuild why the local standby can no longer follow; empty: not known to be so
 * @param rejoin how the local copy could follow the peer's again; empty: not stopped, no primary to follow, or not looked yet
 * @param diskTrouble why nothing can be written where the local PostgreSQL has its data or WAL; empty: not known to be so
 * @param fenceTrouble what is wrong with the devices that switch the peer off; nothing is decided by it
 */
public record Observation(
        MonoTime at,
        NodeId self,
        NodeId peerId,
        String incarnation,
        String bootId,
        Postmaster postmaster,
        Probed<Boolean> standbySignal,
        Optional<ControlData> control,
        Probed<PostgresView> local,
        Optional<PortProbe> ownPort,
        Optional<PortProbe> peerPort,
        Optional<PortProbe> clientPort,
        Probed<GateState> gate,
        PeerView peer,
        Optional<MonoTime> gatewaySeenAt,
        List<Fork> forks,
        Optional<Armed> armed,
        ArbiterView arbiter,
        Optional<String> rebuild,
        Optional<Rejoin> rejoin,
        Optional<String> diskTrouble,
        Optional<String> fenceTrouble) {

    public Observation {
        forks = List.copyOf(forks);
    }

    /** Without a word on fence devices, disks and the peer's gate. */
    public Observation(
            MonoTime at,
            NodeId self,
            NodeId peerId,
            String incarnation,
            String bootId,
            Postmaster postmaster,
            Probed<Boolean> standbySignal,
            Optional<ControlData> control,
            Probed<PostgresView> local,
            Optional<PortProbe> ownPort,
            Optional<PortProbe> peerPort,
            Probed<GateState> gate,
            PeerView peer,
            Optional<MonoTime> gatewaySeenAt,
            List<Fork> forks,
            Optional<Armed> armed,
            ArbiterView arbiter,
            Optional<String> rebuild) {
        this(
                at,
                self,
                peerId,
                incarnation,
                bootId,
                postmaster,
                standbySignal,
                control,
                local,
                ownPort,
                peerPort,
                Optional.empty(),
                gate,
                peer,
                gatewaySeenAt,
                forks,
                armed,
                arbiter,
                rebuild,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The peer's last message, if it came within {@code limit}. */
    public Optional<PeerMessage> freshPeer(java.time.Duration limit) {
        Optional<MonoTime> heard = peer.heardAt();
        return heard.isPresent() && !at.isPast(heard.get(), limit) ? peer.last() : Optional.empty();
    }

    /** The local PostgreSQL answers, runs, and is not in recovery. */
    public boolean isReadWrite() {
        return postmaster == Postmaster.RUNNING
                && local.answer().map(view -> !view.inRecovery()).orElse(false);
    }

    /** The local PostgreSQL answers and is in recovery. */
    public boolean isInRecovery() {
        return local.answer().map(PostgresView::inRecovery).orElse(false);
    }

    /** The local PostgreSQL is known not to run. */
    public boolean isDown() {
        return postmaster == Postmaster.STOPPED || postmaster == Postmaster.CRASHED;
    }

    /** The local timeline: from SQL, or from pg_control when PostgreSQL is down. */
    public Optional<Integer> timeline() {
        return local.answer()
                .map(PostgresView::timeline)
                .or(() -> control.map(ControlData::timeline));
    }

    /** The local WAL position: from SQL, or from pg_control when PostgreSQL is down. */
    public Optional<Lsn> position() {
        return local.answer().map(PostgresView::position).or(() -> control.map(ControlData::end));
    }

    /** The local system identifier, from SQL or pg_control. */
    public Optional<String> systemId() {
        return local.answer()
                .map(PostgresView::systemId)
                .or(() -> control.map(ControlData::systemId));
    }
}
