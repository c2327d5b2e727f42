package io.pgha.decision;

import io.pgha.model.Cede;
import io.pgha.model.CedeAnswer;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Postmaster;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A takeover whose PostgreSQL is down. As long as standby.signal is there it has not left recovery, and nothing can make it do
 * so any more: a promotion that was asked for ends with its server.
 */
final class FailedPromotion {

    private FailedPromotion() {}

    /**
     * With standby.signal the takeover never was; without, this is a primary's copy.
     *
     * @param repeated the peer still repeats the cede that this node took: it may serve again, by this node's word (rule R)
     */
    static Decision decide(World w, boolean repeated) {
        Optional<Boolean> standby = w.now().standbySignal().answer();
        if (standby.filter(signal -> !signal).isPresent()) {
            return new Decision.Note(
                    Situation.UNDECIDED,
                    List.of(new Fact.Became(
                            NodeState.UNDECIDED,
                            w.memory().epoch(),
                            w.now().self(),
                            "the promotion had been carried out before the restart")),
                    "the promotion had been carried out before the restart");
        }
        if (standby.isPresent() && repeated) {
            return givesBack(w);
        }
        boolean mayStart =
                w.now().postmaster() == Postmaster.CRASHED || w.tally().bootAsked();
        if (standby.isPresent()
                && mayStart
                && w.tally().restarts() < w.policy().crash().restartAttempts()) {
            return HandoverRules.asBefore(
                    w, "a takeover ended before the promotion: start as standby");
        }
        return new Decision.Hold(
                Situation.WAITING_FOR_OPERATOR,
                "a takeover was interrupted, and PostgreSQL is down: pgha check-start");
    }

    /** Rule R: refused before this node is a standby again, so that the old owner serves at once. */
    private static Decision givesBack(World w) {
        String why = "PostgreSQL on " + w.now().self() + " ended before it was promoted ("
                + w.memory().lastOutcome() + ")";
        List<Fact> facts = new ArrayList<>();
        w.peer()
                .flatMap(PeerMessage::cede)
                .map(Cede::id)
                .ifPresent(id -> facts.add(new Fact.CedeAnswered(new CedeAnswer(id, false, why))));
        facts.add(new Fact.Became(
                NodeState.STANDBY, HandoverRules.epochBefore(w), w.now().peerId(), why));
        return new Decision.Note(
                Situation.TAKEOVER_VETOED,
                facts,
                "gives epoch " + HandoverRules.epochBefore(w) + " back to "
                        + w.now().peerId() + ": " + why);
    }
}
