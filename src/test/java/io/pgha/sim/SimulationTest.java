package io.pgha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.Optional;

/** Some thousands of schedules, each with faults of its own; the rest of a million is run by packaging/simulate. */
final class SimulationTest {

    private static final long SCHEDULES = 1000;

    @Test
    void noScheduleBreaksALaw() throws Exception {
        Simulate.Tally tally = Simulate.run(
                1, SCHEDULES, Optional.empty(), Runtime.getRuntime().availableProcessors(), false);

        System.out.println(tally.line());
        assertTrue(
                tally.first().isEmpty(),
                () -> tally.first()
                        .map(r -> "seed " + r.seed() + ": " + r.broken().orElse("")
                                + "; replay: packaging/simulate --from " + r.seed() + " --trace")
                        .orElse(""));
        assertEquals(SCHEDULES, tally.schedules());
    }

    @Test
    void oneSeedReplaysExactly() {
        Simulation.Result once = Simulation.run(7, Optional.empty(), true);
        Simulation.Result again = Simulation.run(7, Optional.empty(), true);

        assertEquals(once.tail(), again.tail());
        assertEquals(once.events(), again.events());
    }
}
