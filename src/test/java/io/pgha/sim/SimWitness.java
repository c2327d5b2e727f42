package io.pgha.sim;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.LeaseGrant;
import io.pgha.model.LeaseRequest;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.Register;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The third host: one register, one vote an epoch (protocol sections 1 and 2). It persists before it answers, and after a
 * restart it moves no epoch on its own before every lease it may have granted is over.
 */
final class SimWitness {

    private final Universe universe;
    private final SimClock clock;
    private Optional<Register> register = Optional.empty();
    private long longestMillis;
    private boolean up = true;
    private int starts;
    private MonoTime startedAt;
    private Optional<MonoTime> waitUntil = Optional.empty();
    private Optional<MonoTime> claimedAt = Optional.empty();

    SimWitness(Universe universe, SimClock clock) {
        this.universe = universe;
        this.clock = clock;
        this.startedAt = new MonoTime(clock.now().nanos() - 3600 * Agenda.SECOND);
    }

    /** Before the schedule begins. */
    void preset(Register held) {
        register = Optional.of(held);
    }

    Optional<Register> register() {
        return register;
    }

    void stop() {
        if (up) {
            universe.trace().say("w", "stops");
            up = false;
            starts = starts + 1;
        }
    }

    void start() {
        if (!up) {
            universe.trace().say("w", "starts");
            up = true;
            startedAt = clock.now();
            waitUntil = Optional.empty();
            claimedAt = register.filter(r -> !r.leased()).map(r -> startedAt);
        }
    }

    /** A question has arrived; the answer leaves after the disk has it. */
    void hear(ArbiterAsk ask, Consumer<ArbiterReply> answer) {
        int start = starts;
        universe.agenda().in(universe.chance().between(1, 4) * Agenda.MS, () -> {
            if (up && start == starts) {
                answer.accept(decide(ask));
            }
        });
    }

    private ArbiterReply decide(ArbiterAsk ask) {
        enlist(ask);
        Optional<ArbiterReply.ClaimAnswer> claim = ask.claim().map(c -> claim(ask.node(), c));
        Optional<LeaseGrant> grant = ask.lease().flatMap(l -> grant(ask, l));
        return new ArbiterReply(register, rest(), grant, claim, "");
    }

    /** What both nodes agree on was decided without this witness: it follows. */
    private void enlist(ArbiterAsk ask) {
        boolean newer = register.map(r -> ask.epoch().isAfter(r.epoch())).orElse(true);
        if (ask.agreed() && ask.owner().isPresent() && newer) {
            hold(new Register(ask.epoch(), ask.owner().get(), true, Optional.empty()));
        }
    }

    private void hold(Register next) {
        universe.trace()
                .say(
                        "w",
                        () -> "holds epoch " + next.epoch() + " for " + next.owner()
                                + (next.leased() ? ", leased" : ", claimed"));
        register = Optional.of(next);
        claimedAt = next.leased() ? Optional.empty() : Optional.of(clock.now());
    }

    private ArbiterReply.ClaimAnswer claim(NodeId asker, ArbiterAsk.Claim claim) {
        if (register.isEmpty()) {
            return new ArbiterReply.ClaimAnswer(claim.id(), false, "nothing is known of this pair");
        }
        Register held = register.get();
        if (held.owner().equals(asker) && held.epoch().equals(claim.epoch())) {
            return new ArbiterReply.ClaimAnswer(claim.id(), true, "");
        }
        boolean from = held.epoch().equals(claim.from())
                && claim.fromOwner().filter(held.owner()::equals).isPresent();
        if (!from || !claim.epoch().equals(held.epoch().next())) {
            return new ArbiterReply.ClaimAnswer(
                    claim.id(), false, "epoch " + held.epoch() + " is " + held.owner() + "'s");
        }
        boolean mine = held.owner().equals(asker);
        boolean over =
                held.leased() ? rest().isZero() : (mine || claimedLongAgo()) && rest().isZero();
        if (!claim.ceded() && !over) {
            return new ArbiterReply.ClaimAnswer(
                    claim.id(), false, "the lease of " + held.owner() + " may be in force");
        }
        hold(new Register(claim.epoch(), asker, false, held.position()));
        return new ArbiterReply.ClaimAnswer(claim.id(), true, "");
    }

    private boolean claimedLongAgo() {
        return claimedAt
                .filter(at -> clock.now().isPast(at, universe.policy().claimTimeout()))
                .isPresent();
    }

    private Optional<LeaseGrant> grant(ArbiterAsk ask, LeaseRequest request) {
        Optional<Register> held = register.filter(
                r -> r.owner().equals(ask.node()) && r.epoch().equals(request.epoch()));
        if (held.isEmpty()) {
            return Optional.empty();
        }
        if (!held.get().leased()) {
            hold(new Register(request.epoch(), ask.node(), true, ask.position()));
        }
        Optional<Lsn> position = ask.position().or(() -> held.get().position());
        register = Optional.of(new Register(request.epoch(), ask.node(), true, position));
        longestMillis = Math.max(longestMillis, request.duration().toMillis());
        MonoTime over = clock.now().plus(universe.policy().waitAfter(request.duration()));
        waitUntil = Optional.of(waitUntil.filter(t -> t.isAfter(over)).orElse(over));
        return Optional.of(new LeaseGrant(request.nonce(), request.epoch(), request.duration()));
    }

    /** How long its grants, of this start and of earlier ones, may still be in force. */
    private Duration rest() {
        Duration longest = Duration.ofMillis(
                Math.max(longestMillis, universe.policy().lease().toMillis()));
        MonoTime abstain = startedAt.plus(universe.policy().waitAfter(longest));
        MonoTime until = waitUntil.filter(t -> t.isAfter(abstain)).orElse(abstain);
        Duration rest = until.since(clock.now());
        return rest.isNegative() ? Duration.ZERO : rest;
    }
}
