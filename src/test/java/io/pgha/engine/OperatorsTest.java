package io.pgha.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.decision.Given;
import io.pgha.decision.World;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whoever has just started the other node's daemon is not refused for what that daemon is about to know. */
final class OperatorsTest {

    private static final NodeId PEER = Given.standby().world().now().peerId();

    private final List<Reply> replies = new ArrayList<>();
    private final Operators operators = new Operators();

    private void asks(boolean dryRun) {
        operators.add(
                new Request.Initialize(Request.As.VERDICT, Optional.empty(), false, dryRun),
                replies::add);
    }

    private void turn(World w) {
        operators.take(w, verdict -> new Reply(verdict.exitCode(), List.of(), Optional.empty()));
    }

    private static Given undecided() {
        return Given.standby().peer(NodeState.UNDECIDED, 3, PEER);
    }

    @Test
    void anInitializeWaitsUntilThePeerKnowsItsRole() {
        asks(true);
        turn(undecided().world());
        turn(undecided().later(Duration.ofSeconds(1)).world());
        assertEquals(List.of(), replies);

        turn(Given.standby().peer(NodeState.PRIMARY, 3, PEER).peerReadWrite().world());
        assertEquals(List.of(0), replies.stream().map(Reply::exitCode).toList());
    }

    @Test
    void itWaitsForAPeerThatIsNotHeardYet() {
        asks(true);
        turn(Given.standby().peerSilent().world());
        assertEquals(List.of(), replies);

        turn(Given.standby().peer(NodeState.PRIMARY, 3, PEER).peerReadWrite().world());
        assertEquals(List.of(0), replies.stream().map(Reply::exitCode).toList());
    }

    @Test
    void itIsRefusedWithTheReasonOnceThePeerHasHadItsTime() {
        asks(true);
        turn(undecided().world());
        turn(undecided().later(Duration.ofSeconds(5)).world());
        assertEquals(List.of(5), replies.stream().map(Reply::exitCode).toList());
        assertTrue(replies.get(0).lines().get(0).contains("UNDECIDED"), replies::toString);
    }

    @Test
    void whatIsRefusedForAnotherReasonIsRefusedAtOnce() {
        asks(true);
        turn(Given.standby().peer(NodeState.STANDBY, 3, PEER).world());
        asks(false);
        turn(undecided().world());
        assertEquals(List.of(5, 5), replies.stream().map(Reply::exitCode).toList());
    }
}
