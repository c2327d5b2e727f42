package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.model.FencePolicy;

import java.time.Duration;
import java.util.function.Consumer;

/** Fence devices: they reach the other machine's power whatever the network does, mostly; and a person switches it on later. */
final class SimFence {

    private SimFence() {}

    /** Every fifth seed has devices, with nothing drawn for it, so that all other seeds stay what they are. */
    static FencePolicy policy(long seed) {
        return Math.floorMod(seed, 5) == 2
                ? new FencePolicy(true, true, Duration.ofSeconds(6))
                : FencePolicy.NONE;
    }

    /** A seed that has devices, by number. */
    static long seed(long number) {
        return 5 * number + 2;
    }

    /** Off and confirmed; off and not confirmed; not off. An agent that was ended may have done its work all the same. */
    static boolean off(
            Universe universe,
            SimHost host,
            SimActuator.SimRun run,
            Consumer<String> failed,
            Consumer<Fact> done) {
        Chance chance = universe.chance();
        boolean reached = chance.of(0.85);
        boolean confirmed = chance.of(0.9);
        long order = chance.between(50, 3000) * Agenda.MS;
        host.after(order, () -> {
            boolean wasOrdered = !run.isAbandoned() || chance.of(0.3);
            if (!run.isAbandoned()) {
                universe.laws().switchingOff(host, run.begun());
            }
            if (reached && wasOrdered) {
                switchOff(universe, host.peer());
            }
        });
        host.after(order + chance.between(50, 2500) * Agenda.MS, () -> {
            if (run.isAbandoned()) {
                return;
            }
            if (reached && confirmed) {
                done.accept(new Fact.Fenced(host.peer().id(), "device", 1, 0));
            } else {
                failed.accept("status: exit 1");
            }
        });
        return true;
    }

    private static void switchOff(Universe universe, SimHost host) {
        if (host.isPowered()) {
            host.trace("is switched off by a fence device");
            host.powerOff();
        }
        long repair = universe.chance().between(2, 12) * Agenda.SECOND;
        universe.faults().trouble(repair);
        universe.agenda().in(repair, host::powerOn);
    }
}
