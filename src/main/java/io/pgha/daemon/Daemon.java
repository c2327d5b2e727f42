package io.pgha.daemon;

import ch.qos.logback.classic.LoggerContext;

import io.pgha.arbiter.Arbiter;
import io.pgha.arbiter.Arbiters;
import io.pgha.config.Running;
import io.pgha.config.Settings;
import io.pgha.decision.Counting;
import io.pgha.engine.Engine;
import io.pgha.engine.Event;
import io.pgha.engine.EventLine;
import io.pgha.engine.Journal;
import io.pgha.http.ControlServer;
import io.pgha.http.StatusJson;
import io.pgha.model.GateState;
import io.pgha.model.PeerView;
import io.pgha.model.Probed;
import io.pgha.network.BootGate;
import io.pgha.network.Gate;
import io.pgha.network.GateException;
import io.pgha.network.GateRules;
import io.pgha.network.Gates;
import io.pgha.network.Gateways;
import io.pgha.network.Observer;
import io.pgha.network.SocketKiller;
import io.pgha.os.Hangup;
import io.pgha.os.KernelCalls;
import io.pgha.peer.LinkPace;
import io.pgha.peer.PairKey;
import io.pgha.peer.PairKeyException;
import io.pgha.peer.PeerLink;
import io.pgha.peer.PeerLinkException;
import io.pgha.postgres.ArchiveSettingsFile;
import io.pgha.postgres.CommitCounter;
import io.pgha.postgres.DataDirectory;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.PeerDatabase;
import io.pgha.postgres.PortProber;
import io.pgha.postgres.PostgresControls;
import io.pgha.store.FileJournal;

import org.quartz.SchedulerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The only wiring: makes the walls, gives them to the engine, turns the crank until told to stop. Stopping it leaves
 * PostgreSQL and the gate exactly as they are (promise P5).
 */
public final class Daemon {

    private static final Logger LOG = LoggerFactory.getLogger("pgha");

    private static final Duration GATE_LOOK = Duration.ofSeconds(2);
    private static final int GATE_LOOKS = 3;
    private static final Duration REBUILD_LOOK = Duration.ofSeconds(10);
    private static final Duration RETENTION = Duration.ofMinutes(10);
    private static final Duration COMMIT_COUNT_LIMIT = Duration.ofSeconds(60);
    private static final Duration SOCKET_LIMIT = Duration.ofSeconds(2);
    private static final Duration LEAVE_LIMIT = Duration.ofSeconds(2);
    private static final Duration LEAVE_LOOK = Duration.ofMillis(100);
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_CONFIGURATION = 2;
    private static final int EXIT_REFUSED = 5;

    /** Before the link is started there is nothing to be said of the peer. */
    private static final PeerView UNHEARD =
            new PeerView(Optional.empty(), Optional.empty(), Optional.empty(), List.of(), "");

    private final Running started;
    private final Settings settings;
    private final HostClock clock = new HostClock();
    private final BlockingQueue<Boolean> due = new ArrayBlockingQueue<>(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean stopping;
    private final NewestMessage message;
    private final PeerNews news;
    private volatile boolean linked;
    private final LogThread log = LogThread.begin();
    private final Supervision supervision = Supervision.ofThisProcess();

    private Daemon(Running started) {
        this.started = started;
        this.settings = started.settings();
        this.message = new NewestMessage(clock::now, Counting.fresh(settings.policy()));
        this.news = new PeerNews(message::said, this::wake);
    }

    /** Runs in the foreground until SIGTERM; the exit code of the process. */
    public static int run(Running started) {
        Settings settings = started.settings();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.putProperty(LogForm.SPEAKER, settings.self().id().name());
            LogForm.toJournal(context);
        }
        Daemon daemon = new Daemon(started);
        try (EventLog events = new EventLog(
                settings.self().id().name(),
                settings.onEvent(),
                settings.onEventTimeout(),
                new StatusJson()::event)) {
            return daemon.serve(events);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            daemon.stopped.countDown();
            if (!daemon.stopping) {
                daemon.log.close();
            }
        }
    }

    /** What keeps the daemon from starting is an event too. Its unit tries again after exit code 1, and after no other. */
    private int serve(EventLog events) throws InterruptedException {
        try {
            return turnUntilStopped(events);
        } catch (PairKeyException e) {
            return refuse(events, String.valueOf(e.getMessage()), EXIT_CONFIGURATION);
        } catch (Journal.JournalDamaged e) {
            return refuse(events, String.valueOf(e.getMessage()), EXIT_REFUSED);
        } catch (PeerLinkException | IOException | SQLException | SchedulerException e) {
            return refuse(events, String.valueOf(e.getMessage()), EXIT_FAILED);
        } catch (GateException e) {
            return refuse(events, e.words(), EXIT_FAILED);
        }
    }

    private int refuse(EventLog events, String why, int code) throws InterruptedException {
        events.accept(new Event(
                EventLine.Severity.ERROR,
                "not_started",
                "pgha does not start: " + why + ". PostgreSQL and the gate stay as they are"));
        leaveWords(why);
        supervision.refused(why);
        events.drain();
        return code;
    }

    /** For commands that find no daemon to ask: they can then say why there is none. */
    private void leaveWords(String why) {
        try {
            Files.createDirectories(settings.runDirectory());
            Files.writeString(settings.refusalFile(), why + "\n");
        } catch (IOException e) {
            LOG.warn("{} could not be written: {}", settings.refusalFile(), e.toString());
        }
    }

    private void wake() {
        due.offer(Boolean.TRUE);
    }

    private int turnUntilStopped(EventLog events)
            throws IOException, SQLException, SchedulerException, GateException, PairKeyException,
                    PeerLinkException, Journal.JournalDamaged, InterruptedException {
        String incarnation = UUID.randomUUID().toString().substring(0, 8);
        KernelCalls.require();
        PairKey pair = PairKey.read(
                settings.link().keyFile(), settings.self().id(), settings.peer().id());
        ExecutorService gatewayThreads = Executors.newCachedThreadPool(Daemon::daemonThread);
        try (FileJournal journal = FileJournal.open(settings.stateDirectory());
                LocalPostgres postgres = new LocalPostgres(
                        settings.postgres(), settings.policy().probeTimeout(), clock::now);
                PeerLink link = link(pair);
                Arbiter arbiter = Arbiters.of(settings, pair, clock::now, this::wake)) {
            String bootId = BootMark.read(settings.runDirectory());
            HttpDoor.requireFree(settings);
            Gate gate = Gates.of(settings);
            requireGate(gate);
            new BootGate(settings.stateDirectory()).save(gate);
            ArchiveSettingsFile.in(settings.stateDirectory()).write(settings.archive());
            GateKeeper keeper = new GateKeeper(gate, clock, this::wake);
            HostSensors.Walls walls = new HostSensors.Walls(
                    postgres,
                    PostgresControls.of(settings),
                    new DataDirectory(settings.postgres().dataDirectory()),
                    new PortProber(
                            settings.postgres(), settings.policy().probeTimeout(), clock::now),
                    new Observer(
                            settings.self().observerPort(),
                            settings.policy().probeTimeout(),
                            clock::now),
                    new Gateways(
                            settings.gateways(),
                            settings.policy().gatewayTimeout(),
                            gatewayThreads));
            Rescuer rescuer = new Rescuer(settings, postgres, pair, link.names());
            rescuer.resume();
            link.give(new CededWal(settings.postgres().dataDirectory(), message::newest));
            Optional<FenceMonitor> fence =
                    settings.fence().map(f -> new FenceMonitor(settings, f, this::wake));
            HostSensors sensors = new HostSensors(
                    settings,
                    incarnation,
                    bootId,
                    clock,
                    this::wake,
                    walls,
                    keeper,
                    () -> linked ? link.view() : UNHEARD,
                    arbiter::view,
                    () -> fence.flatMap(FenceMonitor::trouble));
            HostSteps steps = new HostSteps(
                    settings,
                    walls,
                    new SocketKiller(GateRules.of(settings), SOCKET_LIMIT),
                    new CommitCounter(settings.postgres(), COMMIT_COUNT_LIMIT),
                    new PeerDatabase(settings, Duration.ofSeconds(10)),
                    sensors,
                    fence,
                    rescuer);
            HostActuator actuator = new HostActuator(
                    settings,
                    steps,
                    keeper,
                    message,
                    now -> link.send(),
                    arbiter::ask,
                    new SyncKeeper(postgres, settings.postgres().dataDirectory(), sensors),
                    this::wake);
            Engine engine = new Engine(
                    new Engine.Identity(
                            version(), settings.digest(), incarnation, settings.gateways()),
                    settings.policy(),
                    sensors,
                    actuator,
                    journal,
                    clock,
                    events::accept,
                    this::wake);
            events.accept(new Event(
                    EventLine.Severity.INFO,
                    "started",
                    "pgha " + version() + " starts; guard " + settings.policy().guard()
                            + ", profile " + settings.policy().profile()));
            keeper.look();
            sensors.lookAtPostgres();
            engine.turn();
            link.start();
            linked = true;
            return run(engine, events, sensors, keeper, link, fence);
        }
    }

    /** A daemon that could neither close nor open would only seem to protect. */
    private void requireGate(Gate gate) throws GateException {
        Probed<GateState> seen = gate.look(clock.now());
        // A host that has just booted can be too busy for one look.
        for (int look = 1; look < GATE_LOOKS && seen.answer().isEmpty(); look++) {
            seen = gate.look(clock.now());
        }
        if (seen.answer().isEmpty()) {
            throw new GateException("the gate cannot be used: " + seen.why());
        }
    }

    private int run(
            Engine engine,
            EventLog events,
            HostSensors sensors,
            GateKeeper keeper,
            PeerLink link,
            Optional<FenceMonitor> fence)
            throws IOException, SchedulerException, InterruptedException {
        Posts posts = new Posts(engine, events, engine.status().orElseThrow());
        Thread hook = new Thread(this::stop, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try (ControlServer desk = ControlServer.open(
                        settings.controlSocket(),
                        posts,
                        engine.configuration()::policy,
                        clock::now,
                        LOG::warn);
                HttpDoor http = HttpDoor.open(settings, posts, fence, clock);
                Schedule schedule = new Schedule("pgha-" + settings.self().id(), clock)) {
            LOG.debug("{} {} {}", desk, http, schedule);
            Files.deleteIfExists(settings.refusalFile());
            Duration interval = settings.policy().interval();
            schedule.every(interval, "postgres", sensors::lookAtPostgres);
            schedule.every(interval, "own-port", sensors::probeOwnPort);
            schedule.every(interval, "peer-port", sensors::probePeerPort);
            if (settings.policy().guard().isLease()) {
                Duration beat = settings.policy().heartbeat();
                schedule.every(beat, "client-port", sensors::probeClientPort);
            }
            if (!settings.gateways().isEmpty()) {
                schedule.every(interval, "gateways", sensors::lookAtGateways);
            }
            schedule.every(GATE_LOOK, "gate", keeper::look);
            schedule.every(REBUILD_LOOK, "rebuild", sensors::lookAtRebuild);
            if (settings.archive().isPresent()) {
                Retention retention =
                        new Retention(settings.archive().get(), sensors::localView, events);
                schedule.every(RETENTION, "retention", retention::run);
            }
            if (fence.isPresent()) {
                schedule.every(
                        settings.fence().orElseThrow().monitorInterval(),
                        "fence-monitor",
                        fence.get()::look);
            }
            schedule.start();
            news.onChange(() -> schedule.now("postgres"));
            Hangup.onEach(
                    new Reloading(started, engine.configuration(), events, supervision)::reload);
            supervision.ready();
            turn(engine, link, schedule);
        } finally {
            fence.ifPresent(FenceMonitor::close);
            keeper.close();
        }
        return 0;
    }

    /** The engine's thread: a turn on every event, and at least once a heartbeat, so that what the link says is never old. */
    private void turn(Engine engine, PeerLink link, Schedule schedule)
            throws SchedulerException, InterruptedException {
        long beatNanos = settings.policy().heartbeat().toNanos();
        long nextBeat = System.nanoTime();
        while (!stopping) {
            long wait = Math.max(0, nextBeat - System.nanoTime());
            Boolean event = due.poll(wait, TimeUnit.NANOSECONDS);
            engine.turn();
            supervision.turned(engine::status);
            if (event == null || System.nanoTime() - nextBeat >= 0) {
                schedule.heedSteps();
                nextBeat = System.nanoTime() + beatNanos;
            }
        }
        leave(engine, link);
    }

    /** Takes the long lease, if somebody grants it in time; the kernel keeps it while nobody is here. */
    private void leave(Engine engine, PeerLink link) throws InterruptedException {
        supervision.stopping();
        engine.leave();
        long limit = System.nanoTime() + LEAVE_LIMIT.toNanos();
        while (!engine.mayLeave() && System.nanoTime() - limit < 0) {
            engine.turn();
            link.send();
            supervision.leaving();
            due.poll(LEAVE_LOOK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void stop() {
        stopping = true;
        wake();
        try {
            boolean ended = stopped.await(5, TimeUnit.SECONDS);
            LOG.info(
                    "pgha stops{}; PostgreSQL and the gate stay as they are", ended ? "" : " late");
            log.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private PeerLink link(PairKey pair) {
        return new PeerLink(
                settings.link(),
                pair,
                PeerAddresses.of(settings),
                new LinkPace(settings.policy().heartbeat(), Counting.fresh(settings.policy())),
                message,
                clock::now,
                news);
    }

    private static Thread daemonThread(Runnable body) {
        Thread thread = new Thread(null, body, "gateway", 256 << 10);
        thread.setDaemon(true);
        return thread;
    }

    private static String version() {
        return Optional.ofNullable(Daemon.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
