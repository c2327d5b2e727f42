package io.pgha.decision;

import io.pgha.plan.Plan;

import java.util.List;

/** What to do, and why. */
public sealed interface Decision {

    Situation situation();

    /** One sentence for log and status. */
    String why();

    /** Nothing is begun. */
    record Hold(Situation situation, String why) implements Decision {}

    /** Facts are recorded, nothing else is begun. */
    record Note(Situation situation, List<Fact> facts, String why) implements Decision {
        public Note {
            facts = List.copyOf(facts);
        }
    }

    /** A workflow is begun, after {@code first} has been recorded with it. */
    record Begin(Situation situation, List<Fact> first, Plan plan) implements Decision {
        public Begin {
            first = List.copyOf(first);
        }

        @Override
        public String why() {
            return plan.why();
        }
    }
}
