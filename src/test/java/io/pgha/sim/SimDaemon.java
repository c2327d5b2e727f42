package io.pgha.sim;

import io.pgha.decision.Counting;
import io.pgha.engine.Engine;
import io.pgha.engine.Event;
import io.pgha.engine.Journal;
import io.pgha.engine.Request;
import io.pgha.engine.Status;
import io.pgha.model.Policy;

import java.util.List;
import java.util.Optional;

/** One start of the daemon: the real engine between simulated ports, with the real daemon's clockwork. */
final class SimDaemon {

    private final Universe universe;
    private final SimHost host;
    private final int number;
    private final String incarnation;
    private final SimLink link;
    private final SimArbiter arbiter;
    private final SimSensors sensors;
    private final SimActuator actuator;
    private final Engine engine;
    private boolean alive = true;
    private long pausedUntil;
    private boolean turnDue;
    private long awakeSince;

    SimDaemon(Universe universe, SimHost host, int number) {
        this.universe = universe;
        this.host = host;
        this.number = number;
        this.awakeSince = universe.now();
        this.incarnation = host.id() + "-" + number;
        this.link = new SimLink(universe, host, this);
        this.arbiter = new SimArbiter(universe, host, this);
        this.sensors = new SimSensors(universe, host, this, link);
        this.actuator = new SimActuator(universe, host, this, sensors, link);
        try {
            this.engine = new Engine(
                    new Engine.Identity("0", "digest", incarnation, List.of()),
                    universe.policy(),
                    sensors,
                    actuator,
                    host.disk().openedBy(this),
                    host.clock(),
                    this::happened,
                    this::wake);
        } catch (Journal.JournalDamaged e) {
            throw new LawBroken("P6", "the journal cannot be read: " + e.getMessage());
        }
    }

    String incarnation() {
        return incarnation;
    }

    int number() {
        return number;
    }

    SimLink link() {
        return link;
    }

    SimArbiter arbiter() {
        return arbiter;
    }

    SimSensors sensors() {
        return sensors;
    }

    SimActuator actuator() {
        return actuator;
    }

    Optional<Status> status() {
        return engine.status();
    }

    boolean isPaused() {
        return universe.now() < pausedUntil;
    }

    /** As the real daemon begins: the gate and PostgreSQL are looked at, then the first turn, then everything by the clock. */
    void start() {
        Policy policy = universe.policy();
        actuator.lookAtGate();
        sensors.lookAtPostgres();
        turn();
        long interval = policy.interval().toNanos();
        every(interval, universe.chance().between(0, interval), sensors::look);
        every(2 * Agenda.SECOND, universe.chance().between(0, Agenda.SECOND), actuator::lookAtGate);
        every(
                10 * Agenda.SECOND,
                universe.chance().between(0, Agenda.SECOND),
                sensors::lookAtRebuild);
        if (policy.guard().isLease()) {
            every(policy.heartbeat().toNanos(), 0, sensors::probeClientPort);
        }
        every(policy.heartbeat().toNanos(), 0, this::beat);
    }

    private void every(long local, long first, Runnable work) {
        after(first, () -> {
            work.run();
            every(local, local, work);
        });
    }

    private void beat() {
        turn();
        link.send();
    }

    /** Does something in this process after so much of this host's time; a stopped process does it when it goes on. */
    void after(long local, Runnable work) {
        host.after(host.clock().trueSpan(local), () -> run(work));
    }

    private void run(Runnable work) {
        if (!alive) {
            return;
        }
        if (isPaused()) {
            host.after(pausedUntil - universe.now(), () -> run(work));
            return;
        }
        work.run();
    }

    void wake() {
        if (!turnDue) {
            turnDue = true;
            after(0, () -> {
                turnDue = false;
                turn();
            });
        }
    }

    private void turn() {
        if (alive) {
            engine.turn();
        }
    }

    void ask(Request request) {
        after(0, () -> {
            host.trace(() -> "asked: " + request);
            engine.submit(
                    request,
                    reply -> host.trace(() -> "replies " + reply.exitCode() + ": "
                            + String.join(" / ", reply.lines())));
        });
    }

    /** SIGTERM: as the real daemon leaves, within its limit. */
    void leave(Runnable gone) {
        long limit = universe.now() + host.clock().trueSpan(2 * Agenda.SECOND);
        after(0, () -> {
            engine.leave();
            leaveSoon(limit, gone);
        });
    }

    private void leaveSoon(long limit, Runnable gone) {
        if (engine.mayLeave() || universe.now() >= limit) {
            host.trace("daemon has taken its leave");
            gone.run();
            return;
        }
        turn();
        link.send();
        after(100 * Agenda.MS, () -> leaveSoon(limit, gone));
    }

    /** SIGSTOP until then. */
    void pause(long until) {
        host.trace("daemon is stopped for " + (until - universe.now()) / Agenda.MS + " ms");
        pausedUntil = Math.max(pausedUntil, until);
        long noticed = Counting.asleep(universe.policy()).toNanos() * 105 / 100;
        if (until - universe.now() > noticed) {
            awakeSince = Math.max(awakeSince, until);
        }
    }

    /** The process is gone. */
    void vanish() {
        alive = false;
        actuator.processLost();
    }

    /** True time since which this process has run without a pause that it must notice. */
    long awakeSince() {
        return awakeSince;
    }

    boolean isAlive() {
        return alive;
    }

    void postmasterFound() {
        after(Agenda.MS, sensors::lookAtPostgres);
    }

    void postmasterEnded() {
        after(Agenda.MS, sensors::postmasterExited);
    }

    private void happened(Event event) {
        if (universe.trace().isWanted()) {
            host.trace("says " + event.code() + ": " + event.sentence());
        }
    }
}
