package io.pgha.sim;

import io.pgha.arbiter.Ballot;
import io.pgha.arbiter.BallotRules;
import io.pgha.arbiter.Standing;
import io.pgha.arbiter.Terms;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.NodeId;
import io.pgha.model.Policy;
import io.pgha.model.Register;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The third host: the real rules of the witness over a simulated clock and a disk that outlives it. */
final class SimWitness implements SimThird {

    private final Universe universe;
    private final SimClock clock;
    private final Terms terms;
    private final BallotRules rules;
    private Ballot ballot;
    private Standing standing;
    private boolean up = true;
    private int starts;

    SimWitness(Universe universe, SimClock clock, List<NodeId> nodes) {
        this.universe = universe;
        this.clock = clock;
        Policy policy = universe.policy();
        this.terms = new Terms(
                policy.leaseMargin(),
                policy.claimTimeout(),
                policy.handoverLease().multipliedBy(2));
        this.rules = new BallotRules(nodes, terms);
        this.ballot = Ballot.empty(terms);
        this.standing = Standing.fresh(ballot, terms, clock.now());
    }

    @Override
    public void preset(Register held) {
        ballot = new Ballot(Optional.of(held), Duration.ZERO, Optional.empty());
        standing = new Standing(clock.now(), Optional.empty(), Optional.empty());
    }

    @Override
    public void stop() {
        if (up) {
            universe.trace().say("w", "stops");
            up = false;
            starts = starts + 1;
            universe.laws().forgotten();
        }
    }

    @Override
    public void start() {
        if (!up) {
            universe.trace().say("w", "starts");
            up = true;
            standing = Standing.fresh(ballot, terms, clock.now());
        }
    }

    /** A question has arrived; the answer leaves after the disk has it. */
    void hear(ArbiterAsk ask, Consumer<ArbiterReply> answer) {
        int start = starts;
        universe.agenda().in(universe.chance().between(1, 4) * Agenda.MS, () -> {
            if (up && start == starts) {
                BallotRules.Answer next = rules.answer(ballot, standing, ask, clock.now());
                ballot = next.ballot();
                standing = next.standing();
                ballot.register().ifPresent(universe.laws()::registered);
                ballot.register().ifPresent(held -> universe.laws().told(ask, held));
                next.news().ifPresent(words -> universe.trace().say("w", words));
                answer.accept(next.reply());
            }
        });
    }
}
