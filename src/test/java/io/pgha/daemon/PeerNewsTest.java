package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.decision.Given;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;

import org.junit.jupiter.api.Test;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Most messages repeat the one before, and the engine has a turn at each heartbeat anyway. */
final class PeerNewsTest {

    private static final NodeId PEER = Given.standby().world().now().peerId();

    private final AtomicInteger turns = new AtomicInteger();

    private static PeerView in(NodeState state) {
        return Given.standby().peer(state, 3, PEER).world().now().peer();
    }

    private PeerNews newsOf(Optional<PeerMessage> own) {
        return new PeerNews(() -> own, turns::incrementAndGet);
    }

    @Test
    void aMessageThatRepeatsTheOneBeforeCostsANodeAtRestNoTurn() {
        PeerNews news = newsOf(in(NodeState.STANDBY).last());
        news.accept(in(NodeState.PRIMARY));
        news.accept(in(NodeState.PRIMARY));
        news.accept(in(NodeState.PRIMARY));
        assertEquals(1, turns.get());
    }

    @Test
    void whatSaysAnythingNewIsMetAtOnce() {
        PeerNews news = newsOf(in(NodeState.STANDBY).last());
        news.accept(in(NodeState.PRIMARY));
        news.accept(in(NodeState.RELEASING));
        news.accept(in(NodeState.PRIMARY));
        assertEquals(3, turns.get());
    }

    @Test
    void whoHandsItsRoleOverHearsEachMessage() {
        PeerNews news = newsOf(in(NodeState.RELEASING).last());
        news.accept(in(NodeState.STANDBY));
        news.accept(in(NodeState.STANDBY));
        assertEquals(2, turns.get());
    }

    @Test
    void whoHasSaidNothingYetHearsEachMessage() {
        PeerNews news = newsOf(Optional.empty());
        news.accept(in(NodeState.STANDBY));
        news.accept(in(NodeState.STANDBY));
        assertEquals(2, turns.get());
    }
}
