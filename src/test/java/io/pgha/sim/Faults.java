package io.pgha.sim;

import io.pgha.engine.Outcome;
import io.pgha.engine.Request;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.PortAnswer;
import io.pgha.plan.Step;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The swarm: each seed draws a few kinds of faults with wild weights, strikes with them, and in the end takes all back. */
final class Faults {

    private static final List<PortAnswer> BLIND = List.of(
            PortAnswer.UNTRIED,
            PortAnswer.UNRESOLVED,
            PortAnswer.FULL,
            PortAnswer.DENIED,
            PortAnswer.ERROR,
            PortAnswer.STARTING);

    /** What a fault on a host leaves behind may work this much longer. */
    private static final long LINGERING = 3 * Agenda.SECOND;

    private final Universe universe;
    private final Set<FaultKind> only;
    private final Chance chance;
    private final Map<SimHost, HostFaults> hosts = new HashMap<>();
    private final List<FaultKind> drawn = new ArrayList<>();
    private final long meanGap;
    private final long meanSpell;
    private final long end;
    private final boolean isLong;
    private boolean over;
    private long troubleUntil;

    /** What is wrong on one host. */
    private static final class HostFaults {
        private boolean stepsFail;
        private boolean gateFails;
        private boolean gateSlow;
        private long troubleUntil;
    }

    /** @param seed every eighth pair is without its link for so long that a primary served alone for long */
    Faults(Universe universe, Set<FaultKind> only, long seed) {
        this.only = only;
        this.universe = universe;
        this.chance = universe.chance();
        universe.hosts().forEach(h -> hosts.put(h, new HostFaults()));
        this.meanGap = chance.between(800, 6000) * Agenda.MS;
        this.meanSpell = chance.between(500, 8000) * Agenda.MS;
        this.isLong = seed % 8 == 0;
        this.end = chance.between(8, 24) * Agenda.SECOND * (isLong ? 4 : 1);
    }

    /** True time at which the faults end. */
    long end() {
        return end;
    }

    /** Until then something kept the nodes from hearing or acting; never in the future once the faults are over. */
    long troubleUntil() {
        return troubleUntil;
    }

    /** Something that is no fault of the swarm keeps a node away for that long. */
    void trouble(long spell) {
        troubleUntil = Math.max(troubleUntil, universe.now() + spell);
    }

    /** Until then something on this host itself was wrong. */
    long localTroubleUntil(SimHost host) {
        return hosts.getOrDefault(host, new HostFaults()).troubleUntil;
    }

    void begin(boolean known) {
        FaultKind[] kinds = FaultKind.values();
        boolean single = chance.of(0.15);
        if (!only.isEmpty()) {
            universe.laws()
                    .calm(known
                            && only.size() == 1
                            && only.iterator()
                                    .next()
                                    .isHarmless(universe.policy().guard()));
            for (FaultKind kind : kinds) {
                drawn.addAll(
                        Collections.nCopies(only.contains(kind) ? 1 + chance.below(8) : 0, kind));
            }
        } else if (single) {
            drawn.add(kinds[chance.below(kinds.length)]);
            universe.laws()
                    .calm(known && drawn.get(0).isHarmless(universe.policy().guard()));
        } else {
            for (FaultKind kind : kinds) {
                int weight = chance.of(0.3) ? 1 + chance.below(8) : 0;
                for (int i = 0; i < weight; i++) {
                    drawn.add(kind);
                }
            }
        }
        if (!drawn.isEmpty()) {
            universe.agenda().in(2500 * Agenda.MS, this::next);
        }
    }

    private void next() {
        if (!over) {
            strike(drawn.get(chance.below(drawn.size())));
            universe.agenda().in(50 * Agenda.MS + chance.around(meanGap), this::next);
        }
    }

    private void strike(FaultKind kind) {
        SimHost host = chance.of(0.5) ? universe.a() : universe.b();
        long drawnSpell = 50 * Agenda.MS + chance.around(meanSpell);
        long spell = isLong && kind == FaultKind.CUT_LINK ? drawnSpell * 6 : drawnSpell;
        universe.trace().say("***", () -> kind + " " + host + " for " + spell / Agenda.MS + " ms");
        HostFaults here = hosts.getOrDefault(host, new HostFaults());
        if (!kind.isOfTheNetwork()) {
            here.troubleUntil = Math.max(here.troubleUntil, universe.now() + spell + LINGERING);
        }
        switch (kind) {
            case CUT_LINK, CUT_ONE_WAY, CUT_OFF, CUT_GATEWAY, CUT_WITNESS, WITNESS_LOST, BAD_LINK ->
                network(kind, host, spell);
            case POSTGRES_CRASHES,
                    POSTGRES_HANGS,
                    POSTGRES_STOPPED,
                    LAG,
                    BULK,
                    REPLAY_PAUSED,
                    PROMOTED_BY_HAND,
                    STARTED_BY_HAND,
                    STARTED_IN_RECOVERY -> postgres(kind, host, spell);
            case DAEMON_KILLED,
                    DAEMON_STOPPED,
                    DAEMON_PAUSED,
                    MACHINE_FROZEN,
                    POWER_LOST,
                    BOTH_POWERS_LOST -> machine(kind, host, spell);
            case DISK_FAILS,
                    DISK_SLOW,
                    STEPS_FAIL,
                    GATE_FAILS,
                    GATE_EMPTIED,
                    PROBES_BLIND,
                    LOOKS_FAIL,
                    CLOCK_STEPPED -> local(kind, host, spell);
            case OPERATOR -> operator(host);
            case SET_ASIDE -> setAside(host, spell);
        }
    }

    /** Takes a fault back after its spell, unless all faults have been taken back before. */
    private void undo(long spell, Runnable work) {
        troubleUntil = Math.max(troubleUntil, universe.now() + spell);
        universe.agenda().in(spell, () -> {
            if (!over) {
                work.run();
            }
        });
    }

    private void network(FaultKind kind, SimHost host, long spell) {
        Place here = host.place();
        Place there = host.peer().place();
        switch (kind) {
            case CUT_LINK -> {
                cut(here, there, spell);
                cut(there, here, spell);
            }
            case CUT_ONE_WAY -> cut(here, there, spell);
            case CUT_OFF -> {
                boolean clientsToo = chance.of(0.5);
                for (Place place : Place.values()) {
                    if (place != here && (clientsToo || place != Place.CLIENTS)) {
                        cut(here, place, spell);
                        cut(place, here, spell);
                    }
                }
            }
            case CUT_WITNESS -> {
                if (chance.of(0.6)) {
                    cut(here, Place.WITNESS, spell);
                }
                if (chance.of(0.6)) {
                    cut(Place.WITNESS, here, spell);
                }
            }
            case WITNESS_LOST -> {
                universe.third().stop();
                undo(spell, universe.third()::start);
            }
            case CUT_GATEWAY -> cut(here, Place.GATEWAY, spell);
            default -> {
                double loss = chance.below(50) / 100.0;
                double twice = chance.below(30) / 100.0;
                long slow = chance.between(0, 2000) * Agenda.MS;
                Place other = chance.of(0.3) ? Place.WITNESS : there;
                universe.network().worsen(here, other, loss, twice, slow);
                undo(spell, () -> universe.network().worsen(here, other, 0, 0, 0));
            }
        }
    }

    private void cut(Place from, Place to, long spell) {
        universe.network().cut(from, to);
        undo(spell, () -> universe.network().mend(from, to));
    }

    private void postgres(FaultKind kind, SimHost host, long spell) {
        if (!host.isRunning()) {
            return;
        }
        SimPostgres postgres = host.postgres();
        switch (kind) {
            case POSTGRES_CRASHES -> postgres.kill();
            case POSTGRES_HANGS -> {
                postgres.hang(universe.now() + spell);
                troubleUntil = Math.max(troubleUntil, universe.now() + spell);
            }
            case POSTGRES_STOPPED -> {
                postgres.stopFast(ok -> {});
                if (chance.of(0.5)) {
                    undo(spell, () -> postgres.start(ok -> {}));
                }
            }
            case LAG -> {
                postgres.stream().lag(chance.between(1, 40) << 20);
                undo(spell, () -> postgres.stream().lag(0));
            }
            case BULK -> universe.clients().bulk(chance.between(1, 40) << 20);
            case REPLAY_PAUSED -> {
                if (postgres.isInRecovery()) {
                    postgres.pauseReplay(true);
                }
            }
            case PROMOTED_BY_HAND -> {
                universe.laws().person().promoted(host);
                postgres.promote();
            }
            case STARTED_IN_RECOVERY ->
                postgres.stopFast(ok -> {
                    postgres.data().standbySignal = true;
                    postgres.start(up -> {});
                });
            default -> {
                universe.laws().person().handled();
                postgres.start(ok -> {});
            }
        }
    }

    private void machine(FaultKind kind, SimHost host, long spell) {
        switch (kind) {
            case DAEMON_KILLED -> {
                host.killDaemon();
                undo(spell, host::startDaemon);
            }
            case DAEMON_STOPPED -> {
                long away = chance.of(0.5) ? spell : Agenda.SECOND;
                trouble(away + 2 * Agenda.SECOND);
                host.stopDaemon(() -> {
                    trouble(away);
                    universe.agenda().in(away, host::startDaemon);
                });
            }
            case DAEMON_PAUSED -> {
                if (universe.policy().guard() == Guard.GATEWAY && isPaused(host.peer())) {
                    // Nobody but the gateway is left, which is asked once an interval: a pause that
                    // is too short to be
                    // noticed makes that older than fence_after, and contact counts from its send
                    // (protocol section 7).
                    universe.laws().calm(false);
                }
                host.daemon().ifPresent(d -> d.pause(universe.now() + spell));
                undo(spell, () -> {});
            }
            case MACHINE_FROZEN -> {
                host.freeze(universe.now() + spell);
                undo(spell, () -> {});
            }
            case POWER_LOST -> {
                host.powerOff();
                undo(spell, host::powerOn);
            }
            default -> {
                universe.hosts().forEach(SimHost::powerOff);
                undo(spell, host::powerOn);
                undo(50 * Agenda.MS + chance.around(meanSpell), host.peer()::powerOn);
            }
        }
    }

    private static boolean isPaused(SimHost host) {
        return host.daemon().filter(SimDaemon::isPaused).isPresent();
    }

    private void local(FaultKind kind, SimHost host, long spell) {
        HostFaults wrong = hosts.getOrDefault(host, new HostFaults());
        switch (kind) {
            case DISK_FAILS -> {
                host.disk().fail(true);
                undo(spell, () -> host.disk().fail(false));
            }
            case DISK_SLOW -> {
                host.disk().slow(chance.between(10, 4000) * Agenda.MS);
                undo(spell, () -> host.disk().slow(0));
            }
            case STEPS_FAIL -> {
                wrong.stepsFail = true;
                undo(spell, () -> wrong.stepsFail = false);
            }
            case GATE_FAILS -> {
                wrong.gateFails = chance.of(0.5);
                wrong.gateSlow = !wrong.gateFails;
                undo(spell, () -> {
                    wrong.gateFails = false;
                    wrong.gateSlow = false;
                });
            }
            case GATE_EMPTIED -> {
                host.gate().set(GateState.DAMAGED);
                undo(3 * Agenda.SECOND, () -> {});
            }
            case PROBES_BLIND -> {
                PortAnswer answer = BLIND.get(chance.below(BLIND.size()));
                host.daemon().ifPresent(d -> d.sensors().blind(Optional.of(answer)));
                undo(
                        spell,
                        () -> host.daemon().ifPresent(d -> d.sensors().blind(Optional.empty())));
            }
            case LOOKS_FAIL -> {
                host.daemon().ifPresent(d -> d.sensors().deafen(true));
                undo(spell, () -> host.daemon().ifPresent(d -> d.sensors().deafen(false)));
            }
            default -> host.clock().step(chance.between(-7200, 7200) * 1000);
        }
    }

    /** Maintenance of a standby, or of both nodes, that somebody ends as well. */
    private void setAside(SimHost host, long spell) {
        boolean paused = chance.of(0.3);
        host.ask(
                paused
                        ? new Request.Pause("operator", "maintenance", 0, false)
                        : new Request.Standby("maintenance", false));
        undo(
                spell,
                () -> host.ask(
                        paused
                                ? new Request.Resume("operator", false)
                                : new Request.Unstandby(false)));
    }

    private void operator(SimHost host) {
        Request request = switch (chance.below(15)) {
            case 11, 12, 13 -> new Request.Switchover(false);
            case 0, 1 -> new Request.Release(Optional.empty(), false);
            case 2 -> new Request.CancelRelease(chance.of(0.2), false);
            case 3, 4 ->
                new Request.Initialize(Request.As.VERDICT, Optional.empty(), chance.of(0.2), false);
            case 5 -> new Request.Promote(chance.of(0.3), chance.of(0.2), false);
            case 6 -> new Request.GateClose("drill", false);
            case 7 -> new Request.GateOpen(false);
            case 8 -> new Request.Pause("operator", "drill", chance.of(0.5) ? 3000 : 0, false);
            case 9 -> new Request.Standby("drill", false);
            case 10 -> new Request.Acknowledge("operator", false);
            default -> new Request.CheckStart(false);
        };
        boolean force = (request instanceof Request.Promote promote && promote.force())
                || (request instanceof Request.CancelRelease cancel && cancel.force());
        if (force) {
            universe.laws().person().forced();
        } else if (request instanceof Request.Promote) {
            universe.laws().person().handled();
        }
        host.ask(request);
    }

    /** A step is begun: it is carried out, or fails, or hangs, or is slow. */
    void befall(SimHost host, Step step, Runnable carryOut, Consumer<Outcome> over) {
        HostFaults wrong = hosts.getOrDefault(host, new HostFaults());
        if (!wrong.stepsFail || step instanceof Step.DropOld) {
            carryOut.run();
            return;
        }
        switch (chance.below(4)) {
            case 0 ->
                host.after(50 * Agenda.MS, () -> over.accept(new Outcome.Failed("exit code 1")));
            case 1 ->
                host.after(
                        chance.between(2, 10) * Agenda.SECOND,
                        () -> over.accept(new Outcome.Failed("no end within its limit")));
            case 2 -> host.after(chance.between(100, 4000) * Agenda.MS, carryOut);
            default -> carryOut.run();
        }
    }

    /** What the step says of itself: now and then a success calls itself a failure. */
    Outcome reported(SimHost host, Outcome outcome) {
        HostFaults wrong = hosts.getOrDefault(host, new HostFaults());
        return wrong.stepsFail && outcome instanceof Outcome.Done && chance.of(0.25)
                ? new Outcome.Failed("done, but says it failed")
                : outcome;
    }

    boolean gateFails(SimHost host) {
        return hosts.getOrDefault(host, new HostFaults()).gateFails;
    }

    long gateSlow(SimHost host) {
        return hosts.getOrDefault(host, new HostFaults()).gateSlow
                ? chance.between(0, 1500) * Agenda.MS
                : 0;
    }

    /** Every fault ends: cables, disks, power, daemons, and what a person who looks around finds amiss. */
    void heal() {
        over = true;
        troubleUntil = Math.max(troubleUntil, universe.now() + 4 * Agenda.SECOND);
        universe.trace().say("***", "all faults end");
        universe.network().heal();
        universe.third().start();
        for (SimHost host : universe.hosts()) {
            HostFaults wrong = hosts.getOrDefault(host, new HostFaults());
            wrong.stepsFail = false;
            wrong.gateFails = false;
            wrong.gateSlow = false;
            host.clock().setRight();
            host.disk().fail(false);
            host.disk().slow(0);
            host.postgres().hang(0);
            host.postgres().stream().lag(0);
            host.daemon().ifPresent(d -> {
                d.sensors().blind(Optional.empty());
                d.sensors().deafen(false);
            });
            if (host.isPowered()) {
                host.startDaemon();
            } else {
                host.powerOn();
            }
        }
    }
}
