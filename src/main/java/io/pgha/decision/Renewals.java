package io.pgha.decision;

import io.pgha.model.ArbiterReply;
import io.pgha.model.Followed;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PostgresView;
import io.pgha.model.Probed;
import io.pgha.model.Renewal;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.PlanKind;

import java.time.Duration;
import java.util.Optional;

/**
 * What the owner tells the arbiter of itself and its standby, and what the standby makes of it (protocol section 2): a takeover
 * on silence loses at most {@code maximum_lag_on_failover} of what the arbiter knows, and a standby that the owner went
 * without for long does not take over by itself. With synchronous replication its own rules are stricter, and these silent.
 */
final class Renewals {

    private static final String ACCEPT = ": pgha promote --accept-loss";

    private Renewals() {}

    /**
     * Each confirmed position is followed by the newest one; pgha's own probe writes once an interval, so that there always is
     * something to confirm. That a standby is listed says nothing: it is for wal_sender_timeout after its machine went.
     */
    static Following following(Following before, Observation now, Memory memory) {
        if (memory.state() != NodeState.PRIMARY) {
            return Following.NONE;
        }
        if (!(now.local() instanceof Probed.Answered<PostgresView> look)) {
            return before;
        }
        Optional<MonoTime> confirmed = SyncRules.standby(now.peerId(), look.value())
                .filter(s -> before.expected()
                        .filter(lsn -> s.flushed().compareTo(lsn) >= 0)
                        .isPresent())
                .flatMap(s -> before.expectedAt());
        return confirmed.isPresent() || before.expected().isEmpty()
                ? new Following(
                        confirmed.or(before::at),
                        Optional.of(look.value().position()),
                        Optional.of(look.at()))
                : before;
    }

    /** Told with every question while this node serves. */
    static Optional<Followed> followed(World w) {
        if (w.memory().state() != NodeState.PRIMARY || !w.now().isReadWrite()) {
            return Optional.empty();
        }
        Optional<Lsn> confirmed = w.now()
                .local()
                .answer()
                .flatMap(view -> SyncRules.standby(w.now().peerId(), view))
                .map(s -> s.flushed());
        return Optional.of(new Followed(
                confirmed,
                SyncRules.told(w),
                w.tally().following().at().map(at -> w.now().at().since(at))));
    }

    /** What the owner that this node endorses told the arbiter last, as the arbiter knows it now. */
    static Optional<Renewal> of(Observation now, Memory memory) {
        return now.arbiter()
                .reply()
                .flatMap(ArbiterReply::renewal)
                .filter(r -> r.epoch().equals(memory.epoch())
                        && memory.isOwner(r.owner())
                        && r.owner().equals(now.peerId()));
    }

    /** Up to where the old owner's WAL may reach for the loss to be accepted; empty: any loss is, or none is looked at here. */
    static Optional<Lsn> bearable(World w, PlanKind kind, ClaimBasis basis) {
        boolean bound = kind == PlanKind.FAILOVER && basis == ClaimBasis.EXPIRY && isAsked(w);
        return w.now()
                .position()
                .filter(mine -> bound)
                .map(mine -> new Lsn(mine.value() + w.policy().maximumLagOnFailover()));
    }

    private static boolean isAsked(World w) {
        return w.policy().guard().isLease() && !w.policy().sync().isOn();
    }

    /** Why this standby is not eligible any more: neither did it hear of the owner of late, nor the owner of it. */
    @Decides(Row.B12)
    static Optional<String> veto(World w) {
        Duration limit = w.policy().eligibleFor();
        boolean isKnown = w.tally().primaryPosition().isPresent();
        boolean heard = w.now()
                .peer()
                .contactAt()
                .filter(at -> !w.now().at().isPast(at, limit))
                .isPresent();
        if (!isAsked(w) || w.memory().state() != NodeState.STANDBY || !isKnown || heard) {
            return Optional.empty();
        }
        String peer = w.now().peerId().toString();
        String unheard = "lag in time: " + peer + " was not heard for more than "
                + limit.toSeconds() + " s, and ";
        Optional<Renewal> told = LeaseRules.freshReply(w).flatMap(reply -> of(w.now(), w.memory()));
        if (told.isEmpty()) {
            return Optional.of(unheard
                    + "the arbiter does not know what it did since (it does not answer, or was started anew)"
                    + ACCEPT);
        }
        Optional<Duration> alone = told.get().followed().flatMap(Followed::alone);
        if (alone.isEmpty()) {
            return Optional.of(
                    unheard + "has not told the arbiter that this copy follows it" + ACCEPT);
        }
        return alone.get().compareTo(limit) > 0
                ? Optional.of(unheard + "served for " + alone.get().toSeconds()
                        + " s without this copy, by its last word to the arbiter" + ACCEPT)
                : Optional.empty();
    }
}
