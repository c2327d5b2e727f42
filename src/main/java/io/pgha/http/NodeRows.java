package io.pgha.http;

import io.pgha.engine.Status;
import io.pgha.model.GateState;
import io.pgha.model.Lsn;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Receiver;
import io.pgha.model.SlotView;
import io.pgha.model.StandbyView;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The two rows of the status table, this node first, from one {@link Status}. */
final class NodeRows {

    /** A peer that has not been heard for this long is shown as last seen, not as it is. */
    private static final Duration STALE = Duration.ofSeconds(5);

    private static final String UNKNOWN = "?";
    private static final String NONE = "-";
    private static final String REBUILD = DataStatus.REBUILD_NEEDED.words();

    private final Status status;
    private final Optional<PostgresView> local;

    NodeRows(Status status) {
        this.status = status;
        this.local = status.local().answer();
    }

    List<NodeRow> rows() {
        return List.of(
                self(),
                status.peerView()
                        .last()
                        .filter(m -> isHeard())
                        .map(this::peer)
                        .orElseGet(this::unheard));
    }

    private NodeRow self() {
        return new NodeRow(
                mark(status.state(), gate(), status.postmaster()),
                status.node().name(),
                status.state().name(),
                gate().map(Names::lower).orElse(UNKNOWN)
                        + (status.gateHold().isPresent() ? " (held)" : ""),
                postgres(status.postmaster(), local.map(PostgresView::inRecovery), version()),
                local.map(v -> Integer.toString(v.timeline())).orElse(UNKNOWN),
                local.map(v -> v.position().toString()).orElse(UNKNOWN),
                status.state() == NodeState.STANDBY ? lag(status.lagBytes()) : NONE,
                selfData().words(),
                selfReceiver(),
                promotable(status.state(), status.vetoes()));
    }

    private String version() {
        return local.map(v -> v.version() / 10000 + "." + v.version() % 10000 + " ")
                .orElse("");
    }

    private DataStatus selfData() {
        if (status.postmaster() == Postmaster.NO_DATA
                || status.vetoes().stream().anyMatch(v -> v.startsWith(REBUILD))) {
            return DataStatus.REBUILD_NEEDED;
        }
        return data(
                status.state(),
                status.node(),
                local.map(PostgresView::inRecovery),
                local.map(v -> v.receiver().map(Receiver::isStreaming).orElse(false)));
    }

    private DataStatus data(
            NodeState state,
            NodeId node,
            Optional<Boolean> inRecovery,
            Optional<Boolean> streaming) {
        return switch (state) {
            case PRIMARY, ISOLATED, CEDED, RELEASING, RELEASED ->
                status.owner().map(node::equals).orElse(true)
                        ? DataStatus.LATEST
                        : DataStatus.UNKNOWN;
            case DEPOSED -> DataStatus.REBUILD_NEEDED;
            case CONFLICT -> DataStatus.CONFLICT;
            case RECONCILING -> DataStatus.UNKNOWN;
            case UNDECIDED, STANDBY, PROMOTING ->
                inRecovery.isEmpty() || !inRecovery.get() || streaming.isEmpty()
                        ? DataStatus.UNKNOWN
                        : streaming.get() ? DataStatus.STREAMING : DataStatus.DISCONNECTED;
        };
    }

    private String selfReceiver() {
        if (local.isEmpty()) {
            return UNKNOWN;
        }
        if (!local.get().inRecovery()) {
            return NONE;
        }
        return local.get()
                .receiver()
                .map(r -> r.status() + ", heard " + Amounts.span(r.sinceMessage()) + " ago")
                .orElse("none");
    }

    private boolean isHeard() {
        return status.peerView().trouble().isEmpty()
                && status.peerAge().map(age -> age.compareTo(STALE) <= 0).orElse(false);
    }

    private NodeRow peer(PeerMessage m) {
        boolean follows = m.state() == NodeState.STANDBY;
        return new NodeRow(
                mark(
                        m.state(),
                        m.gateOpen().map(o -> o ? GateState.OPEN : GateState.CLOSED),
                        m.postmaster()),
                m.node().name(),
                m.state().name(),
                m.gateOpen().map(open -> open ? "open" : "closed").orElse(UNKNOWN),
                postgres(m.postmaster(), m.inRecovery(), ""),
                m.timeline().map(Object::toString).orElse(UNKNOWN),
                m.position().map(Object::toString).orElse(UNKNOWN),
                follows ? lag(peerLag(m)) : NONE,
                peerData(m).words(),
                follows ? peerReceiver(m) : NONE,
                promotable(m.state(), m.vetoes()));
    }

    private Optional<Long> peerLag(PeerMessage m) {
        return local.filter(v -> !v.inRecovery())
                .map(PostgresView::position)
                .flatMap(here -> m.position().map((Lsn there) -> there.bytesBehind(here)));
    }

    private DataStatus peerData(PeerMessage m) {
        boolean lost = local.stream()
                .flatMap(v -> v.slots().stream())
                .filter(slot -> m.state() == NodeState.STANDBY && !m.streaming())
                .map(SlotView::walStatus)
                .anyMatch("lost"::equals);
        if (lost
                || m.postmaster() == Postmaster.NO_DATA
                || m.activity().startsWith(REBUILD)
                || m.vetoes().stream().anyMatch(v -> v.startsWith(REBUILD))) {
            return DataStatus.REBUILD_NEEDED;
        }
        return data(m.state(), m.node(), m.inRecovery(), Optional.of(m.streaming()));
    }

    private String peerReceiver(PeerMessage m) {
        List<StandbyView> seen = local.map(PostgresView::standbys).orElse(List.of());
        String sync = seen.size() == 1 ? ", " + seen.get(0).syncState() : "";
        return m.streaming() ? "streaming" + sync : "none";
    }

    private NodeRow unheard() {
        Optional<PeerMessage> last = status.peerView().last();
        String state = last.map(m -> "was " + m.state()).orElse(UNKNOWN);
        return new NodeRow(
                '?',
                status.peer().name(),
                state,
                UNKNOWN,
                UNKNOWN,
                UNKNOWN,
                UNKNOWN,
                UNKNOWN,
                UNKNOWN,
                UNKNOWN,
                UNKNOWN);
    }

    private Optional<GateState> gate() {
        return status.gate().answer();
    }

    private static char mark(NodeState state, Optional<GateState> gate, Postmaster postmaster) {
        if (gate.filter(g -> g == GateState.DAMAGED || (g == GateState.OPEN && !state.mayOpen()))
                .isPresent()) {
            return '!';
        }
        if (postmaster != Postmaster.RUNNING) {
            return postmaster == Postmaster.UNKNOWN ? '?' : '-';
        }
        return state == NodeState.PRIMARY && gate.equals(Optional.of(GateState.OPEN)) ? '*' : ' ';
    }

    private static String postgres(
            Postmaster postmaster, Optional<Boolean> inRecovery, String version) {
        return version
                + switch (postmaster) {
                    case RUNNING ->
                        inRecovery
                                .map(r -> r ? "read-only" : "read-write")
                                .orElse("runs, no answer");
                    case STOPPED -> "stopped";
                    case CRASHED -> "crashed";
                    case NO_DATA -> "no data";
                    case UNKNOWN -> UNKNOWN;
                };
    }

    private static String lag(Optional<Long> bytes) {
        return bytes.map(Amounts::bytes).orElse(UNKNOWN);
    }

    private static String promotable(NodeState state, List<String> vetoes) {
        if (state == NodeState.PRIMARY) {
            return NONE;
        }
        return vetoes.isEmpty() && state == NodeState.STANDBY ? "yes" : "no";
    }
}
