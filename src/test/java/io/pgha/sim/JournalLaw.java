package io.pgha.sim;

import io.pgha.plan.Step;

import java.util.HashSet;
import java.util.Set;

/** P6: no deed without its entry. */
final class JournalLaw {

    private final Person person;
    private final Set<SimHost> promoting = new HashSet<>();

    JournalLaw(Person person) {
        this.person = person;
    }

    /** A step is begun. */
    void began(SimHost host, Step step) {
        boolean entered = host.disk()
                .durable()
                .running()
                .filter(r -> !r.isOver() && r.step().equals(step))
                .isPresent();
        if (!entered) {
            throw new LawBroken("P6", host + " begins " + step + ", which is not in its journal");
        }
        if (step instanceof Step.Promote) {
            promoting.add(host);
        }
    }

    /** PostgreSQL left recovery. */
    void promoted(SimHost host) {
        boolean recorded = host.disk()
                .durable()
                .running()
                .filter(r -> !r.isOver() && r.step() instanceof Step.Promote)
                .isPresent();
        // One that was begun with its entry may come to its end after its daemon was killed.
        boolean begun = promoting.remove(host);
        if (!recorded && !begun && !person.hasHandled()) {
            throw new LawBroken("P6", host + " promotes without an intent on disk");
        }
    }
}
