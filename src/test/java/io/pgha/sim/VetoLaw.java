package io.pgha.sim;

import io.pgha.decision.Memory;

/** Row B12: nobody takes over against a veto. */
final class VetoLaw {

    private final Universe universe;

    VetoLaw(Universe universe) {
        this.universe = universe;
    }

    /** What a person or the copy itself forbids. */
    void takeover(SimHost host, String why) {
        Memory durable = host.disk().durable();
        if (!durable.votes().isHeld()) {
            throw new LawBroken("A4", host + " takes over after it gave up its vote: " + why);
        }
        if (Person.keepsStill(host) || durable.withheld().isPresent()) {
            throw new LawBroken("veto", host + " takes over though a person said no: " + why);
        }
        SimPostgres postgres = host.postgres();
        // A claim made before the replay was paused goes on: the promotion ends the pause and
        // replays the rest.
        if (!why.startsWith("the arbiter confirms the claim")
                && postgres.isReplayPaused()
                && universe.now() - postgres.replayPausedAt() > 4 * Agenda.SECOND) {
            throw new LawBroken("veto", host + " takes over while its replay is paused: " + why);
        }
    }
}
