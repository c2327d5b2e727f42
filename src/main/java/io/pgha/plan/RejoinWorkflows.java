package io.pgha.plan;

import io.pgha.model.Epoch;
import io.pgha.model.Fork;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.plan.Step.AwaitStreaming;
import io.pgha.plan.Step.Become;
import io.pgha.plan.Step.ConfigureStandby;
import io.pgha.plan.Step.DropSlot;
import io.pgha.plan.Step.MarkStandby;
import io.pgha.plan.Step.Rewind;
import io.pgha.plan.Step.SaveDivergedWal;
import io.pgha.plan.Step.StartPostgres;
import io.pgha.plan.Step.StopPostgres;

import java.util.ArrayList;
import java.util.List;

/**
 * A deposed node follows the new owner without a copy. It stays DEPOSED until it streams, so that whatever is interrupted is
 * decided anew from what is on its disk.
 */
public final class RejoinWorkflows {

    private RejoinWorkflows() {}

    /** Nothing was written here that the owner lacks. */
    public static Plan start(String id, Epoch epoch, NodeId owner, String why) {
        List<Step> steps = new ArrayList<>();
        steps.add(new StopPostgres(StopMode.LADDER));
        follow(steps, epoch, owner, why);
        return plan(id, steps, why);
    }

    /** What was written here and the owner lacks is saved first, then taken back. */
    public static Plan rewind(
            String id,
            Epoch epoch,
            NodeId owner,
            Fork fork,
            int timeline,
            TargetWal wal,
            String why) {
        List<Step> steps = new ArrayList<>();
        steps.add(new StopPostgres(StopMode.LADDER));
        steps.add(new SaveDivergedWal(id, fork, timeline));
        steps.add(new Rewind(id, wal));
        follow(steps, epoch, owner, why);
        return plan(id, steps, why);
    }

    private static void follow(List<Step> steps, Epoch epoch, NodeId owner, String why) {
        steps.add(new MarkStandby());
        steps.add(new ConfigureStandby());
        steps.add(new StartPostgres());
        steps.add(new AwaitStreaming());
        steps.add(new Become(NodeState.STANDBY, epoch, owner, why));
        steps.add(new DropSlot());
    }

    private static Plan plan(String id, List<Step> steps, String why) {
        return new Plan(id, PlanKind.REJOIN, steps, 0, List.of(), why);
    }
}
