package io.pgha.http;

import io.pgha.engine.Coverage;
import io.pgha.engine.Status;
import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.LinkView;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;
import io.pgha.model.Policy;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Probed;
import io.pgha.model.Receiver;
import io.pgha.model.SlotView;
import io.pgha.model.StandbyView;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One healthy pair, seen from either node; a test changes what it is about. */
public final class Sample {

    /** The moment of every sample; pages are drawn 300 ms later. */
    public static final MonoTime AT = new MonoTime(1_000_000_000_000L);

    public static final MonoTime NOW = AT.plus(Duration.ofMillis(300));
    public static final NodeId NODE1 = new NodeId("node1");
    public static final NodeId NODE2 = new NodeId("node2");

    public NodeId node;
    public NodeId peer;
    public NodeState state;
    public Optional<NodeId> owner = Optional.of(NODE1);
    public String situation;
    public Probed<GateState> gate;
    public Optional<String> gateHold = Optional.empty();
    public Optional<Duration> leaseRest = Optional.empty();
    public Postmaster postmaster = Postmaster.RUNNING;
    public Probed<PostgresView> local;
    public Optional<PortProbe> primaryPort = Optional.of(new PortProbe(
            PortAnswer.ALIVE, "", Duration.ofMillis(3), AT.plus(Duration.ofMillis(-200))));
    public int failures;
    public Optional<Long> lagBytes = Optional.empty();
    public List<String> vetoes = List.of();
    public PeerView peerView;
    public Optional<Duration> peerAge = Optional.of(Duration.ofMillis(180));
    public Optional<Status.Running> running = Optional.empty();
    public Optional<Status.Ended> ended = Optional.empty();
    public List<String> problems = List.of();
    public MonoTime at = AT;
    public int exitCode;

    private Sample(
            NodeId node,
            NodeId peer,
            NodeState state,
            GateState gate,
            PostgresView local,
            PeerMessage said,
            String situation) {
        this.node = node;
        this.peer = peer;
        this.state = state;
        this.gate = new Probed.Answered<>(gate, AT.plus(Duration.ofMillis(-700)));
        this.local = new Probed.Answered<>(local, AT.plus(Duration.ofMillis(-100)));
        this.peerView = view(Optional.of(said), "", true);
        this.situation = situation;
    }

    public static Sample primary() {
        return new Sample(
                NODE1,
                NODE2,
                NodeState.PRIMARY,
                GateState.OPEN,
                readWrite(),
                message(NODE2, NodeState.STANDBY, true),
                "the primary is well and node2 would take over");
    }

    public static Sample standby() {
        Sample s = new Sample(
                NODE2,
                NODE1,
                NodeState.STANDBY,
                GateState.CLOSED,
                following("streaming"),
                message(NODE1, NodeState.PRIMARY, false),
                "follows node1");
        s.lagBytes = Optional.of(16_384L);
        return s;
    }

    /** A policy with the numbers of profile normal, as far as they matter here. */
    public static Policy policy() {
        Duration s = Duration.ofSeconds(1);
        return new Policy(
                "normal",
                Guard.FAILCOUNT,
                s,
                s,
                4,
                s,
                s,
                s,
                s,
                s,
                s,
                Policy.OnCleanStop.FAILOVER,
                Duration.ofSeconds(15),
                16 << 20,
                s,
                s,
                s,
                s,
                s,
                3,
                s,
                s,
                s,
                s,
                s,
                s);
    }

    public static PostgresView readWrite() {
        return new PostgresView(
                false,
                150018,
                "7300000000000000001",
                2,
                Lsn.parse("0/5A000148"),
                Lsn.parse("0/5A000148"),
                false,
                Optional.empty(),
                List.of(new StandbyView(
                        "node2", "10.77.0.12", "streaming", "async", Lsn.parse("0/5A000000"))),
                List.of(new SlotView("pgha_node2", true, 12_582_912, "reserved")),
                4,
                List.of());
    }

    public static PostgresView following(String receiver) {
        return new PostgresView(
                true,
                150018,
                "7300000000000000001",
                2,
                Lsn.parse("0/59FFC148"),
                Lsn.parse("0/59FFC148"),
                false,
                Optional.of(new Receiver(
                        receiver,
                        Lsn.parse("0/59FFC148"),
                        Duration.ofMillis(420),
                        "10.77.0.11:5432")),
                List.of(),
                List.of(),
                0,
                List.of());
    }

    public static PeerMessage message(NodeId node, NodeState state, boolean streaming) {
        boolean primary = state == NodeState.PRIMARY;
        return new PeerMessage(
                PeerMessage.PROTOCOL,
                "0.1.0",
                node,
                "f00d",
                "d1be",
                state,
                new Epoch(3),
                Optional.of(NODE1),
                Optional.of(primary),
                Optional.of("nftables table inet pgha, port 5432; always pass: loopback"),
                Postmaster.RUNNING,
                Optional.of(!primary),
                Optional.of("7300000000000000001"),
                Optional.of(2),
                Optional.of(Lsn.parse(primary ? "0/5A000148" : "0/5A000000")),
                streaming,
                List.of(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                1_700_000_000_000L);
    }

    public static PeerView view(Optional<PeerMessage> last, String trouble, boolean up) {
        return new PeerView(
                last,
                last.map(m -> AT.plus(Duration.ofMillis(-180))),
                last.map(m -> AT.plus(Duration.ofMillis(-200))),
                List.of(new LinkView(
                        "10.77.0.12:5480",
                        up,
                        up ? Optional.of(Duration.ofNanos(812_000)) : Optional.empty(),
                        last.map(m -> AT.plus(Duration.ofMillis(-200))),
                        up ? "" : "connection refused")),
                trouble);
    }

    public Status status() {
        return new Status(
                at,
                node,
                peer,
                "0.1.0",
                "d1g35t",
                "normal",
                "failcount",
                state,
                new Epoch(3),
                owner,
                Duration.ofMinutes(192),
                situation,
                gate,
                gateHold,
                postmaster,
                local,
                primaryPort,
                failures,
                4,
                lagBytes,
                vetoes,
                peerView,
                peerAge,
                List.of(),
                List.of(),
                leaseRest,
                running,
                ended,
                problems,
                List.of(
                        "a cut between the nodes makes two open primaries until they see each other again"),
                List.of(
                        new Coverage.Row(1, "PostgreSQL dies", Coverage.By.ITSELF, "it cedes"),
                        new Coverage.Row(1, "a cut", Coverage.By.NOBODY, "two open primaries"),
                        new Coverage.Row(2, "both", Coverage.By.PERSON, "pgha promote")),
                exitCode);
    }
}
