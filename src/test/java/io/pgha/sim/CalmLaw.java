package io.pgha.sim;

import io.pgha.model.SyncPolicy;
import io.pgha.plan.Step;

/** P5: where nothing happens that may cut a client, no client is cut and no PostgreSQL stopped. */
final class CalmLaw {

    private final Universe universe;
    private boolean calm;

    CalmLaw(Universe universe) {
        this.universe = universe;
    }

    /** Nothing happens in this schedule that may cut a client; a strict primary closes for want of its standby alone. */
    void calm(boolean isCalm) {
        calm = isCalm && universe.policy().sync().mode() != SyncPolicy.Mode.STRICT;
    }

    /** After every event. */
    void look() {
        if (calm && universe.now() > 5 * Agenda.SECOND) {
            SimHost a = universe.a();
            if (!a.gate().lets() || !a.postgres().isUp()) {
                throw new LawBroken(
                        "P5",
                        "clients were cut, though nothing happened that PostgreSQL would mind");
            }
        }
    }

    /** A step is begun. */
    void began(SimHost host, Step step) {
        if (calm && step instanceof Step.StopPostgres) {
            throw new LawBroken("P5", host + " stops PostgreSQL for nothing");
        }
    }
}
