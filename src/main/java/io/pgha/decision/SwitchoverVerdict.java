package io.pgha.decision;

import io.pgha.decision.Verdicts.Verdict;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.plan.Plan;
import io.pgha.plan.Switchover;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What comes of {@code pgha switchover}: everything that speaks against it at once, or the workflow. */
public final class SwitchoverVerdict {

    private SwitchoverVerdict() {}

    /** Refused with every reason, each with what mends it; nothing was touched then. */
    public static Verdict of(World w) {
        if (w.memory().state() != NodeState.PRIMARY) {
            return refused(List.of("this node is " + w.memory().state() + ", not PRIMARY: "
                    + w.peerIn(NodeState.PRIMARY)
                            .map(p -> "type pgha switchover on " + p.node())
                            .orElse("see pgha status")));
        }
        List<String> against = new ArrayList<>();
        w.memory()
                .running()
                .ifPresent(r ->
                        against.add("busy with " + r.plan().kind().words() + ": see pgha status"));
        w.memory()
                .hold()
                .ifPresent(why -> against.add(
                        "an operator holds the gate closed (" + why + "): pgha gate open first"));
        if (!w.now().isReadWrite()) {
            against.add(
                    "the local PostgreSQL does not serve (" + w.now().local().why() + ")");
        }
        Optional<PeerMessage> peer = w.peer();
        if (peer.isEmpty()) {
            against.add(w.now().peerId() + "'s daemon is silent: start pgha there");
        }
        peer.ifPresent(p -> ofPeer(p, against));
        return against.isEmpty() ? begin(w, peer.orElseThrow()) : refused(against);
    }

    private static void ofPeer(PeerMessage peer, List<String> against) {
        if (peer.state() != NodeState.STANDBY) {
            against.add(peer.node() + " is " + peer.state()
                    + ", not STANDBY: pgha rejoin there, or pgha initialize");
            return;
        }
        if (!peer.streaming()) {
            against.add(peer.node() + " does not stream from here: pgha check there");
        }
        peer.vetoes().forEach(veto -> against.add(peer.node() + " would not take over: " + veto));
    }

    private static Verdict begin(World w, PeerMessage peer) {
        Plan plan = Switchover.of(
                w.id(),
                w.now().self(),
                w.memory().epoch(),
                peer.node(),
                peer.incarnation(),
                "switchover to " + peer.node());
        if (!w.policy().pauseTimeout().isZero()) {
            plan = Switchover.pausing(plan);
        }
        return new Verdict(
                0,
                List.of(plan.kind().words() + ": " + peer.node() + " becomes primary at epoch "
                        + w.memory().epoch().next() + ", this node follows it"),
                List.of(),
                Optional.of(plan));
    }

    private static Verdict refused(List<String> against) {
        List<String> words = new ArrayList<>();
        if (against.size() > 1) {
            words.add("not switched over:");
        }
        against.forEach(why -> words.add(against.size() > 1 ? "  " + why : why));
        return new Verdict(5, words, List.of(), Optional.empty());
    }
}
