package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.NodeState;
import io.pgha.model.Register;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import java.util.List;
import java.util.Optional;

/**
 * The promises, looked at after every event and at every deed; what is broken stops the schedule. Each has a file of its own,
 * this one only says when it is asked.
 */
final class Laws {

    private final Person person = new Person();
    private final OnePrimaryLaw onePrimary;
    private final GateLaw gate;
    private final CopyLaw copy;
    private final CalmLaw calm;
    private final JournalLaw journal;
    private final SilenceLaw silence;
    private final VetoLaw veto;
    private final VoteLaw vote;
    private final RescueLaw rescue;
    private final LossLaw loss;
    private final RejoinLaw rejoin;
    private final PoolerLaw pooler;
    private final List<SimHost> hosts;

    Laws(Universe universe) {
        hosts = universe.hosts();
        onePrimary = new OnePrimaryLaw(universe, person);
        gate = new GateLaw(universe);
        copy = new CopyLaw(universe, person);
        calm = new CalmLaw(universe);
        journal = new JournalLaw(person);
        silence = new SilenceLaw(universe);
        veto = new VetoLaw(universe);
        vote = new VoteLaw(universe, person);
        rescue = new RescueLaw(universe, person);
        loss = new LossLaw(universe, person);
        rejoin = new RejoinLaw(universe, person);
        pooler = new PoolerLaw(universe);
    }

    /** What people did. */
    Person person() {
        return person;
    }

    /** Nothing happens in this schedule that may cut a client. */
    void calm(boolean isCalm) {
        calm.calm(isCalm);
    }

    /** After every event. */
    void look() {
        onePrimary.look();
        hosts.forEach(gate::look);
        calm.look();
        pooler.look();
    }

    /** The kernel is being told to open. */
    void opening(SimHost host) {
        gate.opening(host);
        copy.opening(host);
    }

    /** With a lease: a slot is being granted. */
    void granting(SimHost host) {
        vote.granting(host);
        copy.opening(host);
    }

    /** What the arbiter holds now. */
    void registered(Register register) {
        vote.registered(register);
    }

    /** The arbiter has heard somebody, and holds this now. */
    void told(ArbiterAsk ask, Register held) {
        loss.told(ask, held);
    }

    /** The arbiter's process ended. */
    void forgotten() {
        loss.forgotten();
    }

    /** A step is begun. */
    void began(SimHost host, Step step) {
        journal.began(host, step);
        silence.began(host, step);
        calm.began(host, step);
        rejoin.began(host, step);
        pooler.began(host, step);
    }

    /** A device is about to switch the peer off, by an order that was given then and not taken back. */
    void switchingOff(SimHost host, long begun) {
        silence.switchingOff(host, begun);
    }

    /** The peer is being told. */
    void announcing(SimHost host, NodeState state) {
        gate.announcing(host, state);
        rejoin.announcing(host, state);
    }

    /** pg_rewind begins to write. */
    void rewinding(SimHost host) {
        rejoin.rewinding(host);
    }

    /** A person typed pgha rejoin there. */
    void toldToRejoin(SimHost host) {
        rejoin.told(host);
    }

    /** Something has been decided and goes to the disk now. */
    void recording(SimHost host, List<Fact> facts) {
        for (Fact fact : facts) {
            if (fact instanceof Fact.PlanBegun begun) {
                begun(host, begun.plan());
            }
        }
    }

    private void begun(SimHost host, Plan plan) {
        if (plan.kind() == PlanKind.FAILOVER || isCeded(plan)) {
            takeover(host, plan);
        } else if (plan.kind() == PlanKind.CEDE) {
            vote.ceding(host, plan.why());
        } else if (plan.kind() == PlanKind.DEPOSE) {
            vote.deposed(host, plan);
        }
    }

    private void takeover(SimHost host, Plan plan) {
        // What was answered TAKEN is kept, whatever a person says later.
        if (!plan.why().endsWith("which was taken before the restart")) {
            veto.takeover(host, plan.why());
        }
        if (plan.why().startsWith("the arbiter confirms the claim")) {
            vote.resumed(host, plan);
        } else if (isCeded(plan)) {
            vote.ceded(host);
        } else {
            silence.takeover(host, plan.why());
            copy.takeover(host, plan.why());
            loss.takeover(host, plan.why());
        }
    }

    private static boolean isCeded(Plan plan) {
        return plan.why().contains(" ceded epoch ");
    }

    /** Something is durable. */
    void recorded(SimHost host, Memory before, Memory after, Fact fact) {
        gate.recorded(host, fact);
        vote.recorded(host, fact);
        copy.recorded(host, fact);
        rescue.recorded(after, fact);
        boolean intends = before.state() != NodeState.PROMOTING
                && after.state() == NodeState.PROMOTING
                && after.running().isPresent();
        Optional<Plan> promotion = after.running()
                .map(Memory.Running::plan)
                .filter(plan -> plan.kind() == PlanKind.PROMOTE && !isCeded(plan));
        if (intends && promotion.isPresent()) {
            person.handled();
        }
    }

    /** PostgreSQL left recovery. */
    void promoted(SimHost host) {
        journal.promoted(host);
        vote.promoted(host);
        rescue.promoted(host);
        loss.promoted(host);
    }

    /** The copy that lay aside is being removed. */
    void dropping(SimHost host) {
        copy.dropping(host);
    }

    /** The data directory is about to be overwritten in place. */
    void wiping(SimHost host) {
        copy.wiping(host);
    }
}
