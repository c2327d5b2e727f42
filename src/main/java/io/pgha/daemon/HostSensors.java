package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.engine.Clock;
import io.pgha.engine.Sensors;
import io.pgha.model.ArbiterView;
import io.pgha.model.ControlData;
import io.pgha.model.Fork;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PeerView;
import io.pgha.model.Policy;
import io.pgha.model.PortProbe;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Probed;
import io.pgha.network.Gateways;
import io.pgha.network.Observer;
import io.pgha.postgres.ControlFailed;
import io.pgha.postgres.DataDirectory;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.Depth;
import io.pgha.postgres.EndOfWal;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.PortProber;
import io.pgha.postgres.PostgresControl;
import io.pgha.postgres.PostmasterLook;
import io.pgha.postgres.PostmasterWatch;
import io.pgha.postgres.TimelineHistory;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The newest of everything, refreshed by the clockwork and by events, read by the engine without waiting. Each refresh runs
 * on its caller's thread under its own deadline and wakes the engine when something changed.
 */
final class HostSensors implements Sensors {

    private static final int LOOKS_AT_EXIT = 50;
    private static final long NANOS_BETWEEN = 10_000_000;

    private final Settings settings;
    private final String incarnation;
    private final String bootId;
    private final Clock clock;
    private final Runnable wake;
    private final LocalPostgres postgres;
    private final PostgresControl control;
    private final DataDirectory directory;
    private final PortProber prober;
    private final Observer observer;
    private final Gateways gateways;
    private final GateKeeper gate;
    private final Supplier<PeerView> peer;
    private final Supplier<ArbiterView> arbiter;
    private final Supplier<Optional<String>> fenceTrouble;
    private final PostmasterWatch watch;
    private final EndOfWal endOfWal;
    private final PeerPort peerPort;
    private final RejoinSensor rejoin;
    private final RebuildSensor rebuildSensor;

    private volatile Postmaster postmaster = Postmaster.UNKNOWN;
    private volatile Probed<Boolean> standbySignal;
    private volatile Optional<ControlData> controlData = Optional.empty();
    private final NewestAnswer<Probed<PostgresView>> local;
    private volatile Optional<PortProbe> ownPort = Optional.empty();
    private volatile Optional<PortProbe> clientPort = Optional.empty();
    private volatile Optional<MonoTime> gatewaySeenAt = Optional.empty();
    private volatile List<Fork> forks = List.of();
    private volatile Optional<String> obstacle = Optional.empty();
    private volatile Optional<String> diskTrouble = Optional.empty();
    private volatile String postmasterWords = "";
    private Told told = new Told(Postmaster.UNKNOWN, Optional.empty());
    private int forksOf = 1;
    private boolean primary;

    HostSensors(
            Settings settings,
            String incarnation,
            String bootId,
            Clock clock,
            Runnable wake,
            Walls walls,
            GateKeeper gate,
            Supplier<PeerView> peer,
            Supplier<ArbiterView> arbiter,
            Supplier<Optional<String>> fenceTrouble) {
        this.settings = settings;
        this.incarnation = incarnation;
        this.bootId = bootId;
        this.clock = clock;
        this.wake = wake;
        this.postgres = walls.postgres();
        this.control = walls.control();
        this.directory = walls.directory();
        this.prober = walls.prober();
        this.observer = walls.observer();
        this.gateways = walls.gateways();
        this.gate = gate;
        this.peer = peer;
        this.arbiter = arbiter;
        this.fenceTrouble = fenceTrouble;
        this.peerPort = new PeerPort(
                depth ->
                        prober.probe(settings.peer().host(), settings.peer().postgresPort(), depth),
                peer,
                clock::now,
                settings.policy().heartbeats(2));
        this.endOfWal = new EndOfWal(settings);
        this.rejoin = RejoinSensor.of(settings, clock, wake);
        this.rebuildSensor = new RebuildSensor(settings, postgres);
        this.standbySignal = new Probed.Silent<>("not looked for yet", clock.now());
        this.local =
                new NewestAnswer<>(new Probed.Silent<>("not asked yet", clock.now()), this::heed);
        this.watch = PostmasterWatch.start(
                settings.postgres().dataDirectory(),
                settings.policy().interval(),
                new OnPostmaster());
    }

    /** On the watch's thread: looks at once, which is what is wanted of it. */
    private final class OnPostmaster implements PostmasterWatch.Listener {
        @Override
        public void found(long pid) {
            wake.run();
        }

        @Override
        public void ended(long pid) {
            postmasterExited();
        }

        @Override
        public void troubled(String why) {
            postmasterWords = why;
        }
    }

    /** A postmaster was started just now. */
    void postmasterStarted() {
        rebuildSensor.started();
        watch.lookNow();
        lookAtPostgres();
    }

    /** What the sensors look through. */
    record Walls(
            LocalPostgres postgres,
            PostgresControl control,
            DataDirectory directory,
            PortProber prober,
            Observer observer,
            Gateways gateways) {}

    @Override
    public Optional<String> gateWords() {
        return gate.words();
    }

    @Override
    public Observation read(MonoTime now) {
        return new Observation(
                now,
                settings.self().id(),
                settings.peer().id(),
                incarnation,
                bootId,
                postmaster,
                standbySignal,
                controlData,
                local.get(),
                ownPort,
                peerPort.newest(),
                clientPort,
                gate.seen(),
                peer.get(),
                gatewaySeenAt,
                forks,
                gate.armed(),
                arbiter.get(),
                postmaster == Postmaster.RUNNING ? rebuildSensor.found() : obstacle,
                rejoin.view(now, controlData, peer.get(), obstacle),
                diskTrouble,
                fenceTrouble.get());
    }

    /**
     * The process, the data directory and the held connection. On return is known what was found by this look or a later one. Who
     * finds that PostgreSQL is gone, or waits for another's question to it meanwhile, does not wait for one that hangs.
     */
    void lookAtPostgres() {
        beginLook().ifPresent(look -> local.ask(look, () -> postgres.look(clock.now())));
        tellChange();
    }

    /** The number of the look when PostgreSQL is to be asked; empty when what it would say is known without. */
    private synchronized OptionalLong beginLook() {
        long look = local.begin();
        lookAtProcess();
        if (postmaster == Postmaster.RUNNING) {
            return OptionalLong.of(look);
        }
        if (isContradicted()) {
            postmaster = Postmaster.UNKNOWN;
        }
        String why = postmaster == Postmaster.UNKNOWN ? postmasterWords : "it does not run";
        local.know(look, new Probed.Refused<>(why, clock.now()));
        return OptionalLong.empty();
    }

    private synchronized void tellChange() {
        Optional<PostgresView> answer = local.get().answer();
        Told now = new Told(postmaster, answer.map(PostgresView::inRecovery));
        if (!now.equals(told) || isWaitedFor()) {
            told = now;
            wake.run();
        }
    }

    /** What the engine was woken for: the process, and whether it answers that it recovers. */
    private record Told(Postmaster postmaster, Optional<Boolean> recovering) {}

    /** The peer hands its role over, and waits for nothing but this node's position. */
    private boolean isWaitedFor() {
        return peer.get().last().filter(p -> p.state() == NodeState.RELEASING).isPresent();
    }

    /**
     * Nothing runs in the data directory, but PostgreSQL answers on its port: the configuration names another data directory
     * or port than the server has. Taken for "down" it would close a serving primary and have its role ceded.
     */
    private boolean isContradicted() {
        PortProbe probe = prober.probe("127.0.0.1", settings.postgres().port(), Depth.LIGHT);
        if (!probe.answer().isSignOfLife()) {
            return false;
        }
        postmasterWords = "PostgreSQL answers on port " + settings.postgres().port()
                + " of this host, but none runs in postgres.data_directory = "
                + settings.postgres().dataDirectory()
                + ": correct postgres.data_directory (or postgres.port) and restart pgha; the server says where it is by"
                + " 'show data_directory'";
        return true;
    }

    /**
     * The postmaster's exit was reported by the kernel. A child that it forked just before bears its title and is taken for a
     * postmaster without lock file, until it sees that it is alone: looked at again soon, not at the next beat of the clockwork.
     */
    void postmasterExited() {
        lookAtExit();
        for (int look = 0; look < LOOKS_AT_EXIT && isUnnamedRunning(); look++) {
            LockSupport.parkNanos(NANOS_BETWEEN);
            lookAtExit();
        }
    }

    private synchronized boolean isUnnamedRunning() {
        return postmaster == Postmaster.RUNNING && !postmasterWords.isEmpty();
    }

    private synchronized void lookAtExit() {
        long look = local.begin();
        lookAtProcess();
        local.know(look, new Probed.Refused<>("it has just exited", clock.now()));
        wake.run();
    }

    private void lookAtProcess() {
        PostmasterLook look = control.postmaster();
        boolean down = look.state() == Postmaster.STOPPED || look.state() == Postmaster.CRASHED;
        controlData = down ? readControlData(postmaster == look.state()) : Optional.empty();
        postmaster = look.state();
        postmasterWords = look.words();
        diskTrouble = directory.diskTrouble();
        lookForObstacle(look.state());
        try {
            standbySignal = new Probed.Answered<>(directory.isStandby(), clock.now());
        } catch (DataDirectoryException e) {
            standbySignal = new Probed.Silent<>(String.valueOf(e.getMessage()), clock.now());
        }
    }

    /** What an exchange of the data directory left half done must not be started. */
    private void lookForObstacle(Postmaster state) {
        if (state == Postmaster.RUNNING) {
            obstacle = Optional.empty();
            return;
        }
        try {
            obstacle = directory.obstacle();
        } catch (DataDirectoryException e) {
            obstacle = Optional.of("it could not be found out whether " + directory.path()
                    + " is whole: " + e.getMessage());
        }
    }

    private Optional<ControlData> readControlData(boolean known) {
        try {
            return Optional.of(endOfWal.of(control, known ? controlData : Optional.empty()));
        } catch (ControlFailed e) {
            postmasterWords = e.words();
            return Optional.empty();
        }
    }

    private void heed(Probed<PostgresView> found) {
        found.answer().ifPresent(this::lookAtHistory);
    }

    private void lookAtHistory(PostgresView view) {
        endOfWal.saw(view.position());
        if (view.timeline() == forksOf) {
            return;
        }
        try {
            forks = TimelineHistory.read(settings.postgres().dataDirectory(), view.timeline());
            forksOf = view.timeline();
        } catch (IOException e) {
            // Not there yet on a standby that has just heard of the timeline: looked for again.
            forks = List.of();
        }
    }

    /** Why the postmaster's state is unknown, or what else was worth a line. */
    String postmasterWords() {
        return postmasterWords;
    }

    /** A fresh connection to the local PostgreSQL, with a committed write when it is a primary. */
    void probeOwnPort() {
        primary = local.get().answer().map(view -> !view.inRecovery()).orElse(primary);
        if (postmaster == Postmaster.RUNNING && primary) {
            ownPort = Optional.of(postgres.writeProbe());
            wakeOnFailure(ownPort);
        }
    }

    /** A fresh connection to the peer's PostgreSQL. */
    void probePeerPort() {
        wakeOnFailure(Optional.of(peerPort.probe()));
    }

    /** The peer's gate as a client sees it, while its daemon is silent and this node might take over. */
    void probeClientPort() {
        Policy policy = settings.policy();
        boolean silent = policy.guard().isLease()
                && local.get().answer().filter(PostgresView::inRecovery).isPresent()
                && peer.get()
                        .heardAt()
                        .filter(heard -> !clock.now().isPast(heard, policy.heartbeats(2)))
                        .isEmpty();
        clientPort = silent
                ? Optional.of(
                        observer.look(settings.peer().host(), settings.peer().postgresPort())
                                .orOpenBefore(clientPort, policy.heartbeats(2)))
                : Optional.empty();
    }

    private void wakeOnFailure(Optional<PortProbe> probe) {
        if (probe.isPresent() && probe.get().answer().isFailure()) {
            wake.run();
        }
    }

    /** All gateways at once. */
    void lookAtGateways() {
        if (!gateways.isConfigured()) {
            return;
        }
        try {
            MonoTime begun = clock.now();
            if (gateways.anySeen()) {
                gatewaySeenAt = Optional.of(begun);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether this standby can still follow. */
    void lookAtRebuild() {
        rebuildSensor.look(local.get().answer(), peer.get());
    }

    /** The newest view of the local PostgreSQL. */
    Probed<PostgresView> localView() {
        return local.get();
    }
}
