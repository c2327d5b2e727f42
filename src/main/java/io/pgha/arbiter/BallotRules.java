package io.pgha.arbiter;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.Epoch;
import io.pgha.model.LeaseGrant;
import io.pgha.model.LeaseRequest;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.Register;
import io.pgha.model.Renewal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an arbiter answers: one vote an epoch (rule V), a claim is not a lease (rule C). Pure: the caller makes the new ballot
 * durable before the reply leaves, and forgets both when it cannot.
 *
 * <p>Leases go to exactly the register's owner for exactly its epoch. The register moves in three ways: a claim by the other
 * node once all grants are over; a claim by the old owner's word (a cede); or because both nodes say that they are
 * further on, which is how an empty or an old register catches up. A claim is opened by its first lease, or by what both say.
 */
public final class BallotRules {

    private final List<NodeId> nodes;
    private final Terms terms;

    /**
     * Rules for a pair.
     *
     * @param nodes the pair's two
     * @param terms the spans that hold for it
     */
    public BallotRules(List<NodeId> nodes, Terms terms) {
        this.nodes = List.copyOf(nodes);
        this.terms = terms;
    }

    /**
     * An answer with all that follows from it.
     *
     * @param ballot to be durable before the reply is sent
     * @param standing to be kept with it
     * @param reply for the asker
     * @param news a sentence when the register changed; else empty
     */
    public record Answer(
            Ballot ballot, Standing standing, ArbiterReply reply, Optional<String> news) {}

    /** Answers one question of a node whose name is proven. */
    public Answer answer(Ballot ballot, Standing standing, ArbiterAsk ask, MonoTime now) {
        return new Turn(ballot, standing, ask, now).answer();
    }

    /**
     * The same answer with a ballot in which no lease is longer than the register's owner says: none that is in force by its
     * kernel's word, whoever granted it and whatever the ballot held before, and none that this answer grants. Without it a key that
     * was made anew has the other node wait for the longest lease there can be, though there never was one.
     *
     * <p>Only for a ballot that is replaced by comparing it with the one that was read. The owner speaks of what it had armed before
     * it asked; what it arms later it asks for later, and that question is such a swap as well: if it is carried out first, this one
     * fails. What the peer granted itself the peer waits for itself. Of the other node nothing is in force: this owner has opened,
     * after the other's leases were over or its gate was closed; therefore nobody is believed with its claim, with its first lease,
     * or by a ballot that its question makes. A witness does not compare, and an old question may reach it late: it believes nobody,
     * and waits from its own start.
     */
    static Answer believing(Ballot before, Answer answer, ArbiterAsk ask) {
        Ballot after = answer.ballot();
        boolean hasOpened = before.register()
                .filter(r ->
                        r.leased() && r.owner().equals(ask.node()) && r.epoch().equals(ask.epoch()))
                .isPresent();
        Duration granted = answer.reply().grant().map(LeaseGrant::duration).orElse(Duration.ZERO);
        return ask.longest()
                .filter(own -> hasOpened)
                .map(own -> own.compareTo(granted) > 0 ? own : granted)
                .filter(most -> most.compareTo(after.longest()) < 0)
                .map(most -> new Answer(
                        after.withLongest(most), answer.standing(), answer.reply(), answer.news()))
                .orElse(answer);
    }

    Terms terms() {
        return terms;
    }

    /** One question; its parts see what the parts before them have changed. */
    private final class Turn {

        private final ArbiterAsk ask;
        private final MonoTime now;
        private final List<String> words = new ArrayList<>();
        private Ballot ballot;
        private Standing standing;
        private Optional<String> news = Optional.empty();

        Turn(Ballot ballot, Standing standing, ArbiterAsk ask, MonoTime now) {
            this.ballot = ballot;
            this.standing = standing;
            this.ask = ask;
            this.now = now;
        }

        Answer answer() {
            enlist();
            follow();
            open();
            Optional<ArbiterReply.ClaimAnswer> claimed = ask.claim().map(this::claim);
            claimed.filter(c -> !c.moved()).ifPresent(c -> words.add(c.why()));
            Optional<LeaseGrant> grant = ask.lease().flatMap(this::lease);
            notePosition();
            noteRenewal();
            ArbiterReply reply = new ArbiterReply(
                    ballot.register(),
                    standing.rest(now),
                    grant,
                    claimed,
                    standing.renewal(),
                    String.join("; ", words));
            return new Answer(ballot, standing, reply, news);
        }

        /** Nothing is believed but what both nodes say. */
        private void enlist() {
            if (ballot.register().isPresent()) {
                return;
            }
            Optional<NodeId> owner = ask.owner().filter(nodes::contains);
            if (ask.agreed() && owner.isPresent()) {
                become(
                        new Register(ask.epoch(), owner.get(), true, Optional.empty()),
                        Optional.empty(),
                        "enlisted: both nodes say that epoch " + ask.epoch() + " is " + owner.get()
                                + "'s");
            } else {
                words.add("it holds nothing of this pair and grants nothing until both nodes, in"
                        + " contact with each other, tell it the same epoch and owner");
            }
        }

        /** A register that is behind (restored, or long away) never grants; it catches up when both nodes say so. */
        private void follow() {
            Optional<Register> behind =
                    ballot.register().filter(r -> ask.epoch().isAfter(r.epoch()));
            if (behind.isEmpty()) {
                return;
            }
            boolean owns = ask.owner().equals(Optional.of(ask.node()));
            if (ask.agreed() && owns) {
                become(
                        new Register(ask.epoch(), ask.node(), true, Optional.empty()),
                        Optional.empty(),
                        "follows: both nodes say that epoch " + ask.epoch() + " is " + ask.node()
                                + "'s; it held " + words(behind.get()));
            } else if (ask.claim().isEmpty()) {
                words.add("it holds " + words(behind.get()) + ", " + ask.node() + " knows epoch "
                        + ask.epoch() + ": it follows when both nodes say so");
            }
        }

        /**
         * The claimant may have opened by the other node's lease, and not have asked here for one yet. That both say that the epoch
         * is its, is as good: the other has endorsed it, and would wait in vain for the claim to be too old.
         */
        private void open() {
            ballot.register()
                    .filter(r -> !r.leased()
                            && ask.agreed()
                            && ask.epoch().equals(r.epoch())
                            && ask.owner().equals(Optional.of(r.owner())))
                    .ifPresent(r -> become(
                            new Register(r.epoch(), r.owner(), true, r.position()),
                            ballot.move(),
                            "epoch " + r.epoch() + " is opened by " + r.owner()
                                    + ", both nodes say so"));
        }

        private ArbiterReply.ClaimAnswer claim(ArbiterAsk.Claim claim) {
            Optional<String> why = ballot.register()
                    .map(held -> refusal(claim, held))
                    .orElse(Optional.of("it holds nothing of this pair yet"));
            boolean already = ballot.register().filter(r -> isOwn(claim, r)).isPresent();
            if (why.isEmpty() && !already) {
                String basis = claim.ceded()
                        ? "; its owner gave it up"
                        : "; all grants to its owner are over";
                become(
                        new Register(claim.epoch(), ask.node(), false, ask.position()),
                        Optional.of(new Ballot.Move(claim.id(), claim.ceded())),
                        "epoch " + claim.epoch() + " is claimed by " + ask.node() + "; it held "
                                + ballot.register().map(BallotRules::words).orElse("nothing")
                                + basis);
            }
            return new ArbiterReply.ClaimAnswer(claim.id(), why.isEmpty(), why.orElse(""));
        }

        private boolean isOwn(ArbiterAsk.Claim claim, Register held) {
            return held.owner().equals(ask.node()) && held.epoch().equals(claim.epoch());
        }

        /** Why the claim is refused; empty when the register says so already, or may be moved now. */
        private Optional<String> refusal(ArbiterAsk.Claim claim, Register held) {
            if (isOwn(claim, held)) {
                // A cede that was refused may have come late, over a lease that was renewed after
                // it: then only time proves that the old owner has closed.
                boolean proven = held.leased()
                        || claim.ceded()
                        || ballot.move().filter(m -> !m.ceded()).isPresent();
                return proven ? Optional.empty() : runningGrants();
            }
            boolean exact = held.epoch().equals(claim.from())
                    && claim.fromOwner().equals(Optional.of(held.owner()));
            boolean ahead = claim.ceded() && claim.from().isAfter(held.epoch());
            if ((!exact && !ahead) || !claim.epoch().isAfter(claim.from())) {
                return Optional.of("it holds " + words(held) + ", not epoch " + claim.from()
                        + " of " + claim.fromOwner().map(NodeId::name).orElse("nobody"));
            }
            return claim.ceded()
                    ? Optional.empty()
                    : runningGrants().or(() -> youngClaim(held)).or(() -> loss(claim));
        }

        private Optional<String> runningGrants() {
            Duration rest = standing.rest(now);
            return rest.isZero()
                    ? Optional.empty()
                    : Optional.of("leases that were granted before may be in force for another "
                            + rest.toMillis() + " ms");
        }

        /** The owner may have told more since the claimant looked. */
        private Optional<String> loss(ArbiterAsk.Claim claim) {
            return standing.renewal()
                    .filter(told -> told.owner().equals(claim.fromOwner().orElse(ask.node()))
                            && !told.owner().equals(ask.node()))
                    .filter(told -> claim.bearable()
                            .filter(most -> told.position().compareTo(most) > 0)
                            .isPresent())
                    .map(told -> told.owner() + " told it position " + told.position() + ", "
                            + claim.bearable().orElseThrow().bytesBehind(told.position())
                            + " bytes beyond what " + ask.node() + " may lose"
                            + " (maximum_lag_on_failover)");
        }

        private Optional<String> youngClaim(Register held) {
            if (held.leased() || held.owner().equals(ask.node())) {
                return Optional.empty();
            }
            MonoTime since = standing.claimSince().orElse(now);
            Duration left = terms.claimTimeout().minus(now.since(since));
            return left.isNegative() || left.isZero()
                    ? Optional.empty()
                    : Optional.of(held.owner() + " has claimed epoch " + held.epoch()
                            + " and may still open for another " + left.toMillis() + " ms");
        }

        private Optional<LeaseGrant> lease(LeaseRequest request) {
            Optional<String> refusal = refusal(request);
            if (refusal.isPresent()) {
                words.add(refusal.get());
                return Optional.empty();
            }
            Register held = ballot.register().orElseThrow();
            if (!held.leased()) {
                news = Optional.of("epoch " + held.epoch() + " is opened by " + held.owner()
                        + ", its first lease");
            }
            Duration lease = request.duration();
            boolean longer = lease.compareTo(ballot.longest()) > 0;
            boolean longOver = standing.rest(now).compareTo(terms.waitAfter(lease)) <= 0;
            ballot = new Ballot(
                    Optional.of(new Register(held.epoch(), held.owner(), true, held.position())),
                    longer || longOver ? lease : ballot.longest(),
                    ballot.move());
            standing = standing.granted(lease, terms, now);
            return Optional.of(new LeaseGrant(request.nonce(), request.epoch(), lease));
        }

        private Optional<String> refusal(LeaseRequest request) {
            Optional<Register> held = ballot.register();
            if (held.isEmpty()) {
                return Optional.of("no lease without a register");
            }
            Register r = held.get();
            Epoch epoch = request.epoch();
            boolean owns = r.epoch().equals(epoch)
                    && r.epoch().equals(ask.epoch())
                    && r.owner().equals(ask.node())
                    && ask.owner().equals(Optional.of(ask.node()));
            if (!owns) {
                return Optional.of("no lease of epoch " + epoch + " for " + ask.node()
                        + ": it holds " + words(r));
            }
            Duration lease = request.duration();
            boolean fits = !lease.isNegative()
                    && !lease.isZero()
                    && lease.compareTo(terms.longestLease()) <= 0;
            return fits
                    ? Optional.empty()
                    : Optional.of("no lease of " + lease.toMillis() + " ms: the longest is "
                            + terms.longestLease().toMillis() + " ms (longest_lease)");
        }

        /** Of the owner only: what the other one must not be behind of. */
        private void notePosition() {
            ballot.register()
                    .filter(r -> r.owner().equals(ask.node())
                            && r.epoch().equals(ask.epoch())
                            && ask.position().isPresent())
                    .ifPresent(r -> ballot = new Ballot(
                            Optional.of(
                                    new Register(r.epoch(), r.owner(), r.leased(), ask.position())),
                            ballot.longest(),
                            ballot.move()));
        }

        /** Of an owner that has opened only: what a claimant holds says nothing of what it would lose. */
        private void noteRenewal() {
            ballot.register()
                    .filter(r -> r.leased()
                            && r.owner().equals(ask.node())
                            && r.epoch().equals(ask.epoch()))
                    .flatMap(r -> ask.position())
                    .ifPresent(at -> standing = standing.told(new Renewal(
                            ask.epoch(),
                            ask.node(),
                            standing.renewal()
                                    .filter(told -> told.epoch().equals(ask.epoch())
                                            && told.owner().equals(ask.node()))
                                    .map(Renewal::position)
                                    .filter(told -> told.compareTo(at) > 0)
                                    .orElse(at),
                            ask.followed())));
        }

        private void become(Register register, Optional<Ballot.Move> move, String why) {
            ballot = new Ballot(Optional.of(register), ballot.longest(), move);
            standing = standing.about(ballot.register(), now);
            news = Optional.of(why);
        }
    }

    private static String words(Register held) {
        return "epoch " + held.epoch() + " of " + held.owner()
                + (held.leased() ? "" : ", claimed and not opened yet");
    }
}
