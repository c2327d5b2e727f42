package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.model.GateState;
import io.pgha.model.NodeState;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** P2 and row A11: the gate opens over a writable owner only, after a boot by a new decision only, and closes soon when that ends. */
final class GateLaw {

    private final Universe universe;
    private final Map<SimHost, Long> wrongSince = new HashMap<>();
    private final Set<SimHost> booted = new HashSet<>();

    GateLaw(Universe universe) {
        this.universe = universe;
    }

    /** After every event: what opened rightly closes soon when it is right no more. */
    void look(SimHost host) {
        boolean wrong = host.gate().look() == GateState.OPEN
                && host.isRunning()
                && host.daemon().isPresent()
                && !Person.keepsStill(host)
                && (host.disk().durable().state() != NodeState.PRIMARY
                        || (host.postgres().isUp() && host.postgres().isInRecovery()));
        if (!wrong) {
            wrongSince.remove(host);
            return;
        }
        long since = Math.max(
                wrongSince.computeIfAbsent(host, h -> universe.now()),
                universe.faults().troubleUntil());
        if (universe.now() - since > OnePrimaryLaw.reconcileBound(universe) + 2 * Agenda.SECOND) {
            throw new LawBroken(
                    "P2",
                    host + "'s gate stays open while it is "
                            + host.disk().durable().state());
        }
    }

    /** The kernel is being told to open. */
    void opening(SimHost host) {
        Memory durable = host.disk().durable();
        if (durable.state() != NodeState.PRIMARY || !durable.isOwner(host.id())) {
            throw new LawBroken(
                    "P2",
                    host + " opens as " + durable.state() + ", owner of epoch " + durable.epoch()
                            + " is " + durable.owner());
        }
        if (booted.contains(host)) {
            throw new LawBroken("A11", host + " opens after a boot without a new decision");
        }
        if (durable.hold().isPresent()) {
            throw new LawBroken("P2", host + " opens a gate that an operator holds closed");
        }
        boolean recovering = host.postgres().isUp() && host.postgres().isInRecovery();
        if (recovering && universe.now() > universe.faults().troubleUntil()) {
            throw new LawBroken("P2", host + " opens over a PostgreSQL in recovery");
        }
    }

    /** A boot forgets, a decision ends that. */
    void recorded(SimHost host, Fact fact) {
        if (fact instanceof Fact.Booted) {
            booted.add(host);
        } else if (fact instanceof Fact.Became) {
            booted.remove(host);
        }
    }

    /** Row A11: what was true before a boot is not told as true after it. */
    void announcing(SimHost host, NodeState state) {
        if (state == NodeState.PRIMARY && !host.disk().durable().bootId().equals(host.bootId())) {
            throw new LawBroken("A11", host + " calls itself the primary of before its boot");
        }
    }
}
