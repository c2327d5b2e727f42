package io.pgha.engine;

import io.pgha.decision.Fact;
import io.pgha.decision.PoolerRules;
import io.pgha.decision.World;

import java.util.Optional;

/** Has the poolers' clients let on, beside any workflow, for as long as that is owed. */
final class Pooling {

    private final Actuator actuator;
    private boolean done;
    private Optional<String> trouble = Optional.empty();

    Pooling(Actuator actuator) {
        this.actuator = actuator;
    }

    /** Once a turn, and never waits. */
    void turn(World w) {
        if (!PoolerRules.mayResume(w)) {
            done = false;
            trouble = Optional.empty();
        } else if (!done) {
            Actuator.Resuming resuming = actuator.resumePoolers();
            done = resuming.done();
            trouble = resuming.trouble();
        }
    }

    /** What keeps clients waiting that should go on. */
    Optional<String> trouble() {
        return trouble;
    }

    /** That nothing is owed any more, until it is on disk. */
    Optional<Fact> toRecord() {
        return done ? Optional.of(new Fact.PoolersResumed()) : Optional.empty();
    }
}
