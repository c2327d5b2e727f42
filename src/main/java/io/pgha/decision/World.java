package io.pgha.decision;

import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.model.Policy;
import io.pgha.plan.Workflows;

import java.util.Optional;

/**
 * All a rule may look at.
 *
 * @param now what is seen
 * @param memory what is durably known
 * @param tally what has been counted
 * @param policy the configuration
 * @param id the id that a plan, cede, release or question begun in this turn gets
 */
public record World(Observation now, Memory memory, Tally tally, Policy policy, String id) {

    /** The peer's last message, if it is fresh. */
    public Optional<PeerMessage> peer() {
        return now.freshPeer(Counting.fresh(policy));
    }

    /** The peer, if it is fresh and in this state. */
    public Optional<PeerMessage> peerIn(NodeState state) {
        return peer().filter(peer -> peer.state() == state);
    }

    /** The peer owns a higher epoch and has left recovery for it, whatever became of it since. */
    public Optional<PeerMessage> peerBeyond() {
        return peer().filter(p -> p.epoch().isAfter(memory.epoch())
                && p.owner().filter(p.node()::equals).isPresent()
                && switch (p.state()) {
                    case PRIMARY,
                            ISOLATED,
                            UNDECIDED,
                            CEDED,
                            RELEASING,
                            RELEASED,
                            RECONCILING,
                            CONFLICT -> true;
                    case STANDBY, PROMOTING, DEPOSED -> false;
                });
    }

    /** The peer is a standby that would take the next epoch if it were ceded now. */
    public boolean peerWouldTake() {
        return peerIn(NodeState.STANDBY)
                .filter(p -> p.vetoes().stream().allMatch(RescueRules::isHealedByRescue))
                .isPresent();
    }

    public Workflows workflows() {
        return new Workflows(
                now.self(), now.peerId(), policy.guard().isLease(), FenceRules.applies(this));
    }

    /** Id of the question this node asks before it opens after a boot or an isolation: constant for one start. */
    public String bootQuestion() {
        return "boot-" + now.incarnation();
    }
}
