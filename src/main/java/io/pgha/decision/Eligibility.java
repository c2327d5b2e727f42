package io.pgha.decision;

import io.pgha.model.Lsn;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.model.PostgresView;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Why this standby would not take over (row B12): every reason at once, each with what mends it. */
public final class Eligibility {

    private Eligibility() {}

    /** All vetoes; an empty list means that it would. */
    @Decides(Row.B12)
    public static List<String> vetoes(World w) {
        List<String> vetoes = new ArrayList<>();
        Memory m = w.memory();
        if (m.state() != NodeState.STANDBY) {
            vetoes.add("this node is " + m.state() + ", not STANDBY");
        }
        m.hold()
                .ifPresent(why -> vetoes.add(
                        "an operator holds the gate closed (" + why + "): pgha gate open"));
        m.stillness().ifPresent(why -> vetoes.add(why + ": pgha resume"));
        // Also what could not be made durable here yet, and what was said before a silence.
        w.now()
                .peer()
                .last()
                .flatMap(PeerMessage::paused)
                .filter(why -> m.stillness().isEmpty())
                .ifPresent(why -> vetoes.add(w.now().peerId() + " is " + why + ": pgha resume"));
        m.withheld()
                .ifPresent(why -> vetoes.add(
                        "an operator keeps this node a standby (" + why + "): pgha unstandby"));
        VoteRules.withoutVote(w).ifPresent(vetoes::add);
        SyncRules.veto(w).ifPresent(vetoes::add);
        Renewals.veto(w).ifPresent(vetoes::add);
        block(w).ifPresent(vetoes::add);
        m.running().ifPresent(r -> vetoes.add("busy with " + r.plan().kind().words()));
        w.now()
                .rebuild()
                .ifPresent(why -> vetoes.add("REBUILD NEEDED: " + why + ": pgha initialize"));
        Optional<PostgresView> local = w.now().local().answer();
        if (local.isEmpty()) {
            vetoes.add(
                    "the local PostgreSQL does not answer (" + w.now().local().why() + ")");
        } else {
            localVetoes(w, local.get(), vetoes);
        }
        return vetoes;
    }

    /** After an automatic failover the next one waits until somebody has looked, or for the block period. */
    private static Optional<String> block(World w) {
        Duration period = w.policy().failoverBlock();
        Optional<String> last = w.now().peer().last().flatMap(PeerMessage::unacknowledged);
        Duration gone = w.tally().blockedSince().map(w.now().at()::since).orElse(Duration.ZERO);
        return period.isZero() || gone.compareTo(period) >= 0
                ? Optional.empty()
                : last.map(why -> "the last automatic failover (" + why
                        + ") is not acknowledged: pgha acknowledge, or wait "
                        + period.minus(gone).toSeconds() + " s");
    }

    /** Bytes this standby lacks of what the primary had at last contact, with it or with the arbiter; empty when never known. */
    public static Optional<Long> lagBytes(World w) {
        if (!w.now().isInRecovery()) {
            return Optional.empty();
        }
        return w.now()
                .position()
                .flatMap(mine -> w.tally().primaryPosition().map(mine::bytesBehind));
    }

    private static void localVetoes(World w, PostgresView local, List<String> vetoes) {
        if (!local.inRecovery()) {
            vetoes.add("the local PostgreSQL is not in recovery");
        }
        if (local.replayPaused()) {
            vetoes.add("replay is paused: select pg_wal_replay_resume()");
        }
        w.now().peer().last().ifPresent(peer -> {
            historyVetoes(w.now().self(), peer, local, vetoes);
            parting(w.now(), peer).ifPresent(vetoes::add);
        });
        Optional<Long> lag = lagBytes(w);
        if (lag.isEmpty()) {
            vetoes.add(
                    "lag unknown: the primary has not been heard since this daemon started: pgha promote --accept-loss");
        } else if (lag.get() > w.policy().maximumLagOnFailover()) {
            vetoes.add(RescueRules.lagVeto(w.policy(), lag.get()));
        }
    }

    private static void historyVetoes(
            NodeId self, PeerMessage peer, PostgresView local, List<String> vetoes) {
        if (peer.systemId().filter(id -> !id.equals(local.systemId())).isPresent()) {
            vetoes.add("the peer's database is another one (system identifier "
                    + peer.systemId().orElseThrow() + ", here " + local.systemId()
                    + "): pgha initialize");
        }
        Optional<Integer> theirs = peer.inRecovery().filter(r -> !r).flatMap(r -> peer.timeline());
        if (theirs.filter(t -> t != local.timeline()).isPresent()) {
            int there = theirs.orElseThrow();
            vetoes.add("on timeline " + local.timeline() + " while the primary was on " + there
                    + (there < local.timeline()
                            ? ", which no standby of this timeline can follow: when " + peer.node()
                                    + " is the one to keep, pgha initialize on " + self
                            : ""));
        }
    }

    /** Both promoted a copy of the same timeline, each at another position: the numbers agree and the histories do not. */
    private static Optional<String> parting(Observation now, PeerMessage peer) {
        NodeId self = now.self();
        return now.forks().stream()
                .flatMap(here -> peer.forks().stream()
                        .filter(there -> there.timeline() == here.timeline()
                                && !there.at().equals(here.at()))
                        .map(there -> "timeline " + here.timeline() + " was left at " + here.at()
                                + " here and at " + there.at() + " on " + peer.node()
                                + ", so that neither can follow the other: when " + peer.node()
                                + " is the one to keep, pgha initialize on " + self))
                .findFirst();
    }

    /** The higher of two nodes after a common boot: epoch, then ownership of it, then timeline, then position, then name. */
    static int compareRank(World w, PeerMessage peer) {
        int byEpoch = w.memory().epoch().compareTo(peer.epoch());
        if (byEpoch != 0) {
            return byEpoch;
        }
        boolean mine = w.memory().isOwner(w.now().self());
        boolean theirs = peer.owner().filter(peer.node()::equals).isPresent();
        if (mine != theirs) {
            return mine ? 1 : -1;
        }
        int byTimeline =
                Integer.compare(w.now().timeline().orElse(0), peer.timeline().orElse(0));
        if (byTimeline != 0) {
            return byTimeline;
        }
        Lsn none = new Lsn(0);
        int byPosition =
                w.now().position().orElse(none).compareTo(peer.position().orElse(none));
        return byPosition != 0 ? byPosition : peer.node().compareTo(w.now().self());
    }
}
