package io.pgha.plan;

import io.pgha.model.Epoch;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;

import java.util.ArrayList;
import java.util.List;

/**
 * The primary's half of a planned change of roles: everything slow is done while it still serves, and everything is undone
 * until the cede is on disk (protocol section 8). The peer's half is the takeover of any cede, and this node follows it
 * without a copy, since its shutdown checkpoint lies in the new history.
 */
public final class Switchover {

    private Switchover() {}

    /**
     * The steps.
     *
     * @param self the primary
     * @param epoch its epoch
     * @param peer who is to take the next one
     * @param incarnation the start of the peer's daemon that said it would
     */
    public static Plan of(
            String id, NodeId self, Epoch epoch, NodeId peer, String incarnation, String why) {
        List<Step> steps = List.of(
                new Step.AwaitPeer(PeerCondition.STREAMS),
                new Step.Checkpoint(),
                new Step.AwaitPeer(PeerCondition.WOULD_TAKE),
                new Step.Become(NodeState.RELEASING, epoch, self, why),
                new Step.AwaitClosed(),
                // Which ends every session, and no answer of theirs passes the gate.
                new Step.StopPostgres(StopMode.FAST),
                new Step.AwaitPeer(PeerCondition.HOLDS_FINAL_WAL),
                new Step.MarkStandby(),
                new Step.Become(NodeState.CEDED, epoch, self, why),
                new Step.OfferCede(id, epoch, peer, incarnation, why));
        List<Step> undo = List.of(
                new Step.MarkPrimary(),
                new Step.StartPostgres(),
                new Step.Become(NodeState.PRIMARY, epoch, self, "switchover undone"));
        return new Plan(id, PlanKind.SWITCHOVER, steps, steps.size() - 1, undo, why);
    }

    /**
     * The same, with the poolers' clients waiting from just before the gate closes. No step lets them on again: that is owed
     * from the moment this plan is on disk, and is done as soon as anybody serves, however the plan ends.
     */
    public static Plan pausing(Plan plan) {
        List<Step> steps = new ArrayList<>(plan.steps());
        steps.add(
                steps.indexOf(new Step.AwaitPeer(PeerCondition.WOULD_TAKE)) + 1,
                new Step.PausePoolers());
        return new Plan(
                plan.id(), plan.kind(), steps, plan.pointOfNoReturn() + 1, plan.undo(), plan.why());
    }
}
