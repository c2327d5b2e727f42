package io.pgha.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.decision.Decision;
import io.pgha.decision.Given;
import io.pgha.decision.Situation;
import io.pgha.model.GateState;
import io.pgha.model.NodeState;
import io.pgha.model.PortAnswer;
import io.pgha.plan.Progress;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The exit code of pgha status, which monitoring calls: 0 fine, 3 one more fault would hurt, 4 nobody serves, or two. */
final class StatusesTest {

    private static int exitCode(Given given) {
        return exitCode(given, List.of());
    }

    private static int exitCode(Given given, List<Warnings.Warning> warnings) {
        var world = given.world();
        Statuses.Extra extra = new Statuses.Extra(
                new Decision.Hold(Situation.HEALTHY, "all is well"),
                world.now().at(),
                new Progress(0, OptionalLong.empty(), ""),
                world.now().at(),
                Optional.empty(),
                Optional.empty(),
                warnings,
                "",
                List.of());
        return new Statuses("1", List.of()).compose(world, extra).exitCode();
    }

    @Test
    void aHealthyPairIsFineOnBothNodes() {
        assertEquals(0, exitCode(Given.primary()));
        assertEquals(0, exitCode(Given.standby()));
    }

    @Test
    void aStandbyThatWouldNotTakeOverIsDegradedOnBothNodes() {
        assertEquals(3, exitCode(Given.standby().replayPaused()));
        assertEquals(3, exitCode(Given.primary().peerVetoes("replay is paused")));
    }

    @Test
    void aPrimaryAloneIsDegraded() {
        assertEquals(3, exitCode(Given.primary().peerSilent()));
    }

    @Test
    void aProblemIsDegradedOnTheNodeThatHasIt() {
        List<Warnings.Warning> one = List.of(new Warnings.Warning("clocks_differ", "by an hour"));

        assertEquals(3, exitCode(Given.primary(), one));
        assertEquals(3, exitCode(Given.standby(), one));
    }

    @Test
    void nobodyWhoServesAndTwoWhoServeAreCriticalWhateverElseIsWrong() {
        assertEquals(4, exitCode(Given.primary().gate(GateState.CLOSED).peerVetoes("lag unknown")));
        assertEquals(
                4, exitCode(Given.primary().peer(NodeState.PRIMARY, 4, Given.B).peerReadWrite()));
        assertEquals(4, exitCode(Given.standby().peerSilent().peerPort(PortAnswer.REFUSED)));
    }
}
