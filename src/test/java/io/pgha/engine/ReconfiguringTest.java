package io.pgha.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.decision.Given;
import io.pgha.model.Policy;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** When another configuration takes the place of the one in force. */
class ReconfiguringTest {

    private final List<String> taken = new ArrayList<>();
    private final Policy before = Given.primary().world().policy();
    private final Policy after = before.withRejoining(Policy.Rejoining.MANUAL);
    private int wakes;
    private final Reconfiguring configuration =
            new Reconfiguring(new Configured("old", before), () -> wakes++);

    @Test
    void aWorkflowGoesToItsEndByThePolicyThatItBeganWith() {
        configuration.ask(new Configured("new", after), () -> taken.add("new"));

        assertEquals(before, configuration.turn(false));
        assertEquals("old", configuration.digest());
        assertEquals(List.of(), taken);

        assertEquals(after, configuration.turn(true));
        assertEquals("new", configuration.digest());
        assertEquals(after, configuration.policy());
        assertEquals(List.of("new"), taken);
    }

    @Test
    void itIsTakenOnceAndTheNewestOfSeveralThatWait() {
        configuration.ask(new Configured("first", before), () -> taken.add("first"));
        configuration.ask(new Configured("second", after), () -> taken.add("second"));

        configuration.turn(true);
        configuration.turn(true);

        assertEquals(List.of("second"), taken);
        assertEquals(2, wakes);
    }
}
