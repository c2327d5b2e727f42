package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.decision.RescueRules;
import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.Register;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Rules V, C, R and S: one owner an epoch, a claim is no lease, a cede is meant and kept, and no unproven intent goes on. */
final class VoteLaw {

    private final Universe universe;
    private final Person person;
    private final Map<Epoch, SimHost> opened = new HashMap<>();
    private final Map<Epoch, NodeId> registered = new HashMap<>();
    private final Set<Epoch> leased = new HashSet<>();

    VoteLaw(Universe universe, Person person) {
        this.universe = universe;
        this.person = person;
    }

    /** What the arbiter holds now. */
    void registered(Register register) {
        NodeId first = registered.computeIfAbsent(register.epoch(), e -> register.owner());
        if (!first.equals(register.owner()) && !person.hasHandled()) {
            throw new LawBroken(
                    "V", "the arbiter gives epoch " + register.epoch() + " to both nodes");
        }
        if (register.leased()) {
            leased.add(register.epoch());
        }
    }

    /** A slot is being granted: its epoch is open. */
    void granting(SimHost host) {
        leased.add(host.disk().durable().epoch());
    }

    /** An owner is durable. */
    void recorded(SimHost host, Fact fact) {
        if (fact instanceof Fact.Became became && became.state() == NodeState.PRIMARY) {
            SimHost other = opened.getOrDefault(became.epoch(), host);
            if (other != host && !person.hasHandled()) {
                throw new LawBroken(
                        "V", host + " and " + other + " both own epoch " + became.epoch());
            }
            opened.put(became.epoch(), host);
        }
        if (fact instanceof Fact.Voted || fact instanceof Fact.Became) {
            countsUponAbdication();
        }
    }

    /** Row A4: who needs no lease has a peer that durably gave up its vote, after every fact on either disk. */
    private void countsUponAbdication() {
        for (SimHost host : universe.hosts()) {
            boolean alone = host.disk().durable().votes().alone().isPresent();
            if (alone && host.peer().disk().durable().votes().isHeld() && !person.hasForced()) {
                throw new LawBroken(
                        "A4", host + " needs no lease, though " + host.peer() + " has its vote");
            }
        }
    }

    /** PostgreSQL left recovery. */
    void promoted(SimHost host) {
        boolean unclaimed = host.disk().durable().running().stream()
                .filter(r -> !r.isOver() && r.plan().kind() == PlanKind.FAILOVER)
                .flatMap(r -> r.steps().stream())
                .anyMatch(step -> step instanceof Step.Claim claim
                        && claim.basis() == ClaimBasis.EXPIRY
                        && !host.id().equals(registered.get(claim.epoch())));
        if (unclaimed && !person.hasHandled()) {
            throw new LawBroken("V", host + " promotes for an epoch that it has not claimed");
        }
    }

    /** Rule S: an intent goes on after a restart only if the arbiter really moved the epoch to this node. */
    void resumed(SimHost host, Plan plan) {
        boolean proven = plan.steps().stream()
                .anyMatch(step -> step instanceof Step.Claim claim
                        && host.id().equals(registered.get(claim.epoch())));
        if (!proven) {
            throw new LawBroken("S", host + " resumes a takeover that nobody has confirmed");
        }
    }

    /** Protocol section 4: the order is the proof. */
    void ceded(SimHost host) {
        SimHost peer = host.peer();
        Memory theirs = peer.disk().durable();
        if (theirs.state() != NodeState.CEDED) {
            return;
        }
        if (peer.postgres().isWritable() && !person.hasPromoted(peer)) {
            throw new LawBroken("cede", peer + " ceded while its PostgreSQL accepts writes");
        }
        if (peer.gate().look() == GateState.OPEN) {
            throw new LawBroken("cede", peer + " ceded while its gate is open");
        }
        if (theirs.cede().isEmpty()) {
            throw new LawBroken("cede", peer + " ceded, and its disk does not know of it");
        }
    }

    /** Rule R: only to a peer that has just said that it would take it. */
    void ceding(SimHost host, String why) {
        boolean would = host.daemon()
                .flatMap(d -> d.link().view().last())
                .filter(p -> p.state() == NodeState.STANDBY
                        && p.vetoes().stream().allMatch(RescueRules::isHealedByRescue))
                .isPresent();
        if (!would) {
            throw new LawBroken("R", host + " cedes to a peer that would not take over: " + why);
        }
    }

    /** Rule C: an owner that has opened gives way only to an epoch that was really opened. */
    void deposed(SimHost host, Plan plan) {
        Memory durable = host.disk().durable();
        boolean serving = durable.state() == NodeState.PRIMARY
                && durable.opened().filter(durable.epoch()::equals).isPresent();
        boolean isClaimOnly = plan.why().contains(" opened epoch ")
                && plan.steps().stream()
                        .anyMatch(step -> step instanceof Step.Become become
                                && !leased.contains(become.epoch()));
        if (universe.policy().guard().isLease() && serving && isClaimOnly && !person.hasHandled()) {
            throw new LawBroken("C", host + " gives way to a mere claim: " + plan.why());
        }
    }
}
