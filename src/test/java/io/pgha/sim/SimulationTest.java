package io.pgha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Some thousands of schedules, each with faults of its own; the rest of a million is run by packaging/simulate. */
final class SimulationTest {

    private static final long SCHEDULES = Long.getLong("pgha.schedules", 20_000);

    @Test
    void noScheduleBreaksALaw() throws Exception {
        int jobs = Runtime.getRuntime().availableProcessors();
        Simulate.Tally tally = Simulate.run(1, SCHEDULES, Simulation.Terms.ANY, jobs, false);

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
        Simulation.Result once = Simulation.run(7, Simulation.Terms.ANY, true);
        Simulation.Result again = Simulation.run(7, Simulation.Terms.ANY, true);

        assertEquals(once.tail(), again.tail());
        assertEquals(once.events(), again.events());
    }
}
