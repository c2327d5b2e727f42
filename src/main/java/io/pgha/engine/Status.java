package io.pgha.engine;

import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerView;
import io.pgha.model.PortProbe;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Probed;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything {@code pgha status} can show, as of one turn of the engine. Ages are already spans, so that it can travel.
 *
 * @param at the turn's moment; what is inside is as old as this, and its own moments are read against it
 * @param node this node
 * @param peer the other node
 * @param version of this daemon
 * @param configDigest of the settings in force that both nodes must share
 * @param profile and guard in force
 * @param state durable role
 * @param epoch highest epoch known
 * @param owner who owns it
 * @param since how long the state has lasted under this daemon
 * @param situation one sentence: what is true and why nothing, or something, is being done
 * @param gate the gate as read back
 * @param gateHold why an operator keeps it closed; empty when nobody does
 * @param postmaster the local process
 * @param local the local PostgreSQL
 * @param primaryPort last fresh connection to the primary (standby: the peer's; primary: its own)
 * @param failures consecutive failures of the primary
 * @param maxFailures MAX_PRIMARY_FAILCOUNT
 * @param lagBytes standby: behind the primary as at last contact
 * @param vetoes why this node would not take over; empty: it would
 * @param peerView the peer's daemon, its last message whole
 * @param peerAge since the peer was heard
 * @param gateways each with what was seen
 * @param lease with a lease guard: what is held or granted, and what the arbiter says
 * @param leaseRest until the kernel closes the gate at the latest, unless the lease is renewed; empty: none of this start is held
 * @param running the workflow in flight
 * @param lastOutcome how the last workflow ended; empty: none since the start
 * @param problems what is wrong, each with the command to type next
 * @param exposure which faults this configuration does not handle, in plain words
 * @param coverage which single and double faults there are, and who ends each
 * @param exitCode 0 fine, 3 degraded (one more fault would hurt: a problem, a veto, no standby), 4 no writable primary or two of
 *     them
 */
public record Status(
        MonoTime at,
        NodeId node,
        NodeId peer,
        String version,
        String configDigest,
        String profile,
        String guard,
        NodeState state,
        Epoch epoch,
        Optional<NodeId> owner,
        Duration since,
        String situation,
        Probed<GateState> gate,
        Optional<String> gateHold,
        Postmaster postmaster,
        Probed<PostgresView> local,
        Optional<PortProbe> primaryPort,
        int failures,
        int maxFailures,
        Optional<Long> lagBytes,
        List<String> vetoes,
        PeerView peerView,
        Optional<Duration> peerAge,
        List<String> gateways,
        List<String> lease,
        Optional<Duration> leaseRest,
        Optional<Running> running,
        Optional<Ended> lastOutcome,
        List<String> problems,
        List<String> exposure,
        List<Coverage.Row> coverage,
        int exitCode) {

    public Status {
        vetoes = List.copyOf(vetoes);
        gateways = List.copyOf(gateways);
        lease = List.copyOf(lease);
        problems = List.copyOf(problems);
        exposure = List.copyOf(exposure);
        coverage = List.copyOf(coverage);
    }

    /**
     * A workflow in flight.
     *
     * @param planId its id
     * @param kind failover, release, initialize, ...
     * @param step number of the current step, from 1
     * @param steps how many there are
     * @param words what the current step does
     * @param doneBytes progress of the step; 0 when it has none
     * @param totalBytes of the step; 0 when unknown
     * @param bytesPerSecond over the step so far
     * @param elapsed since the workflow was begun by this daemon
     */
    public record Running(
            String planId,
            String kind,
            int step,
            int steps,
            String words,
            long doneBytes,
            long totalBytes,
            long bytesPerSecond,
            Duration elapsed) {}

    /**
     * A workflow that is over.
     *
     * @param planId its id, as in {@link Reply#planId()}
     * @param kind failover, release, initialize, ...
     * @param exitCode 0 done, 1 failed and nothing is worse, 5 refused on the way, 6 interrupted and resumable
     * @param sentence how it ended, and what to type next where something is left to do
     */
    public record Ended(String planId, String kind, int exitCode, String sentence) {}
}
