package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.model.NodeState;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** P3 for a cede: who takes over has all that the old primary acknowledged, or said before how much of it is lost. */
final class RescueLaw {

    private final Universe universe;
    private final Person person;
    private final Map<String, Long> lost = new HashMap<>();

    RescueLaw(Universe universe, Person person) {
        this.universe = universe;
        this.person = person;
    }

    /** A rescue has been recorded. */
    void recorded(Memory after, Fact fact) {
        if (fact instanceof Fact.WalRescued rescued) {
            after.running().ifPresent(r -> lost.put(r.plan().id(), rescued.lost()));
        }
    }

    /** PostgreSQL left recovery. */
    void promoted(SimHost host) {
        Optional<Memory.Running> ceded = host.disk()
                .durable()
                .running()
                .filter(r -> !r.isOver() && isCeded(r) && !person.hasHandled());
        if (ceded.isEmpty()) {
            return;
        }
        long loss = lost.getOrDefault(ceded.get().plan().id(), 0L);
        if (loss > universe.policy().maximumLagOnFailover()) {
            throw new LawBroken("P3", host + " promotes although it lost " + loss + " bytes");
        }
        boolean stands = host.peer().disk().durable().state() == NodeState.CEDED;
        WalRecord theirs = acknowledged(host.peer().postgres().data().end);
        if (loss == 0 && stands && !host.postgres().data().end.holds(theirs)) {
            throw new LawBroken(
                    "P3",
                    host + " promotes without the acknowledged commit at " + theirs.position()
                            + ", which " + host.peer() + " could have given it");
        }
    }

    private static boolean isCeded(Memory.Running running) {
        return running.plan().kind() == PlanKind.FAILOVER
                && (running.plan().why().contains(" ceded epoch ")
                        || running.steps().stream()
                                .anyMatch(step -> step instanceof Step.Claim claim
                                        && claim.basis() == ClaimBasis.CEDED));
    }

    private static WalRecord acknowledged(WalRecord end) {
        WalRecord at = end;
        while (!at.isAcknowledged() && at.before().isPresent()) {
            at = at.before().get();
        }
        return at;
    }
}
