package io.pgha.plan;

import io.pgha.model.Epoch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A workflow: steps in order, and the way back.
 *
 * @param id unique
 * @param kind which workflow
 * @param steps what is done, in order
 * @param pointOfNoReturn index of the first step that cannot be undone; a failure before it runs {@code undo}, a failure at
 *     or after it is tried again
 * @param undo the way back
 * @param why one sentence
 */
public record Plan(
        String id,
        PlanKind kind,
        List<Step> steps,
        int pointOfNoReturn,
        List<Step> undo,
        String why) {

    public Plan {
        steps = List.copyOf(steps);
        undo = List.copyOf(undo);
        if (steps.isEmpty() || pointOfNoReturn < 0 || pointOfNoReturn > steps.size()) {
            throw new IllegalArgumentException("plan " + kind + " has " + steps.size()
                    + " steps and its point of no return at " + pointOfNoReturn);
        }
    }

    /** The same, with a step before all others. */
    public Plan after(Step first) {
        List<Step> all = new ArrayList<>(List.of(first));
        all.addAll(steps);
        return new Plan(id, kind, all, pointOfNoReturn, undo, why);
    }

    /** The epoch that it claims by the old owner's own word. */
    public Optional<Epoch> given() {
        return steps.stream()
                .filter(step -> step instanceof Step.Claim c && c.basis() == ClaimBasis.CEDED)
                .map(step -> ((Step.Claim) step).epoch())
                .findFirst();
    }

    /** The same on its way back, and why it goes back. */
    public Plan because(String words) {
        return new Plan(id, kind, steps, pointOfNoReturn, undo, words);
    }

    /** The same, with what came of it so far. */
    public Plan and(String words) {
        return new Plan(id, kind, steps, pointOfNoReturn, undo, why + "; " + words);
    }
}
