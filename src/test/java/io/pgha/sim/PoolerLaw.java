package io.pgha.sim;

import io.pgha.plan.Step;

/**
 * P6 for clients that wait: as long as a pooler holds them back, some disk says that they are to be let on; and they do wait
 * when PostgreSQL is stopped for a switchover.
 */
final class PoolerLaw {

    private final Universe universe;
    private boolean bothOwe;

    PoolerLaw(Universe universe) {
        this.universe = universe;
    }

    /** After every event. */
    void look() {
        long owing = universe.hosts().stream()
                .filter(host -> host.disk().durable().owesResume())
                .count();
        if (universe.pooler().isPaused() && owing == 0) {
            throw new LawBroken("P6", "clients wait at the pooler, and nobody is to let them on");
        }
        bothOwe = owing == 2 || (bothOwe && owing > 0);
    }

    /** A step is begun. */
    void began(SimHost host, Step step) {
        boolean isPausing = step instanceof Step.StopPostgres
                && host.disk()
                        .durable()
                        .running()
                        .filter(r -> !r.undoing() && r.steps().contains(new Step.PausePoolers()))
                        .isPresent();
        // What the other node owes since an earlier change of roles may come at any moment.
        if (isPausing && !bothOwe && !universe.pooler().isPaused()) {
            throw new LawBroken("pooler", host + " stops under clients that were to wait");
        }
    }
}
