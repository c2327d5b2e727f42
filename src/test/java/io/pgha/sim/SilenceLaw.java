package io.pgha.sim;

import io.pgha.decision.Memory;
import io.pgha.model.Guard;
import io.pgha.model.NodeState;
import io.pgha.plan.Step;

/** P7, P8 and the guard: what follows from silence needs a silence that long, of every channel, and an observer that was awake. */
final class SilenceLaw {

    private final Universe universe;

    SilenceLaw(Universe universe) {
        this.universe = universe;
    }

    /** A takeover that rests on silence alone. */
    void takeover(SimHost host, String why) {
        if (universe.policy().guard() == Guard.MANUAL
                && !universe.policy().fence().configured()) {
            throw new LawBroken("guard", host + " takes over by itself under guard manual: " + why);
        }
        SimDaemon daemon = host.daemon().orElseThrow();
        // With a lease a port that answers proves nothing: nobody may renew behind it (row B7).
        long port = universe.policy().guard().isLease() ? -1 : daemon.sensors().signOfLife();
        long sign = Math.max(daemon.link().heardTrue(), port);
        long silence = universe.now() - sign;
        long needed = host.clock().trueSpan(universe.policy().earliestTakeover().toNanos());
        if (silence < needed - 20 * Agenda.MS) {
            throw new LawBroken(
                    "P7",
                    host + " takes over " + silence / Agenda.MS + " ms after a sign of life: "
                            + why);
        }
        if (!universe.policy().guard().isLease()) {
            everyChannelFailed(host, daemon, why);
        }
        long awake = universe.now() - daemon.awakeSince();
        if (awake < needed - 20 * Agenda.MS) {
            throw new LawBroken(
                    "P8", host + " takes over " + awake / Agenda.MS + " ms after it woke: " + why);
        }
        long recent = universe.policy().heartbeat().toNanos();
        if (!universe.policy().fence().configured() && daemon.sensors().clientPortWasOpen(recent)) {
            throw new LawBroken(
                    "B8", host + " takes over from a peer that it has just seen open: " + why);
        }
    }

    private void everyChannelFailed(SimHost host, SimDaemon daemon, String why) {
        int failed = daemon.sensors().failedProbes();
        if (failed < universe.policy().maxPrimaryFailcount()) {
            throw new LawBroken(
                    "P7", host + " takes over after " + failed + " failed probes: " + why);
        }
        long seen = daemon.sensors().streamSeen();
        long timeout = host.clock().trueSpan(universe.policy().streamTimeout().toNanos());
        if (seen >= 0 && universe.now() - seen < timeout - 20 * Agenda.MS) {
            throw new LawBroken("P7", host + " takes over while it sees the stream alive: " + why);
        }
    }

    /** Nobody who is heard is switched off, and nobody but by one who means to be next. */
    void began(SimHost host, Step step) {
        if (step instanceof Step.Fence) {
            fencing(host);
        }
    }

    private void fencing(SimHost host) {
        Memory durable = host.disk().durable();
        long silence = universe.now() - host.daemon().orElseThrow().link().heardTrue();
        long fresh = host.clock().trueSpan(universe.policy().heartbeat().toNanos() * 3);
        if (durable.state() != NodeState.PROMOTING || silence < fresh - 20 * Agenda.MS) {
            throw new LawBroken(
                    "fence",
                    host + " as " + durable.state() + " fences a peer that it heard "
                            + silence / Agenda.MS + " ms ago");
        }
        if (durable.paused().isPresent() || durable.withheld().isPresent()) {
            throw new LawBroken("fence", host + " fences while a person keeps it from acting");
        }
    }

    /** A peer that spoke since the order was given is not switched off, if there was a moment to take the order back. */
    void switchingOff(SimHost host, long begun) {
        boolean awake = host.frozenUntil() < begun
                && host.daemon()
                        .filter(d -> !d.isPaused() && d.awakeSince() < begun)
                        .isPresent();
        long heard = host.daemon().map(d -> d.link().heardTrue()).orElse(begun);
        if (awake && heard > begun && universe.now() - heard > 50 * Agenda.MS) {
            throw new LawBroken(
                    "fence",
                    host + " switches off a peer that spoke " + (universe.now() - heard) / Agenda.MS
                            + " ms ago");
        }
    }
}
