package io.pgha.engine;

import io.pgha.decision.LeaseRules;
import io.pgha.decision.World;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.MonoTime;

import java.util.Optional;

/** Asks the arbiter every heartbeat, and at once when there is something new to ask. */
final class Asking {

    private final Actuator actuator;
    private Optional<ArbiterAsk> asked = Optional.empty();
    private Optional<MonoTime> askedAt = Optional.empty();

    Asking(Actuator actuator) {
        this.actuator = actuator;
    }

    /** Once a turn, and never waits. */
    void turn(World w) {
        ArbiterAsk question = LeaseRules.question(w);
        boolean news = asked.map(last -> !last.lease().equals(question.lease())
                        || !last.claim().equals(question.claim()))
                .orElse(true);
        boolean due = askedAt.map(at -> w.now().at().isPast(at, w.policy().heartbeat()))
                .orElse(true);
        if (news || due) {
            asked = Optional.of(question);
            askedAt = Optional.of(w.now().at());
            actuator.ask(question);
        }
    }
}
