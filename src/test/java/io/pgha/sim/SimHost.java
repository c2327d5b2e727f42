package io.pgha.sim;

import io.pgha.engine.Request;
import io.pgha.model.NodeId;

import java.util.Optional;
import java.util.function.Supplier;

/** One machine: power, clocks, kernel, disk, PostgreSQL, and at most one daemon. */
final class SimHost {

    private final Universe universe;
    private final NodeId id;
    private final Place place;
    private final SimClock clock;
    private final SimGate gate;
    private final SimDisk disk;
    private final SimPostgres postgres;
    private Optional<SimDaemon> daemon = Optional.empty();
    private boolean powered = true;
    private long frozenUntil;
    private int boots = 1;
    private int starts;

    SimHost(Universe universe, NodeId id, Place place, SimClock clock, DataCopy data) {
        this.universe = universe;
        this.id = id;
        this.place = place;
        this.clock = clock;
        this.gate = new SimGate(universe.agenda(), clock);
        this.disk = new SimDisk(this);
        this.postgres = new SimPostgres(universe, this, data);
    }

    Universe universe() {
        return universe;
    }

    NodeId id() {
        return id;
    }

    Place place() {
        return place;
    }

    SimClock clock() {
        return clock;
    }

    SimGate gate() {
        return gate;
    }

    SimDisk disk() {
        return disk;
    }

    SimPostgres postgres() {
        return postgres;
    }

    Optional<SimDaemon> daemon() {
        return daemon;
    }

    SimHost peer() {
        return universe.peerOf(this);
    }

    String bootId() {
        return "boot-" + id + "-" + boots;
    }

    boolean isPowered() {
        return powered;
    }

    /** Powered and not frozen: its kernel answers. */
    boolean isRunning() {
        return powered && universe.now() >= frozenUntil;
    }

    /** A client that tried could commit here now. */
    boolean isOpenPrimary() {
        return postgres.isWritable() && gate.lets() && isRunning();
    }

    /** Does something on this machine later, unless it loses its power before; a frozen machine does it when it thaws. */
    void after(long delay, Runnable work) {
        int boot = boots;
        universe.agenda().in(delay, () -> run(boot, work));
    }

    private void run(int boot, Runnable work) {
        if (boot != boots || !powered) {
            return;
        }
        if (universe.now() < frozenUntil) {
            universe.agenda().at(frozenUntil, () -> run(boot, work));
            return;
        }
        work.run();
    }

    /** The whole machine stands still until then. */
    void freeze(long until) {
        trace("machine is frozen for " + (until - universe.now()) / Agenda.MS + " ms");
        gate.freeze(Math.max(0, until - Math.max(frozenUntil, universe.now())));
        frozenUntil = Math.max(frozenUntil, until);
    }

    /** True time at which the machine was last frozen or is to thaw. */
    long frozenUntil() {
        return frozenUntil;
    }

    void powerOff() {
        if (powered) {
            trace("power is lost");
            powered = false;
            boots = boots + 1;
            daemon.ifPresent(SimDaemon::vanish);
            daemon = Optional.empty();
            postgres.powerLost();
            disk.powerLost();
            gate.boot();
        }
    }

    /** Boots: the gate is closed first, then the daemon, then the boot hook asks whether PostgreSQL may start. */
    void powerOn() {
        if (!powered) {
            trace("boots");
            powered = true;
            frozenUntil = 0;
            after(universe.chance().between(500, 3000) * Agenda.MS, () -> {
                startDaemon();
                after(200 * Agenda.MS, () -> ask(new Request.CheckStart(false)));
            });
        }
    }

    void startDaemon() {
        if (powered && universe.now() < frozenUntil) {
            after(0, this::startDaemon);
        } else if (powered && daemon.isEmpty()) {
            starts = starts + 1;
            SimDaemon next = new SimDaemon(universe, this, starts);
            daemon = Optional.of(next);
            trace("daemon starts (" + next.incarnation() + ")");
            next.start();
        }
    }

    /** Kills the daemon; PostgreSQL and the kernel's rules stay. */
    void killDaemon() {
        daemon.ifPresent(d -> {
            trace("daemon is killed");
            d.vanish();
            disk.processLost();
        });
        daemon = Optional.empty();
    }

    /** As systemctl stop does it: the daemon says good-bye first. */
    void stopDaemon(Runnable stopped) {
        daemon.ifPresent(d -> {
            trace("daemon is asked to stop");
            d.leave(() -> {
                killDaemon();
                stopped.run();
            });
        });
    }

    /** An operator's command; lost when no daemon runs. */
    void ask(Request request) {
        daemon.ifPresent(d -> d.ask(request));
    }

    void postmasterFound() {
        daemon.ifPresent(SimDaemon::postmasterFound);
    }

    void postmasterEnded() {
        daemon.ifPresent(SimDaemon::postmasterEnded);
    }

    void trace(String words) {
        universe.trace().say(id.name(), words);
    }

    void trace(Supplier<String> words) {
        universe.trace().say(id.name(), words);
    }

    @Override
    public String toString() {
        return id.name();
    }
}
