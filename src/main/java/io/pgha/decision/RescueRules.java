package io.pgha.decision;

import io.pgha.model.Cede;
import io.pgha.model.CedeAnswer;
import io.pgha.model.PeerMessage;
import io.pgha.model.Policy;
import io.pgha.plan.Step;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What fetching the old primary's WAL means for a takeover (protocol section 8): lag that can be fetched is no reason to refuse
 * a cede, and a takeover that lost more than is accepted, or whose standby is not fit, is undone and refused.
 */
public final class RescueRules {

    /** How fast WAL is expected to come, at the least: beyond that a restart in place is sooner done. */
    private static final long BYTES_PER_SECOND = 16L << 20;

    private static final String FETCHABLE = "lag of ";
    private static final String BEYOND = "too far behind to fetch it: ";

    private RescueRules() {}

    /** The veto for a lag above the limit; its beginning tells whether a rescue can heal it. */
    static String lagVeto(Policy policy, long lag) {
        long reach = policy.walRescueTimeout().toSeconds() * BYTES_PER_SECOND;
        return (lag > reach ? BEYOND : "") + FETCHABLE + lag
                + " bytes at last contact is above maximum_lag_on_failover = "
                + policy.maximumLagOnFailover() + ": pgha promote --accept-loss";
    }

    /** True for what does not stand in the way of a cede, since the ceding node's daemon gives the rest out. */
    public static boolean isHealedByRescue(String veto) {
        return veto.startsWith(FETCHABLE) || veto.startsWith(SyncRules.LOST);
    }

    /** What may be lost: with synchronous replication nothing, unless all that was acknowledged is known to be here already. */
    private static long acceptable(World w) {
        boolean isPromised = w.policy().sync().isOn();
        boolean has = w.now().peer().last().flatMap(PeerMessage::synchronous).orElse(false);
        return isPromised && !has ? 0 : w.policy().maximumLagOnFailover();
    }

    /** Why a cede is refused; empty: it is taken. Where the old WAL cannot be read to its end, no veto is healed by fetching. */
    static List<String> refusals(World w, Cede cede) {
        return Eligibility.vetoes(w).stream()
                .filter(veto -> cede.unread().isPresent() || !isHealedByRescue(veto))
                .toList();
    }

    /** A rescue is over and what is lost is more than is accepted: the way back. Empty: the takeover goes on. */
    public static Optional<List<Fact>> wayBack(
            World w, Memory.Running running, List<Fact> outcome) {
        return outcome.stream()
                .filter(fact -> fact instanceof Fact.WalRescued)
                .map(fact -> (Fact.WalRescued) fact)
                .filter(rescued -> rescued.lost() > acceptable(w) || isUnknown(rescued, w))
                .findFirst()
                .map(rescued -> undo(
                        w,
                        running,
                        "it would lose " + rescued.lost() + " bytes of WAL"
                                + (rescued.unread().isPresent() ? " or more" : "") + ", of which "
                                + acceptable(w)
                                + " may be lost (maximum_lag_on_failover, sync): "
                                + rescued.unread().orElse(rescued.trouble())));
    }

    /** Not known to be nothing, where nothing may be lost. */
    private static boolean isUnknown(Fact.WalRescued rescued, World w) {
        return rescued.unread().isPresent() && acceptable(w) == 0;
    }

    /** The takeover goes back; when its rescue failed, the old owner hears that it is to serve again (rule R). */
    public static List<Fact> undo(World w, Memory.Running running, String why) {
        List<Fact> facts = new ArrayList<>();
        if (running.step() instanceof Step.RescueWal) {
            w.memory()
                    .cedeAnswer()
                    .ifPresent(taken -> facts.add(
                            new Fact.CedeAnswered(new CedeAnswer(taken.id(), false, why))));
        }
        facts.add(new Fact.PlanUndoing(running.plan().id(), why));
        return facts;
    }
}
