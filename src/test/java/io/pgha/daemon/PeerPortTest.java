package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.decision.Given;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerView;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.postgres.Depth;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** How far each probe of the peer's port goes. */
final class PeerPortTest {

    private static final NodeId PEER = Given.standby().world().now().peerId();
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration SILENCE = Duration.ofSeconds(2);

    private final List<Depth> depths = new ArrayList<>();
    private final PeerPort port =
            new PeerPort(this::answer, () -> this.peer, () -> this.now, SILENCE);
    private PortAnswer answer = PortAnswer.READY;
    private MonoTime now = new MonoTime(0);
    private PeerView peer = said(NodeState.PRIMARY, now);

    private static PeerView said(NodeState state, MonoTime at) {
        PeerView view = Given.standby().peer(state, 3, PEER).world().now().peer();
        return new PeerView(view.last(), Optional.of(at), view.contactAt(), view.links(), "");
    }

    private PortProbe answer(Depth depth) {
        depths.add(depth);
        return new PortProbe(
                depth == Depth.LIGHT && answer == PortAnswer.READY ? PortAnswer.ALIVE : answer,
                "",
                Duration.ZERO,
                now);
    }

    /** So many probes, one a second, of a peer whose daemon says this before each. */
    private List<Depth> probes(int count, NodeState state) {
        depths.clear();
        for (int i = 0; i < count; i++) {
            peer = said(state, now);
            port.probe();
            now = now.plus(SECOND);
        }
        return List.copyOf(depths);
    }

    private List<Depth> probesOfASilentPeer(int count) {
        depths.clear();
        for (int i = 0; i < count; i++) {
            port.probe();
            now = now.plus(SECOND);
        }
        return List.copyOf(depths);
    }

    private static List<Depth> allOf(Depth depth, int count) {
        return Collections.nCopies(count, depth);
    }

    @Test
    void whileThePeersDaemonTellsItsRoleOneProbeInThirtySecondsLogsIn() {
        for (NodeState told : List.of(NodeState.PRIMARY, NodeState.STANDBY)) {
            assertEquals(Depth.FULL, probes(1, told).get(0));
            assertEquals(allOf(Depth.LIGHT, 29), probes(29, told));
        }
    }

    @Test
    void oncePeersDaemonIsSilentEachProbeLogsInSoThatAServerThatAcceptsWritesIsSeenByEach() {
        probes(5, NodeState.PRIMARY);
        // Heard a second ago: that is no silence yet.
        assertEquals(Depth.LIGHT, probesOfASilentPeer(1).get(0));
        assertEquals(allOf(Depth.FULL, 20), probesOfASilentPeer(20));
        assertEquals(PortAnswer.READY, port.newest().orElseThrow().answer());
    }

    @Test
    void aDaemonThatWasNeverHeardTellsNothing() {
        peer = new PeerView(Optional.empty(), Optional.empty(), Optional.empty(), List.of(), "");
        assertEquals(allOf(Depth.FULL, 20), probesOfASilentPeer(20));
    }

    @Test
    void inAnyOtherStateEachProbeLogsIn() {
        for (NodeState state : NodeState.values()) {
            if (state != NodeState.PRIMARY && state != NodeState.STANDBY) {
                assertEquals(allOf(Depth.FULL, 3), probes(3, state), state.toString());
            }
        }
    }

    @Test
    void afterAFailureAndUntilItIsLetInEachProbeLogsIn() {
        for (PortAnswer bad : PortAnswer.values()) {
            if (bad.isFailure() || bad == PortAnswer.DENIED) {
                probes(2, NodeState.PRIMARY);
                answer = bad;
                assertEquals(
                        List.of(Depth.LIGHT, Depth.FULL, Depth.FULL),
                        probes(3, NodeState.PRIMARY),
                        bad.toString());
                answer = PortAnswer.READY;
                assertEquals(List.of(Depth.FULL, Depth.LIGHT), probes(2, NodeState.PRIMARY));
            }
        }
    }
}
