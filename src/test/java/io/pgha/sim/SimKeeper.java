package io.pgha.sim;

import io.pgha.model.Armed;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.Probed;

import java.time.Duration;
import java.util.Optional;

/** The one thread of a daemon that touches the firewall: orders are carried out one after the other, each takes its time. */
final class SimKeeper {

    private final Universe universe;
    private final SimHost host;
    private final SimDaemon daemon;
    private final SimSensors sensors;
    private Optional<GateState> wish = Optional.empty();
    private Optional<Armed> armed = Optional.empty();
    private long freeAt;
    private boolean chosen;
    private boolean swapped;

    SimKeeper(Universe universe, SimHost host, SimDaemon daemon, SimSensors sensors) {
        this.universe = universe;
        this.host = host;
        this.daemon = daemon;
        this.sensors = sensors;
    }

    Optional<Armed> armed() {
        return armed;
    }

    private void run(Runnable order) {
        long spell =
                universe.chance().between(1, 8) * Agenda.MS + universe.faults().gateSlow(host);
        freeAt = Math.max(freeAt, universe.now()) + spell;
        daemon.after(freeAt - universe.now(), order);
    }

    void set(GateState wanted) {
        boolean idle = wish.isEmpty();
        wish = Optional.of(wanted);
        if (idle) {
            run(this::fulfil);
        }
    }

    private void fulfil() {
        GateState wanted = wish.orElse(GateState.CLOSED);
        wish = Optional.empty();
        if (universe.faults().gateFails(host)) {
            failed();
            return;
        }
        if (wanted == GateState.OPEN) {
            universe.laws().opening(host);
        } else {
            armed = Optional.empty();
        }
        host.gate().set(wanted);
        publish();
    }

    /** The thread notes the time, and the kernel takes the slot a little later. */
    void permit(int slot, long nonce, Duration atMost) {
        MonoTime[] before = {host.clock().now()};
        run(() -> before[0] = host.clock().now());
        run(() -> {
            if (universe.faults().gateFails(host)) {
                failed();
                return;
            }
            if (!chosen) {
                swapped = host.gate().lastingSlot().filter(s -> s == slot).isPresent();
                chosen = true;
            }
            host.gate().permit(inKernel(slot), atMost.toNanos());
            armed = Optional.of(new Armed(slot, nonce, before[0], atMost));
            daemon.wake();
        });
    }

    private int inKernel(int slot) {
        return swapped ? 1 - slot : slot;
    }

    void grant(int slot, long nonce) {
        run(() -> {
            if (armed.filter(a -> a.slot() == slot && a.nonce() == nonce).isEmpty()) {
                return;
            }
            if (universe.faults().gateFails(host)) {
                failed();
                return;
            }
            universe.laws().granting(host);
            host.gate().grant(inKernel(slot));
            if (sensors.gate().answer().filter(GateState.OPEN::equals).isEmpty()) {
                publish();
            }
        });
    }

    private void failed() {
        sensors.gate(
                new Probed.Silent<>("nft: Operation timed out", host.clock().now()));
        daemon.wake();
    }

    private void publish() {
        GateState now = host.gate().look();
        boolean news = sensors.gate().answer().filter(now::equals).isEmpty();
        sensors.gate(new Probed.Answered<>(now, host.clock().now()));
        if (news) {
            host.trace(() -> "gate is " + now);
            daemon.wake();
        }
    }

    /** Reads the rules back, and puts them right when somebody emptied them. */
    void look() {
        if (universe.faults().gateFails(host)) {
            failed();
            return;
        }
        boolean damaged = host.gate().isDamaged();
        publish();
        if (damaged) {
            host.gate().set(GateState.CLOSED);
            daemon.after(5 * Agenda.MS, this::look);
        }
    }
}
