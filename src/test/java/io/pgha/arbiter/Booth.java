package io.pgha.arbiter;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.Epoch;
import io.pgha.model.Followed;
import io.pgha.model.LeaseRequest;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.Register;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An arbiter of the pair a and b in a test's hands: its clock stands still unless told. */
final class Booth {

    static final NodeId A = new NodeId("a");
    static final NodeId B = new NodeId("b");
    static final Duration LEASE = Duration.ofSeconds(3);
    static final Terms TERMS =
            new Terms(Duration.ofMillis(300), Duration.ofSeconds(60), Duration.ofSeconds(30));
    /** 3 s x 1.1 + 300 ms. */
    static final Duration WAIT = Duration.ofMillis(3600);

    private final BallotRules rules = new BallotRules(List.of(A, B), TERMS);
    private MonoTime now = new MonoTime(1_000_000_000L);
    private Ballot ballot;
    private Standing standing;
    private long nonce;

    private Booth(Ballot ballot) {
        this.ballot = ballot;
        this.standing = Standing.fresh(ballot, TERMS, now);
    }

    /** Knows nothing. */
    static Booth empty() {
        return new Booth(Ballot.empty(TERMS));
    }

    /** Has granted A leases of epoch 7, all of which are over. */
    static Booth settled() {
        Register seven = new Register(new Epoch(7), A, true, Optional.empty());
        Booth booth = new Booth(new Ballot(Optional.of(seven), LEASE, Optional.empty()));
        booth.after(WAIT);
        return booth;
    }

    Booth after(Duration span) {
        now = now.plus(span);
        return this;
    }

    /** What is on disk stays, the rest is forgotten. */
    Booth restarted() {
        standing = Standing.fresh(ballot, TERMS, now);
        return this;
    }

    /** An older copy of the file is put back. */
    Booth restored(Ballot older) {
        ballot = older;
        return restarted();
    }

    Ballot ballot() {
        return ballot;
    }

    String held() {
        return ballot.register()
                .map(r -> r.owner() + "@" + r.epoch() + (r.leased() ? "" : "?"))
                .orElse("nothing");
    }

    ArbiterReply ask(ArbiterAsk ask) {
        BallotRules.Answer answer = rules.answer(ballot, standing, ask, now);
        ballot = answer.ballot();
        standing = answer.standing();
        return answer.reply();
    }

    /** A node says what it knows and asks for nothing. */
    static ArbiterAsk says(NodeId node, long epoch, NodeId owner) {
        return new ArbiterAsk(
                node,
                new Epoch(epoch),
                Optional.of(owner),
                false,
                Optional.of(new Lsn(0x3000000)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** An owner that serves says where it is. */
    static ArbiterAsk serves(NodeId node, long epoch, long position, Followed followed) {
        ArbiterAsk a = says(node, epoch, node);
        return new ArbiterAsk(
                a.node(),
                a.epoch(),
                a.owner(),
                false,
                Optional.of(new Lsn(position)),
                Optional.empty(),
                Optional.empty(),
                Optional.of(followed),
                Optional.empty());
    }

    /** A claim on silence that accepts no loss beyond a position. */
    ArbiterReply claimsUpTo(NodeId node, long from, NodeId owner, long bearable) {
        ArbiterAsk.Claim claim = claim(node, from, owner, false, Optional.of(new Lsn(bearable)));
        return ask(wishing(says(node, from, owner), Optional.empty(), Optional.of(claim)));
    }

    private static ArbiterAsk.Claim claim(
            NodeId node, long from, NodeId owner, boolean ceded, Optional<Lsn> bearable) {
        return new ArbiterAsk.Claim(
                node + "-1",
                new Epoch(from + 1),
                new Epoch(from),
                Optional.of(owner),
                ceded,
                bearable);
    }

    /** What a node says, and what it wants with it. */
    private static ArbiterAsk wishing(
            ArbiterAsk said, Optional<LeaseRequest> lease, Optional<ArbiterAsk.Claim> claim) {
        return new ArbiterAsk(
                said.node(),
                said.epoch(),
                said.owner(),
                said.agreed(),
                said.position(),
                lease,
                claim,
                said.followed(),
                said.longest());
    }

    /** The same, and its peer says so too. */
    static ArbiterAsk agrees(NodeId node, long epoch, NodeId owner) {
        ArbiterAsk a = says(node, epoch, owner);
        return new ArbiterAsk(
                a.node(),
                a.epoch(),
                a.owner(),
                true,
                a.position(),
                a.lease(),
                a.claim(),
                a.followed(),
                a.longest());
    }

    /** An owner asks for a lease; true when it gets it. */
    boolean renews(NodeId node, long epoch, Duration lease) {
        nonce = nonce + 1;
        Optional<LeaseRequest> request =
                Optional.of(new LeaseRequest(nonce, new Epoch(epoch), lease));
        ArbiterReply reply = ask(wishing(says(node, epoch, node), request, Optional.empty()));
        return reply.grant()
                .filter(g -> g.nonce() == nonce
                        && g.epoch().number() == epoch
                        && g.duration().equals(lease))
                .isPresent();
    }

    boolean renews(NodeId node, long epoch) {
        return renews(node, epoch, LEASE);
    }

    /** A node that knows {@code from} claims the next epoch; true when the register is its own then. */
    boolean claims(NodeId node, long from, NodeId owner, boolean ceded) {
        return claim(node, from, owner, from, owner, ceded).moved();
    }

    /** The claim's answer. */
    ArbiterReply.ClaimAnswer claim(
            NodeId node, long known, NodeId knownOwner, long from, NodeId owner, boolean ceded) {
        ArbiterAsk.Claim claim = claim(node, from, owner, ceded, Optional.empty());
        return ask(wishing(says(node, known, knownOwner), Optional.empty(), Optional.of(claim)))
                .claim()
                .orElseThrow();
    }
}
