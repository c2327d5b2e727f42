package io.pgha.engine;

import io.pgha.decision.Fact;
import io.pgha.plan.Progress;

import java.util.List;

/** How far a begun step is. */
public sealed interface Outcome {

    /** It goes on. */
    record Running(Progress progress) implements Outcome {}

    /** Its postcondition holds; the facts it brought are recorded with the cursor. */
    record Done(List<Fact> facts) implements Outcome {
        public Done {
            facts = List.copyOf(facts);
        }
    }

    /** It did not come to its postcondition, or nobody knows; it can be begun again. */
    record Failed(String why) implements Outcome {}
}
