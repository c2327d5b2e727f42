package io.pgha.sim;

import io.pgha.engine.Sensors;
import io.pgha.model.ControlData;
import io.pgha.model.GateState;
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
import io.pgha.postgres.RebuildReason;

import java.util.Optional;

/** What one daemon sees, refreshed as the real one's schedule does; a look takes time, fails, or times out. */
final class SimSensors implements Sensors {

    private static final long QUICK = 2 * Agenda.MS;

    private final Universe universe;
    private final SimHost host;
    private final SimDaemon daemon;
    private final SimLink link;
    private Postmaster postmaster = Postmaster.UNKNOWN;
    private Probed<Boolean> standbySignal;
    private Optional<ControlData> control = Optional.empty();
    private Probed<PostgresView> local;
    private Optional<PortProbe> ownPort = Optional.empty();
    private Optional<PortProbe> peerPort = Optional.empty();
    private Optional<PortProbe> clientPort = Optional.empty();
    private Probed<GateState> gate;
    private Optional<MonoTime> gatewaySeenAt = Optional.empty();
    private Optional<String> rebuild = Optional.empty();
    private Optional<PortAnswer> blind = Optional.empty();
    private boolean deaf;
    private long signOfLife = -1;
    private int failedProbes;
    private long streamSeen = -1;
    private long gatewaySeen = -1;

    SimSensors(Universe universe, SimHost host, SimDaemon daemon, SimLink link) {
        this.universe = universe;
        this.host = host;
        this.daemon = daemon;
        this.link = link;
        MonoTime now = host.clock().now();
        this.standbySignal = new Probed.Silent<>("not looked for yet", now);
        this.local = new Probed.Silent<>("not asked yet", now);
        this.gate = new Probed.Silent<>("not looked at yet", now);
    }

    /** Probes of ports answer this instead of the truth. */
    void blind(Optional<PortAnswer> answer) {
        blind = answer;
    }

    /** Local looks fail. */
    void deafen(boolean on) {
        deaf = on;
    }

    void gate(Probed<GateState> seen) {
        gate = seen;
    }

    Probed<GateState> gate() {
        return gate;
    }

    /** When a gateway was last seen, on this host's clock. */
    Optional<MonoTime> gatewaySeenAt() {
        return gatewaySeenAt;
    }

    /** How many probes really failed since the last sign of life. */
    int failedProbes() {
        return failedProbes;
    }

    /** True time of the newest message of the stream that a look has shown; negative: the last look showed no stream. */
    long streamSeen() {
        return streamSeen;
    }

    /** True time at which a gateway was last asked and answered; negative: never. */
    long gatewaySeen() {
        return gatewaySeen;
    }

    /** The peer's daemon spoke. */
    void peerSpoke() {
        failedProbes = 0;
    }

    /** True time at which the primary's port last gave a sign of life; negative: never. */
    long signOfLife() {
        return signOfLife;
    }

    @Override
    public Observation read(MonoTime now) {
        return new Observation(
                now,
                host.id(),
                host.peer().id(),
                daemon.incarnation(),
                host.bootId(),
                postmaster,
                standbySignal,
                control,
                local,
                ownPort,
                peerPort,
                clientPort,
                gate,
                link.view(),
                gatewaySeenAt,
                host.postgres().data().end.forks(),
                daemon.actuator().armed(),
                daemon.arbiter().view(),
                postmaster == Postmaster.RUNNING ? rebuild : obstacle(),
                deaf ? Optional.empty() : new SimRewind(host).view(heardPeer(now)),
                Optional.empty(),
                Optional.empty());
    }

    private Optional<String> obstacle() {
        return host.postgres().data().torn
                ? Optional.of("pg_rewind was interrupted in the midst of it")
                : Optional.empty();
    }

    private Optional<PeerMessage> heardPeer(MonoTime now) {
        return link.view()
                .heardAt()
                .filter(at -> !now.isPast(at, universe.policy().heartbeats(3)))
                .flatMap(at -> link.view().last());
    }

    /** Everything that is looked at once an interval; what times out comes later than the rest. */
    void look() {
        MonoTime begun = host.clock().now();
        daemon.after(QUICK, () -> {
            lookAtPostgres();
            probeOwn(begun);
            probePeer(begun);
            lookAtGateways(begun);
            daemon.wake();
        });
    }

    void lookAtPostgres() {
        MonoTime now = host.clock().now();
        if (deaf) {
            postmaster = Postmaster.UNKNOWN;
            standbySignal = new Probed.Silent<>("Input/output error", now);
            silent("Input/output error", now);
            return;
        }
        lookAtProcess(now);
        SimPostgres postgres = host.postgres();
        if (postmaster != Postmaster.RUNNING) {
            local = new Probed.Refused<>("it does not run", now);
        } else if (postgres.isUp() && !postgres.isHung()) {
            local = new Probed.Answered<>(postgres.view(), now);
            SimStream stream = postgres.stream();
            streamSeen = postgres.isInRecovery() && stream.isUp() ? stream.heardAt() : -1;
            daemon.wake();
        } else if (postgres.isUp()) {
            daemon.after(timeout(), () -> {
                if (host.postgres().isHung()) {
                    silent("no answer in time", now);
                }
            });
        } else {
            local = new Probed.Refused<>("the database system is starting up", now);
        }
    }

    private void silent(String why, MonoTime now) {
        if (!(local instanceof Probed.Silent<PostgresView>)) {
            local = new Probed.Silent<>(why, now);
            daemon.wake();
        }
    }

    private void lookAtProcess(MonoTime now) {
        SimPostgres postgres = host.postgres();
        Postmaster seen = postgres.postmaster();
        boolean down = seen == Postmaster.STOPPED || seen == Postmaster.CRASHED;
        control = down ? Optional.of(postgres.control()) : Optional.empty();
        postmaster = seen;
        standbySignal = new Probed.Answered<>(postgres.data().standbySignal, now);
    }

    /** The kernel reported the exit. */
    void postmasterExited() {
        if (!deaf) {
            MonoTime now = host.clock().now();
            lookAtProcess(now);
            local = new Probed.Refused<>("it has just exited", now);
        }
        daemon.wake();
    }

    private long timeout() {
        return universe.policy().probeTimeout().toNanos();
    }

    private void probeOwn(MonoTime begun) {
        SimPostgres postgres = host.postgres();
        boolean primary = postmaster == Postmaster.RUNNING && !postgres.isInRecovery();
        if (!primary || deaf) {
            return;
        }
        PortAnswer answer = postgres.answer();
        if (answer == PortAnswer.TIMEOUT) {
            daemon.after(timeout(), () -> {
                ownPort = Optional.of(probe(PortAnswer.TIMEOUT, begun));
                daemon.wake();
            });
        } else {
            postgres.writeProbe();
            ownPort = Optional.of(probe(answer, begun));
        }
    }

    private void probePeer(MonoTime begun) {
        PortAnswer answer = blind.orElseGet(this::peerAnswer);
        if (answer == PortAnswer.TIMEOUT) {
            daemon.after(timeout(), () -> {
                peerPort = Optional.of(probe(PortAnswer.TIMEOUT, begun));
                failedProbes = failedProbes + 1;
                daemon.wake();
            });
        } else {
            peerPort = Optional.of(probe(answer, begun));
            if (answer.isSignOfLife()) {
                signOfLife = universe.now();
                failedProbes = 0;
            } else if (answer == PortAnswer.REFUSED) {
                failedProbes = failedProbes + 1;
            }
        }
    }

    /** Every heartbeat while the peer's daemon is silent: its gate as a client sees it. */
    void probeClientPort() {
        Policy policy = universe.policy();
        MonoTime begun = host.clock().now();
        boolean heard = link.view()
                .heardAt()
                .filter(at -> !begun.isPast(at, policy.heartbeats(2)))
                .isPresent();
        if (heard) {
            clientPort = Optional.empty();
            return;
        }
        SimHost peer = host.peer();
        boolean reached = universe.network().roundTrip(host.place(), peer.place());
        PortAnswer answer = !reached || !peer.isRunning()
                ? PortAnswer.TIMEOUT
                : peer.gate().lets() && peer.postgres().postmaster() == Postmaster.RUNNING
                        ? PortAnswer.ALIVE
                        : PortAnswer.REFUSED;
        clientPort = Optional.of(probe(blind.isPresent() ? PortAnswer.UNTRIED : answer, begun)
                .orOpenBefore(clientPort, policy.heartbeats(2)));
    }

    /** What it last said, and how long ago. */
    boolean clientPortWasOpen(long within) {
        return clientPort
                .filter(p -> p.answer() == PortAnswer.ALIVE
                        && host.clock().now().since(p.at()).toNanos() < within)
                .isPresent();
    }

    private PortAnswer peerAnswer() {
        SimHost peer = host.peer();
        boolean reached = universe.network().roundTrip(host.place(), peer.place());
        return reached && peer.isRunning() ? peer.postgres().answer() : PortAnswer.TIMEOUT;
    }

    private PortProbe probe(PortAnswer answer, MonoTime begun) {
        MonoTime now = host.clock().now();
        return new PortProbe(answer, "", now.since(begun), now);
    }

    private void lookAtGateways(MonoTime begun) {
        if (universe.network().roundTrip(host.place(), Place.GATEWAY)) {
            gatewaySeenAt = Optional.of(begun);
            gatewaySeen = universe.now();
        }
    }

    void lookAtRebuild() {
        Optional<PostgresView> view = local.answer().filter(PostgresView::inRecovery);
        if (view.isEmpty()) {
            rebuild = Optional.empty();
            return;
        }
        PostgresView seen = view.get();
        RebuildReason.Verdict verdict = RebuildReason.judge(
                new RebuildReason.Standby(
                        seen.systemId(),
                        seen.timeline(),
                        seen.position(),
                        seen.receiver().filter(Receiver::isStreaming).isPresent(),
                        false),
                primaryFacts(),
                host.postgres().stream().log());
        rebuild = verdict.kind() == RebuildReason.Kind.REBUILD_NEEDED
                ? Optional.of(verdict.why())
                : Optional.empty();
    }

    private Optional<RebuildReason.Primary> primaryFacts() {
        return link.view()
                .last()
                .filter(p -> p.state() == NodeState.PRIMARY
                        && p.systemId().isPresent()
                        && p.timeline().isPresent())
                .map(p -> new RebuildReason.Primary(
                        p.systemId().orElseThrow(),
                        p.timeline().orElseThrow(),
                        p.forks(),
                        Optional.empty()));
    }
}
