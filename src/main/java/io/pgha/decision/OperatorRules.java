package io.pgha.decision;

import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What operators want comes before what is seen: a pause holds both nodes, until it is lifted or its time is over. The votes
 * that follow from it are settled also while paused.
 */
final class OperatorRules {

    private OperatorRules() {}

    static Optional<Decision> decide(World w) {
        return peer(w).or(() -> VoteRules.decide(w)).or(() -> pause(w)).or(() -> block(w));
    }

    /** The pause is level-triggered: whatever the peer says last is on this disk as well. */
    private static Optional<Decision> peer(World w) {
        Optional<String> said = w.peer().flatMap(PeerMessage::paused);
        if (w.peer().isEmpty() || said.equals(w.memory().peerPaused())) {
            return Optional.empty();
        }
        return said.map(words -> note(
                        Situation.PAUSED,
                        new Fact.PeerPaused(words),
                        w.now().peerId() + " is " + words))
                .or(() -> Optional.of(note(
                        Situation.HEALTHY,
                        new Fact.PeerResumed(),
                        w.now().peerId() + " is not paused any more")));
    }

    private static Optional<Decision> pause(World w) {
        Optional<Memory.Pause> pause = w.memory().paused();
        boolean over = pause.filter(p -> p.forMillis() > 0)
                .flatMap(p -> w.tally()
                        .pausedSince()
                        .filter(since ->
                                w.now().at().isPast(since, Duration.ofMillis(p.forMillis()))))
                .isPresent();
        if (over) {
            return Optional.of(note(
                    Situation.HEALTHY,
                    new Fact.Resumed("its time is over"),
                    "the pause is over: its time has passed"));
        }
        return w.memory()
                .stillness()
                .map(words -> new Decision.Hold(
                        Situation.PAUSED,
                        words + "; nothing is done automatically on either node: pgha resume"));
    }

    private static Optional<Decision> block(World w) {
        boolean over = w.memory().unacknowledged().isPresent()
                && w.memory().state() == NodeState.PRIMARY
                && w.tally()
                        .blockedSince()
                        .filter(since -> w.now().at().isPast(since, w.policy().failoverBlock()))
                        .isPresent();
        return over
                ? Optional.of(note(
                        Situation.HEALTHY,
                        new Fact.Acknowledged("failover_block"),
                        "the block period after the failover is over"))
                : Optional.empty();
    }

    private static Decision note(Situation situation, Fact fact, String why) {
        return new Decision.Note(situation, List.of(fact), why);
    }
}
