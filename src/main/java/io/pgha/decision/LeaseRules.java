package io.pgha.decision;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.ArbiterView;
import io.pgha.model.Armed;
import io.pgha.model.GateState;
import io.pgha.model.LeaseGrant;
import io.pgha.model.LeaseRequest;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Register;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Leases (protocol sections 1 to 3): arm before asking, count from the arming, grant to the one owner that this node has
 * endorsed, and never again after its own intent. Pure; the engine carries the orders out.
 */
public final class LeaseRules {

    /** What a grant may last at most: a wrong configuration of the peer must not lock this node out for a day. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private LeaseRules() {}

    /** What the engine does to the gate's slots, in order. */
    public sealed interface Order {
        /** Arm a slot. */
        record Permit(int slot, long nonce, Duration atMost) implements Order {}

        /** The armed slot is granted. */
        record Grant(int slot, long nonce) implements Order {}

        /** The lease is over: take back whatever the slots hold. */
        record Close() implements Order {}
    }

    /** The leases after this turn, and what is to be done. */
    public record Next(Leases leases, List<Order> orders) {}

    /**
     * One turn.
     *
     * @param mayHold this node durably owns the epoch, its PostgreSQL is writable and well, and nothing on its way to the
     *     disk says otherwise
     * @param soon the memory with what is on its way to the disk: an intent, or the peer's vote, may be hidden there
     * @param leaving the daemon is about to stop, and asks for a lease that lasts until it is back (row A10)
     */
    public static Next next(World w, Memory soon, boolean mayHold, boolean leaving) {
        List<Order> orders = new ArrayList<>();
        Duration wanted = leaving ? w.policy().handoverLease() : w.policy().lease();
        Leases known = looked(w);
        Leases held = mayHold ? hold(w, known, soon, wanted, orders) : known.letGo();
        Leases granted = abstain(w, grant(w, held, soon.equals(w.memory())));
        return new Next(claimSeen(w, granted), List.copyOf(orders));
    }

    /** A closed gate has nothing of an earlier start in force; one that is open, damaged or was not looked at may have. */
    private static Leases looked(World w) {
        Leases l = w.tally().leases();
        boolean isClosed =
                w.now().gate().answer().filter(GateState.CLOSED::equals).isPresent();
        return isClosed ? l.withSlots(l.slots().closed()) : l;
    }

    @Decides({Row.A8, Row.A10})
    private static Leases hold(
            World w, Leases before, Memory soon, Duration wanted, List<Order> orders) {
        MonoTime now = w.now().at();
        if (before.heldAt(now).isEmpty() && (before.held().isPresent() || hasWoken(w))) {
            orders.add(new Order.Close());
            return before.letGo();
        }
        Optional<Leases.Asked> asked =
                before.asked().filter(a -> a.epoch().equals(w.memory().epoch()));
        Optional<Armed> armed = asked.flatMap(a -> w.now()
                .armed()
                .filter(k -> k.nonce() == a.nonce() && !k.permitted().isZero()));
        Leases l = armed.isPresent()
                ? before.withSlots(before.slots().armed(asked.orElseThrow()))
                : before;
        if (armed.isPresent()
                && isGranted(w, soon, armed.get(), asked.orElseThrow().duration())) {
            Armed slot = armed.get();
            orders.add(new Order.Grant(slot.slot(), slot.nonce()));
            Leases.Held now1 = new Leases.Held(
                    slot.slot(),
                    w.memory().epoch(),
                    asked.orElseThrow().since(),
                    slot.at().plus(slot.permitted()));
            return l.withOwn(l.lastNonce(), Optional.empty(), Optional.of(now1), Optional.empty());
        }
        Duration patience = w.policy().heartbeats(2);
        boolean stuck = asked.filter(a -> now.isPast(a.since(), patience)).isPresent();
        boolean due = asked.isEmpty()
                && l.held()
                        .map(h -> now.isPast(h.since(), w.policy().heartbeat())
                                && isHalfOver(h, wanted, now))
                        .orElse(true);
        if (stuck || due) {
            int slot = l.held().map(h -> 1 - h.slot()).orElse(0);
            long nonce = l.lastNonce() + 1;
            orders.add(new Order.Permit(slot, nonce, w.policy().permit(wanted)));
            Leases.Asked fresh = new Leases.Asked(slot, nonce, w.memory().epoch(), wanted, now);
            return l.withOwn(nonce, Optional.of(fresh), l.held(), Optional.empty());
        }
        Optional<LeaseRequest> request = armed.map(k -> new LeaseRequest(
                k.nonce(), w.memory().epoch(), asked.orElseThrow().duration()));
        return l.withOwn(l.lastNonce(), asked, l.held(), request);
    }

    /** Right after a pause: of a lease that an earlier start took, and the kernel kept, nobody knows whether it should be over. */
    private static boolean hasWoken(World w) {
        return w.tally().awakeAt().equals(w.now().at())
                && w.tally().awakeAt().isAfter(w.tally().startedAt());
    }

    private static boolean isHalfOver(Leases.Held held, Duration wanted, MonoTime now) {
        return new MonoTime(now.nanos() + wanted.toNanos() / 2).isAfter(held.until());
    }

    /** By the peer, by the arbiter, or by nobody, when the peer is known not to be able to take over. */
    @Decides({Row.A1, Row.A2, Row.A3})
    private static boolean isGranted(World w, Memory soon, Armed armed, Duration asked) {
        return (w.memory().votes().alone().isPresent() && soon.votes().alone().isPresent())
                || w.now().peer().last().flatMap(PeerMessage::leaseGrant).stream()
                        .anyMatch(g -> covers(w, armed, asked, g))
                || w.now().arbiter().reply().flatMap(ArbiterReply::grant).stream()
                        .anyMatch(g -> covers(w, armed, asked, g));
    }

    private static boolean covers(World w, Armed armed, Duration asked, LeaseGrant grant) {
        return grant.nonce() == armed.nonce()
                && grant.epoch().equals(w.memory().epoch())
                && grant.duration().compareTo(asked) >= 0;
    }

    private static Leases grant(World w, Leases l, boolean free) {
        Optional<LeaseRequest> request = w.peer().flatMap(PeerMessage::leaseRequest);
        if (!free || request.isEmpty() || !mayGrant(w, request.get())) {
            return l.granting(Optional.empty(), Optional.empty());
        }
        LeaseRequest r = request.get();
        if (l.grant().filter(g -> g.nonce() == r.nonce()).isPresent()) {
            return l;
        }
        MonoTime over = w.now().at().plus(w.policy().waitAfter(r.duration()));
        return l.granting(
                Optional.of(new LeaseGrant(r.nonce(), r.epoch(), r.duration())), Optional.of(over));
    }

    /** Until this node has its vote, the peer may grant itself leases: the last of them counts like one of this node's. */
    private static Leases abstain(World w, Leases l) {
        if (w.memory().votes().isHeld()) {
            return l;
        }
        MonoTime over = w.now().at().plus(w.policy().waitAfter(longest(w)));
        return l.granting(l.grant(), Optional.of(over));
    }

    /** One vote an epoch: only for the owner this node has durably endorsed, and only while it has no intent of its own. */
    @Decides(Row.B1)
    private static boolean mayGrant(World w, LeaseRequest r) {
        Memory m = w.memory();
        boolean ownIntent = m.state() == NodeState.PROMOTING
                || m.running().map(run -> takesOver(run.plan().kind())).orElse(false);
        boolean endorsed = m.epoch().equals(r.epoch()) && m.isOwner(w.now().peerId());
        boolean ceded = m.state() == NodeState.CEDED
                && m.cede().filter(c -> c.epoch().next().equals(r.epoch())).isPresent();
        boolean released = m.state() == NodeState.RELEASED
                && m.token().filter(t -> t.epoch().next().equals(r.epoch())).isPresent();
        return !ownIntent
                && (endorsed || ceded || released)
                && r.duration().toMillis() <= m.longestLeaseMillis();
    }

    private static boolean takesOver(PlanKind kind) {
        return kind == PlanKind.FAILOVER
                || kind == PlanKind.PROMOTE
                || kind == PlanKind.INITIALIZE_PRIMARY
                || kind == PlanKind.RECLAIM;
    }

    /**
     * A longer lease than ever before is on disk before it is granted: a restarted grantor must know how long to wait. When a
     * long one is surely over, the shorter one that is usual now takes its place.
     */
    public static Optional<Fact> toRecord(World w) {
        long longest = w.memory().longestLeaseMillis();
        return w.peer()
                .flatMap(PeerMessage::leaseRequest)
                .map(LeaseRequest::duration)
                .filter(d -> d.compareTo(LONGEST) <= 0)
                .filter(d -> d.toMillis() > longest || (d.toMillis() < longest && isOver(w, d)))
                .map(d -> new Fact.LongestLease(d.toMillis()));
    }

    private static boolean isOver(World w, Duration usual) {
        return ownRest(w).compareTo(w.policy().waitAfter(usual)) <= 0;
    }

    private static Leases claimSeen(World w, Leases l) {
        boolean claimed = register(w)
                .filter(r -> r.owner().equals(w.now().peerId())
                        && !r.leased()
                        && r.epoch().isAfter(w.memory().epoch()))
                .isPresent();
        Optional<MonoTime> since =
                claimed ? l.claimSince().or(() -> Optional.of(w.now().at())) : Optional.empty();
        return l.claimedSince(since);
    }

    /** What the arbiter holds, if its answer is fresh. */
    static Optional<Register> register(World w) {
        return freshReply(w).flatMap(ArbiterReply::register);
    }

    /** The arbiter's answer, if the question was sent a short while ago. */
    static Optional<ArbiterReply> freshReply(World w) {
        ArbiterView view = w.now().arbiter();
        return view.askedAt()
                .filter(at -> !w.now().at().isPast(at, Counting.fresh(w.policy())))
                .flatMap(at -> view.reply());
    }

    /** How long this node's own grants to the peer, of this and of earlier starts, may still be in force. */
    @Decides(Row.B13)
    public static Duration ownRest(World w) {
        MonoTime afterSleep = w.tally().awakeAt().plus(w.policy().waitAfter(longest(w)));
        MonoTime until = w.tally()
                .leases()
                .waitUntil()
                .filter(t -> t.isAfter(afterSleep))
                .orElse(afterSleep);
        Duration rest = until.since(w.now().at());
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    /** The longest lease that this node can have granted, in this start or an earlier one. */
    static Duration longest(World w) {
        return Duration.ofMillis(
                Math.max(w.memory().longestLeaseMillis(), w.policy().lease().toMillis()));
    }

    /** True when the daemon may stop: clients stay for long enough, or the owner has its abdication on disk. */
    public static boolean mayLeave(World w) {
        if (!w.policy().guard().isLease()) {
            return mayLeaveOpen(w);
        }
        if (w.memory().state() != NodeState.PRIMARY) {
            return VoteRules.mayLeave(w);
        }
        Duration enough = w.policy().handoverLease().dividedBy(2);
        return w.tally()
                .leases()
                .heldAt(w.now().at())
                .map(h -> h.until().since(w.now().at()).compareTo(enough) > 0)
                .orElse(true);
    }

    /**
     * Without a lease the gate stays as it is while nobody is here. A primary that has just woken up listens first, and one that
     * meets another closes first: else both would be open for as long as this daemon is away.
     */
    private static boolean mayLeaveOpen(World w) {
        boolean isOpen = w.now().gate().answer().filter(GateState.OPEN::equals).isPresent();
        if (!isOpen || w.memory().stillness().isPresent()) {
            return true;
        }
        if (w.memory().state() != NodeState.PRIMARY) {
            return false;
        }
        MonoTime awake = w.tally().awakeAt();
        boolean hasListened = !awake.isAfter(w.tally().startedAt())
                || w.now().at().isPast(awake, Counting.fresh(w.policy()));
        return w.peer()
                .map(p -> p.state() != NodeState.PRIMARY
                        || p.epoch().compareTo(w.memory().epoch()) < 0)
                .orElse(hasListened);
    }

    /** The whole of what the arbiter is told and asked in this turn. */
    public static ArbiterAsk question(World w) {
        Memory m = w.memory();
        return new ArbiterAsk(
                w.now().self(),
                m.epoch(),
                m.owner(),
                isAgreed(w),
                w.now().position(),
                w.tally().leases().request(),
                claim(w),
                Renewals.followed(w),
                w.tally().leases().slots().longest());
    }

    /** Who is still being promoted has taken the epoch for itself, and may never open it. */
    private static boolean isAgreed(World w) {
        Memory m = w.memory();
        return m.owner().isPresent()
                && m.state() != NodeState.PROMOTING
                && w.peer()
                        .filter(p -> p.state() != NodeState.PROMOTING
                                && p.epoch().equals(m.epoch())
                                && p.owner().equals(m.owner()))
                        .isPresent();
    }

    private static Optional<ArbiterAsk.Claim> claim(World w) {
        return w.memory()
                .running()
                .filter(r -> !r.isOver() && !r.undoing())
                .filter(r -> r.step() instanceof Step.Claim c && isDue(w, c))
                .map(r -> asked(w, r.plan(), (Step.Claim) r.step()))
                .or(() -> byWord(w));
    }

    /** From what the arbiter holds: it may have missed an epoch that the nodes handed over between them. */
    private static ArbiterAsk.Claim asked(World w, Plan plan, Step.Claim c) {
        Optional<Register> held = register(w).filter(r -> !r.epoch().isAfter(c.from()));
        return new ArbiterAsk.Claim(
                plan.id(),
                c.epoch(),
                held.map(Register::epoch).orElse(c.from()),
                held.map(Register::owner).or(c::fromOwner),
                c.basis() == ClaimBasis.CEDED,
                Renewals.bearable(w, plan.kind(), c.basis()));
    }

    /** An arbiter that was not there when the old owner gave the epoch away is told until it follows. */
    private static Optional<ArbiterAsk.Claim> byWord(World w) {
        Memory m = w.memory();
        boolean given = m.state() == NodeState.PRIMARY
                && m.given().filter(m.epoch()::equals).isPresent();
        return register(w)
                .filter(r -> given && m.epoch().isAfter(r.epoch()))
                .map(r -> new ArbiterAsk.Claim(
                        "word-" + m.epoch(),
                        m.epoch(),
                        r.epoch(),
                        Optional.of(r.owner()),
                        true,
                        Optional.empty()));
    }

    /** This node's own grants must be over as well, unless the old owner has closed by its own word. */
    private static boolean isDue(World w, Step.Claim claim) {
        return claim.basis() == ClaimBasis.CEDED || ownRest(w).isZero();
    }
}
