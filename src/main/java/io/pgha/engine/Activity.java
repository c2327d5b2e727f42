package io.pgha.engine;

import io.pgha.decision.Memory;
import io.pgha.model.NodeState;
import io.pgha.plan.Progress;
import io.pgha.plan.StepWords;

/** The workflow in words, for the peer and for status. */
final class Activity {

    private Activity() {}

    /** Empty when idle or not worth naming. */
    static String of(Memory memory, Progress progress) {
        return memory.running()
                .filter(r ->
                        memory.state() != NodeState.PRIMARY || r.plan().steps().size() > 1)
                .filter(r -> !r.isOver())
                .map(r -> r.plan().kind().words() + ": " + StepWords.of(r.step())
                        + (progress.total().isPresent()
                                ? " "
                                        + progress.done()
                                                * 100
                                                / Math.max(1, progress.total().getAsLong())
                                        + " %"
                                : ""))
                .orElse("");
    }
}
