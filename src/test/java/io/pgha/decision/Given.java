package io.pgha.decision;

import io.pgha.model.ArbiterReply;
import io.pgha.model.ArbiterView;
import io.pgha.model.Armed;
import io.pgha.model.Cede;
import io.pgha.model.CedeAnswer;
import io.pgha.model.ControlData;
import io.pgha.model.CrashPolicy;
import io.pgha.model.Epoch;
import io.pgha.model.FencePolicy;
import io.pgha.model.Fork;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.LeaseGrant;
import io.pgha.model.LeaseRequest;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;
import io.pgha.model.Policy;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Probed;
import io.pgha.model.Receiver;
import io.pgha.model.Register;
import io.pgha.model.Rejoin;
import io.pgha.model.ReleaseToken;
import io.pgha.model.Renewal;
import io.pgha.model.StandbyView;
import io.pgha.model.Votes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One healthy pair, of which a test changes one thing: node a is primary at epoch 3, node b follows; this is a or b. */
public final class Given {

    public static final NodeId A = new NodeId("a");
    public static final NodeId B = new NodeId("b");
    static final Epoch EPOCH = new Epoch(3);

    private final NodeId self;
    private Memory memory;
    private Guard guard = Guard.FAILCOUNT;
    private Policy.OnCleanStop onCleanStop = Policy.OnCleanStop.FAILOVER;
    private Policy.AtBoot atBoot = Policy.AtBoot.AUTO;
    private Policy.Rejoining rejoining = Policy.Rejoining.AUTO;
    private CrashPolicy crash = CrashPolicy.failover(3);
    private Optional<String> diskTrouble = Optional.empty();
    private Optional<Rejoin> rejoin = Optional.empty();
    private FencePolicy fence = FencePolicy.NONE;
    private MonoTime at = at(100);
    private Duration lookAge = Duration.ZERO;
    private List<Fork> forks = List.of();
    private Postmaster postmaster = Postmaster.RUNNING;
    private Probed<Boolean> standbySignal;
    private Optional<ControlData> control = Optional.empty();
    private boolean inRecovery;
    private int timeline = 1;
    private boolean answers = true;
    private boolean streams = true;
    private boolean paused;
    private Lsn position = Lsn.parse("0/5000000");
    private List<StandbyView> standbys = List.of();
    private String synchronousNames = "";
    private Optional<PortProbe> ownPort = Optional.empty();
    private Optional<PortProbe> peerPort = Optional.empty();
    private Optional<PortProbe> clientPort = Optional.empty();
    private GateState gate;
    private boolean peerHeard = true;
    private int silentFor = 20;
    private PeerMessage peer;
    private Optional<MonoTime> gatewaySeenAt = Optional.of(at);
    private Optional<String> rebuild = Optional.empty();
    private Optional<Armed> armed = Optional.empty();
    private ArbiterView arbiter = ArbiterView.NONE;
    private int silences;
    private Leases leases = Leases.none("inc");
    private Tally tally;

    private Given(NodeId self) {
        boolean primary = self.equals(A);
        this.self = self;
        this.inRecovery = !primary;
        this.standbySignal = new Probed.Answered<>(!primary, at);
        this.gate = primary ? GateState.OPEN : GateState.CLOSED;
        this.memory = Memory.BLANK
                .with(new Fact.Booted("boot"))
                .with(new Fact.Became(
                        primary ? NodeState.PRIMARY : NodeState.STANDBY, EPOCH, A, "given"));
        this.peer = message(primary ? B : A, primary ? NodeState.STANDBY : NodeState.PRIMARY);
        this.tally = tally(0, 0, Optional.empty(), 0, Optional.empty(), false);
    }

    /** The view of the primary. */
    public static Given primary() {
        return new Given(A);
    }

    /** The view of the standby. */
    public static Given standby() {
        return new Given(B);
    }

    /** The view of the standby, where the owner of the register at the witness is silent and its leases are over. */
    static Given standbyOfSilentOwner(Register register) {
        return standby()
                .guard(Guard.WITNESS)
                .peerSilent()
                .failures(4)
                .arbiter(Duration.ZERO, register, Duration.ZERO);
    }

    static MonoTime at(long seconds) {
        return new MonoTime(Duration.ofSeconds(seconds).toNanos());
    }

    private Tally tally(
            int failures,
            int own,
            Optional<MonoTime> downSince,
            int restarts,
            Optional<MonoTime> undecided,
            boolean boot) {
        return new Tally(
                at(0),
                at,
                at(0),
                failures,
                "no answer in time",
                Optional.empty(),
                silences,
                own,
                Optional.empty(),
                Optional.of(position),
                downSince,
                restarts,
                undecided,
                boot,
                Optional.empty(),
                Optional.empty(),
                leases);
    }

    private static PeerMessage message(NodeId node, NodeState state) {
        boolean primary = state == NodeState.PRIMARY;
        return new PeerMessage(
                PeerMessage.PROTOCOL,
                "0",
                node,
                "inc-" + node,
                "digest",
                state,
                EPOCH,
                Optional.of(A),
                Optional.of(primary),
                Optional.empty(),
                Postmaster.RUNNING,
                Optional.of(!primary),
                Optional.of("42"),
                Optional.of(1),
                Optional.of(Lsn.parse("0/5000000")),
                !primary,
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
                0);
    }

    public Given guard(Guard value) {
        guard = value;
        return this;
    }

    /** Both nodes can switch each other off. */
    public Given fenced(boolean required) {
        fence = new FencePolicy(true, required, Duration.ofSeconds(60));
        return this;
    }

    /** The attempt to switch the peer off failed so many seconds ago; after the count of failures. */
    Given unfencedFor(int seconds) {
        memory = memory.with(new Fact.FenceFailed(A, "status: exit 1"));
        tally = new Tally(
                tally.startedAt(),
                tally.lastTurnAt(),
                tally.awakeAt(),
                tally.failures(),
                tally.lastFailure(),
                tally.lastCounted(),
                tally.silences(),
                tally.ownFailures(),
                tally.lastOwn(),
                tally.primaryPosition(),
                tally.downSince(),
                tally.restarts(),
                tally.restartedAt(),
                tally.undecidedSince(),
                tally.peerMayWriteAt(),
                tally.bootAsked(),
                tally.pausedSince(),
                tally.blockedSince(),
                Optional.of(at(100 - seconds)),
                tally.seenRunning(),
                tally.following(),
                tally.leases(),
                tally.sync());
        return this;
    }

    /** One turn has been counted. */
    Given counted() {
        World w = world();
        tally = Counting.count(tally, w.now(), w.memory(), w.policy());
        return this;
    }

    Given atBoot(Policy.AtBoot value) {
        atBoot = value;
        return this;
    }

    Given rejoining(Policy.Rejoining value) {
        rejoining = value;
        return this;
    }

    /** A crash is answered by a start in place, which has so many seconds. */
    Given restartsFirst(int budget) {
        crash = new CrashPolicy(
                CrashPolicy.Mode.RESTART_THEN_FAILOVER, Duration.ofSeconds(budget), 3);
        return this;
    }

    /** A start in place was begun so many seconds ago. */
    Given restartedFor(int seconds) {
        tally = tally.withRestart(at(100 - seconds));
        return this;
    }

    Given diskTrouble(String why) {
        diskTrouble = Optional.of(why);
        return this;
    }

    Given rejoin(Rejoin value) {
        rejoin = Optional.of(value);
        return this;
    }

    Given onCleanStop(Policy.OnCleanStop value) {
        onCleanStop = value;
        return this;
    }

    Given failures(int count) {
        tally = tally(count, 0, Optional.empty(), 0, Optional.empty(), false);
        return this;
    }

    Given ownFailures(int count) {
        tally = tally(0, count, Optional.empty(), 0, Optional.empty(), false);
        return this;
    }

    Given restarts(int count) {
        tally = tally(0, 0, Optional.of(at(90)), count, Optional.empty(), false);
        return this;
    }

    Given downFor(int seconds) {
        tally = tally(0, 0, Optional.of(at(100 - seconds)), 0, Optional.empty(), false);
        return this;
    }

    /** pgha check-start was typed. */
    Given asked() {
        tally = tally.withBootAsked(true);
        return this;
    }

    Given undecidedFor(int seconds, boolean bootAsked) {
        tally = tally(0, 0, Optional.empty(), 0, Optional.of(at(100 - seconds)), bootAsked);
        return this;
    }

    public Given lagBytes(long bytes) {
        position = new Lsn(Lsn.parse("0/5000000").value() - bytes);
        return this;
    }

    Given lagUnknown() {
        tally = new Tally(
                at(0),
                at,
                at(0),
                tally.failures(),
                tally.lastFailure(),
                Optional.empty(),
                silences,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                leases);
        return this;
    }

    public Given postmaster(Postmaster value) {
        postmaster = value;
        answers = value == Postmaster.RUNNING;
        return this;
    }

    Given standbySignal(boolean value) {
        standbySignal = new Probed.Answered<>(value, at);
        return this;
    }

    /** A fresh connection to the local PostgreSQL could write. */
    Given ownAnswers() {
        ownPort = Optional.of(new PortProbe(PortAnswer.READY, "", Duration.ZERO, at));
        return this;
    }

    Given postgresSilent() {
        answers = false;
        return this;
    }

    Given readWrite() {
        inRecovery = false;
        return this;
    }

    Given streamDead() {
        streams = false;
        return this;
    }

    public Given replayPaused() {
        paused = true;
        return this;
    }

    Given rebuildNeeded(String why) {
        rebuild = Optional.of(why);
        return this;
    }

    Given noGateway() {
        gatewaySeenAt = Optional.of(at(90));
        return this;
    }

    public Given peerPort(PortAnswer answer) {
        peerPort = Optional.of(new PortProbe(answer, "", Duration.ofMillis(3), at));
        return this;
    }

    /** What the peer's port said so long ago to a connection as a client makes it. */
    public Given clientPort(PortAnswer answer, Duration ago) {
        MonoTime then = new MonoTime(at.nanos() - ago.toNanos());
        clientPort = Optional.of(new PortProbe(answer, "", Duration.ofMillis(1), then));
        return this;
    }

    Given peerPortAgo(PortAnswer answer, Duration ago) {
        peerPort = Optional.of(new PortProbe(
                answer, "", Duration.ofMillis(3), new MonoTime(at.nanos() - ago.toNanos())));
        return this;
    }

    public Given peerHeard() {
        peerHeard = true;
        return this;
    }

    /** The peer's daemon is not heard. */
    public Given peerSilent() {
        peerHeard = false;
        return this;
    }

    /** The peer's daemon is not heard for so many seconds. */
    Given silentFor(int seconds) {
        peerHeard = false;
        silentFor = seconds;
        return this;
    }

    public Given gate(GateState value) {
        gate = value;
        return this;
    }

    public Given remembers(Fact... facts) {
        for (Fact fact : facts) {
            memory = memory.with(fact);
        }
        return this;
    }

    public Given state(NodeState state, long epoch, NodeId owner) {
        return remembers(new Fact.Became(state, new Epoch(epoch), owner, "given"));
    }

    /** What pg_stat_replication shows, and synchronous_standby_names. */
    Given followed(List<StandbyView> by, String names) {
        standbys = by;
        synchronousNames = names;
        return this;
    }

    /** The local WAL position. */
    Given at(Lsn value) {
        position = value;
        return this;
    }

    /** The peer says this of itself. */
    public Given peer(NodeState state, long epoch, NodeId owner) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                state,
                new Epoch(epoch),
                Optional.of(owner),
                Optional.of(state == NodeState.PRIMARY),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    public Given peerVetoes(String... vetoes) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                List.of(vetoes),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    Given peerPostmaster(Postmaster value) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                value,
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    /** Its PostgreSQL left recovery. */
    public Given peerReadWrite() {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                Optional.of(false),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    Given peerSystemId(String id) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                Optional.of(id),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    public Given peerGateClosed() {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                Optional.of(false),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    Given peerPromises(
            Optional<Cede> cede,
            Optional<CedeAnswer> answer,
            Optional<ReleaseToken> token,
            Optional<String> wantsStandby) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                cede,
                answer,
                token,
                p.tokenHeld(),
                wantsStandby,
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    Given peerHolds(boolean holds, boolean asks) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                asks ? Optional.of("boot-inc-" + p.node()) : Optional.empty(),
                holds ? Optional.of("boot-inc-" + self) : Optional.empty(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    /** Both left timeline 1, the nodes at these positions. */
    Given parted(Lsn here, Lsn there) {
        forks = List.of(new Fork(1, here));
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                List.of(new Fork(1, there)),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    Given peerCommits(long commits) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                Optional.of(commits),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    /** Profile normal under a guard. */
    public static Policy policy(Guard guard, Policy.OnCleanStop onCleanStop) {
        return new Policy(
                "normal",
                guard,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                4,
                Duration.ofMillis(500),
                Duration.ofMillis(1500),
                Duration.ofMillis(500),
                Duration.ofMillis(300),
                Duration.ofSeconds(2),
                Duration.ofSeconds(30),
                onCleanStop,
                Duration.ofSeconds(15),
                16L << 20,
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofSeconds(3),
                Duration.ofSeconds(60),
                3,
                Duration.ofMinutes(5),
                Duration.ofSeconds(3),
                Duration.ofMillis(300),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60));
    }

    public World world() {
        Optional<Receiver> receiver = inRecovery
                ? Optional.of(new Receiver(
                        streams ? "streaming" : "stopping",
                        position,
                        streams ? Duration.ZERO : Duration.ofSeconds(30),
                        "a:5432"))
                : Optional.empty();
        PostgresView view = new PostgresView(
                inRecovery,
                150000,
                "42",
                timeline,
                position,
                position,
                paused,
                receiver,
                standbys,
                List.of(),
                0,
                List.of(),
                synchronousNames);
        Probed<PostgresView> local = answers
                ? new Probed.Answered<>(view, new MonoTime(at.nanos() - lookAge.toNanos()))
                : new Probed.Silent<>("no answer within 1 s", at);
        MonoTime heard = peerHeard ? at : new MonoTime(at.nanos() - silentFor * 1_000_000_000L);
        Observation now = new Observation(
                at,
                self,
                self.equals(A) ? B : A,
                "inc-" + self,
                "boot",
                postmaster,
                standbySignal,
                control,
                local,
                ownPort,
                peerPort,
                clientPort,
                new Probed.Answered<>(gate, at),
                new PeerView(
                        Optional.of(peer),
                        Optional.of(heard),
                        Optional.of(heard),
                        new ArrayList<>(),
                        ""),
                gatewaySeenAt,
                forks,
                armed,
                arbiter,
                rebuild,
                rejoin,
                diskTrouble,
                Optional.empty());
        Policy policy = policy(guard, onCleanStop)
                .withFence(fence)
                .withAtBoot(atBoot)
                .withRejoining(rejoining)
                .withCrash(crash);
        return new World(now, memory, tally, policy, "id-1");
    }

    Given leases(Leases value) {
        leases = value;
        tally = tally.withLeases(value);
        return this;
    }

    Given armed(Armed value) {
        armed = Optional.of(value);
        return this;
    }

    /** The daemon there was silent during so many probes, whatever PostgreSQL there said. */
    Given silences(int count) {
        silences = count;
        tally = tally(tally.failures(), 0, Optional.empty(), 0, Optional.empty(), false);
        return this;
    }

    /** What the arbiter answered to a question of {@code ago} before now. */
    public Given arbiter(Duration ago, Register register, Duration leaseRest) {
        arbiter = new ArbiterView(
                Optional.of(new ArbiterReply(
                        Optional.of(register),
                        leaseRest,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "")),
                Optional.of(new MonoTime(at.nanos() - ago.toNanos())),
                "");
        return this;
    }

    /** Besides, what the arbiter was told last by the owner. */
    Given arbiterTold(Renewal renewal) {
        ArbiterReply reply = arbiter.reply().orElseThrow();
        arbiter = new ArbiterView(
                Optional.of(new ArbiterReply(
                        reply.register(),
                        reply.leaseRest(),
                        reply.grant(),
                        reply.claim(),
                        Optional.of(renewal),
                        "")),
                arbiter.askedAt(),
                "");
        return this;
    }

    Given arbiterGrants(LeaseGrant grant) {
        arbiter = new ArbiterView(
                Optional.of(new ArbiterReply(
                        Optional.empty(),
                        Duration.ZERO,
                        Optional.of(grant),
                        Optional.empty(),
                        Optional.empty(),
                        "")),
                Optional.of(at),
                "");
        return this;
    }

    Given peerLease(Optional<LeaseRequest> request, Optional<LeaseGrant> grant) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                request,
                grant,
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    Given peerVotes(Votes votes) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                Optional.of(votes),
                p.synchronous(),
                0);
        return this;
    }

    Given peerSays(Optional<String> paused, Optional<String> unacknowledged) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                paused,
                unacknowledged,
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                p.synchronous(),
                0);
        return this;
    }

    Given peerSynchronous(Optional<Boolean> told) {
        PeerMessage p = peer;
        peer = new PeerMessage(
                p.protocol(),
                p.version(),
                p.node(),
                p.incarnation(),
                p.configDigest(),
                p.state(),
                p.epoch(),
                p.owner(),
                p.gateOpen(),
                p.gate(),
                p.postmaster(),
                p.inRecovery(),
                p.systemId(),
                p.timeline(),
                p.position(),
                p.streaming(),
                p.vetoes(),
                p.activity(),
                p.cede(),
                p.cedeAnswer(),
                p.token(),
                p.tokenHeld(),
                p.wantsStandby(),
                p.bootQuestion(),
                p.holdFor(),
                p.forks(),
                p.commitsSinceFork(),
                p.paused(),
                p.unacknowledged(),
                p.leaseRequest(),
                p.leaseGrant(),
                p.votes(),
                told,
                0);
        return this;
    }

    /** This process was paused until so long ago. */
    public Given awakeFor(Duration time) {
        tally = new Tally(
                tally.startedAt(),
                tally.lastTurnAt(),
                new MonoTime(at.nanos() - time.toNanos()),
                tally.failures(),
                tally.lastFailure(),
                tally.lastCounted(),
                tally.silences(),
                tally.ownFailures(),
                tally.lastOwn(),
                tally.primaryPosition(),
                tally.downSince(),
                tally.restarts(),
                tally.restartedAt(),
                tally.undecidedSince(),
                tally.peerMayWriteAt(),
                tally.bootAsked(),
                tally.pausedSince(),
                tally.blockedSince(),
                tally.unfencedSince(),
                tally.seenRunning(),
                tally.following(),
                tally.leases(),
                tally.sync());
        return this;
    }

    /** The local PostgreSQL was looked at so long ago. */
    Given lookedAgo(Duration age) {
        lookAge = age;
        return this;
    }

    /** A person restarted it with standby.signal. */
    Given inRecovery() {
        inRecovery = true;
        return this;
    }

    /** The local copy's timeline. */
    Given ownTimeline(int value) {
        timeline = value;
        return this;
    }

    /** PostgreSQL was stopped cleanly, and its shutdown checkpoint lies there. */
    public Given stoppedAt(String checkpoint) {
        Lsn lsn = Lsn.parse(checkpoint);
        postmaster = Postmaster.STOPPED;
        control = Optional.of(new ControlData("42", "shut down", timeline, lsn, lsn));
        return this;
    }

    /** The same, seen later. */
    public Given later(Duration time) {
        at = at.plus(time);
        return this;
    }

    /** What is decided. */
    Decision decides() {
        return Decider.decide(world());
    }
}
