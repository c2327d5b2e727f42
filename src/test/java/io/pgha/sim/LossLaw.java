package io.pgha.sim;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.Lsn;
import io.pgha.model.Register;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import java.util.Optional;

/**
 * P3 for a takeover on silence under a lease guard without synchronous replication: it loses no more than is accepted of what
 * the owner told the arbiter, and neither does it follow a long time in which the owner served alone.
 */
final class LossLaw {

    private final Universe universe;
    private final Person person;
    private Optional<Told> last = Optional.empty();

    /** What an owner told last and when, and when the other node had everything of it. */
    private record Told(SimHost owner, long epoch, Lsn position, long at, long followedAt) {}

    LossLaw(Universe universe, Person person) {
        this.universe = universe;
        this.person = person;
    }

    /** The arbiter has heard somebody, and holds this now. */
    void told(ArbiterAsk ask, Register held) {
        boolean owns = held.leased()
                && held.owner().equals(ask.node())
                && held.epoch().equals(ask.epoch())
                && ask.position().isPresent();
        if (!owns) {
            return;
        }
        SimHost owner = universe.a().id().equals(ask.node()) ? universe.a() : universe.b();
        long epoch = ask.epoch().number();
        Optional<Told> before = last.filter(t -> t.owner() == owner && t.epoch() == epoch);
        Lsn position = before.map(Told::position)
                .filter(p -> p.compareTo(ask.position().get()) > 0)
                .orElse(ask.position().get());
        boolean followed =
                owner.peer().postgres().data().end.holds(owner.postgres().data().end);
        long followedAt =
                followed ? universe.now() : before.map(Told::followedAt).orElse(0L);
        last = Optional.of(new Told(owner, epoch, position, universe.now(), followedAt));
    }

    /** Its memory of what it was told ends with its process. */
    void forgotten() {
        last = Optional.empty();
    }

    /** A takeover on silence has been decided. */
    void takeover(SimHost host, String why) {
        if (isExempt()) {
            return;
        }
        long limit = host.clock().trueSpan(universe.policy().eligibleFor().toNanos());
        long heard = universe.now() - host.daemon().orElseThrow().link().heardTrue();
        boolean renewed = last.filter(t -> t.owner() == host.peer()
                        && t.followedAt() > 0
                        && t.at() - t.followedAt() < limit + 3 * Agenda.SECOND)
                .isPresent();
        if (heard > limit + Agenda.SECOND && !renewed) {
            throw new LawBroken(
                    "P3",
                    host + " takes over " + heard / Agenda.MS + " ms after it heard "
                            + host.peer()
                            + ", which has not told the arbiter since that it is followed: " + why);
        }
    }

    /** PostgreSQL left recovery. */
    void promoted(SimHost host) {
        Optional<Step.Claim> claim = host.disk().durable().running().stream()
                .filter(r -> !r.isOver() && r.plan().kind() == PlanKind.FAILOVER)
                .flatMap(r -> r.steps().stream())
                .filter(step -> step instanceof Step.Claim c && c.basis() == ClaimBasis.EXPIRY)
                .map(step -> (Step.Claim) step)
                .findFirst();
        Optional<Told> told = last.filter(t -> t.owner() == host.peer()
                && claim.filter(c -> c.epoch().number() > t.epoch()).isPresent());
        if (isExempt() || told.isEmpty()) {
            return;
        }
        long lost = host.postgres().data().end.position().bytesBehind(told.get().position());
        if (lost > universe.policy().maximumLagOnFailover()) {
            throw new LawBroken(
                    "P3",
                    host + " promotes " + lost + " bytes short of what " + host.peer()
                            + " told the arbiter");
        }
    }

    private boolean isExempt() {
        return person.hasHandled()
                || !universe.policy().guard().isLease()
                || universe.policy().sync().isOn();
    }
}
