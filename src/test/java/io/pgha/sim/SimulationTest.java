package io.pgha.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Guard;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.Set;

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

    /** It happens only when it is asked for, since nothing but a person ends it: by what pgha status says. */
    @Test
    void anOwnerThatWasStartedInRecoveryServesAgain() {
        for (Guard guard : List.of(Guard.MANUAL, Guard.FAILCOUNT, Guard.GATEWAY, Guard.WITNESS)) {
            Simulation.Terms terms =
                    new Simulation.Terms(Optional.of(guard), Set.of(FaultKind.STARTED_IN_RECOVERY));
            int mended = 0;
            for (long seed = 1; seed <= 60; seed++) {
                Simulation.Result result = Simulation.run(seed, terms, true);
                assertEquals(Optional.empty(), result.broken(), guard + ", seed " + seed);
                mended = mended
                        + (result.tail().stream().anyMatch(l -> l.contains("remove standby.signal"))
                                ? 1
                                : 0);
            }
            assertTrue(mended > 10, guard + " had it " + mended + " times");
        }
    }
}
