package io.pgha.engine;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.plan.Plan;
import io.pgha.plan.Step;

import java.util.ArrayList;
import java.util.List;

/**
 * The facts of a workflow on its way. A step that does nothing but record goes to the disk together with what was before it:
 * one write instead of two, while clients wait. A torn write leaves the first of them, as two writes would have.
 */
final class Recording {

    private Recording() {}

    /** The workflow begins. */
    static List<Fact> begun(Plan plan) {
        List<Fact> facts = new ArrayList<>(List.of(new Fact.PlanBegun(plan)));
        int next = become(plan.steps(), 0, facts);
        if (next > 0) {
            facts.add(new Fact.StepReached(plan.id(), next));
        }
        return facts;
    }

    /** The current step is done; the workflow goes on, or ends by {@code end}. */
    static List<Fact> stepDone(Memory.Running running, List<Fact> found, Fact end) {
        List<Fact> facts = new ArrayList<>(found);
        int next = become(running.steps(), running.cursor() + 1, facts);
        facts.add(
                next < running.steps().size()
                        ? new Fact.StepReached(running.plan().id(), next)
                        : end);
        return facts;
    }

    private static int become(List<Step> steps, int from, List<Fact> facts) {
        int next = from;
        while (next < steps.size() && steps.get(next) instanceof Step.Become step) {
            facts.add(of(step));
            next = next + 1;
        }
        return next;
    }

    static Fact of(Step.Become step) {
        return new Fact.Became(step.state(), step.epoch(), step.owner(), step.why());
    }
}
