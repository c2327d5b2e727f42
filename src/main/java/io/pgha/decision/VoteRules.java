package io.pgha.decision;

import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Votes;

import java.util.List;
import java.util.Optional;

/**
 * Abdication (row A4): a standby that will not take over says so durably, and an owner that has this on its own disk needs no
 * lease any more: it may stay open for ever without peer and arbiter. Hence a vote that was given up is worth nothing until
 * the owner has answered, durably, that it does not count upon the abdication; no arbiter can stand in for that answer.
 *
 * <p>A vote is given up by a standby whose daemon is stopped, that an operator keeps from taking over, or that is paused;
 * always only towards an owner that is heard at that moment. A restart for an upgrade gives it up too and asks for it back
 * with its first word, since nobody can know at the stop how long it will last. That costs nothing: a standby that has not
 * heard the primary since its start does not take over by itself anyway (its lag is not known), and one that has heard it has
 * its answer a heartbeat later.
 */
public final class VoteRules {

    private VoteRules() {}

    /** What the votes of both nodes demand now; empty: nothing. */
    static Optional<Decision> decide(World w) {
        return ofPeer(w).or(() -> own(w)).map(votes -> note(w, votes));
    }

    /**
     * A daemon that is about to stop decides nothing more but this.
     *
     * @return to be recorded before {@link #mayLeave} can be true
     */
    public static List<Fact> leaving(World w) {
        return mayGiveUp(w) && w.memory().votes().own() != Votes.Own.GIVEN_UP
                ? List.of(voted(w, givenUp(w, "its daemon was stopped")))
                : List.of();
    }

    /** Nobody waits for this standby's abdication, or the owner has it on its disk. */
    public static boolean mayLeave(World w) {
        return !mayGiveUp(w)
                || (w.memory().votes().own() == Votes.Own.GIVEN_UP
                        && theirs(w).alone().isPresent());
    }

    /** Why this node must not take over or open by itself; empty: its vote is its own. */
    static Optional<String> withoutVote(World w) {
        Votes votes = w.memory().votes();
        String peer = w.now().peerId().toString();
        return switch (votes.own()) {
            case HELD -> Optional.empty();
            case GIVEN_UP ->
                Optional.of("this node gave up its vote (" + votes.why() + "): " + peer
                        + " may be open alone, without a lease");
            case ASKED_BACK ->
                Optional.of("this node gave up its vote (" + votes.why() + "), and has not heard "
                        + peer + " give it back: start pgha there, or, when " + peer
                        + " is surely down, pgha promote --force");
        };
    }

    /** Of a peer that says nothing of votes: it votes, and counts upon nobody. */
    private static Votes theirs(World w) {
        return w.peer().flatMap(PeerMessage::votes).orElse(Votes.BOTH);
    }

    /** What this node makes of the peer's vote. */
    private static Optional<Votes> ofPeer(World w) {
        Votes mine = w.memory().votes();
        Votes theirs = theirs(w);
        boolean news = theirs.number() > mine.forgotten();
        if (w.peer().isEmpty()) {
            return Optional.empty();
        }
        if (theirs.own() == Votes.Own.GIVEN_UP) {
            boolean counts = w.policy().guard().isLease()
                    && w.memory().state() == NodeState.PRIMARY
                    && mine.alone().isEmpty()
                    && news
                    && endorsesUs(w);
            return counts
                    ? Optional.of(mine.standingAlone(
                            w.now().peerId() + " gave up its vote (" + theirs.why() + ")"))
                    : Optional.empty();
        }
        boolean answers = mine.alone().isPresent()
                ? !mayServe(w.memory().state()) || (endorsesUs(w) && !mayOutlast(w))
                : news && theirs.own() == Votes.Own.ASKED_BACK;
        return answers ? Optional.of(mine.forgetting(theirs.number())) : Optional.empty();
    }

    private static boolean endorsesUs(World w) {
        return w.peer()
                .filter(p -> p.epoch().equals(w.memory().epoch())
                        && p.owner().filter(w.now().self()::equals).isPresent())
                .isPresent();
    }

    /**
     * What this node granted itself while alone may last longer than the peer will wait: the long lease of a daemon that stops,
     * perhaps an earlier start's. One that holds the second slot has armed both anew.
     */
    private static boolean mayOutlast(World w) {
        MonoTime now = w.now().at();
        Optional<Leases.Held> held = w.tally().leases().heldAt(now);
        return held.map(h -> h.slot() == 0
                        || h.until().since(now).compareTo(w.policy().lease()) > 0)
                .orElse(!now.isPast(w.tally().startedAt(), w.policy().handoverLease()));
    }

    /** What this node makes of its own. */
    private static Optional<Votes> own(World w) {
        Votes mine = w.memory().votes();
        Optional<String> reason = reason(w).filter(why -> mayGiveUp(w));
        if (mine.own() != Votes.Own.GIVEN_UP && reason.isPresent()) {
            return reason.map(why -> givenUp(w, why));
        }
        return switch (mine.own()) {
            case HELD ->
                // An operator vouched for this node, or its journal was lost.
                theirs(w).alone().isPresent() && !mayServe(w.memory().state())
                        ? Optional.of(
                                givenUp(w, w.now().peerId() + " stands alone, without this node"))
                        : Optional.empty();
            case GIVEN_UP -> reason(w).isEmpty() ? Optional.of(mine.askedBack()) : Optional.empty();
            case ASKED_BACK ->
                theirs(w).alone().isEmpty() && theirs(w).forgotten() >= mine.number()
                        ? Optional.of(mine.held())
                        : Optional.empty();
        };
    }

    private static Optional<String> reason(World w) {
        return w.memory()
                .withheld()
                .map(why -> "an operator keeps it a standby: " + why)
                .or(() -> w.memory().stillness());
    }

    /** It follows, has no intent of its own, and hears the owner it endorses. */
    private static boolean mayGiveUp(World w) {
        Memory m = w.memory();
        return w.policy().guard().isLease()
                && (m.state() == NodeState.STANDBY || m.state() == NodeState.DEPOSED)
                && m.running().isEmpty()
                && m.isOwner(w.now().peerId())
                && w.peerIn(NodeState.PRIMARY)
                        .filter(p -> p.votes().isPresent() && p.epoch().equals(m.epoch()))
                        .isPresent();
    }

    private static boolean mayServe(NodeState state) {
        return state == NodeState.PRIMARY || state == NodeState.PROMOTING;
    }

    private static Votes givenUp(World w, String why) {
        return w.memory().votes().givenUp(why, theirs(w).forgotten());
    }

    private static Decision note(World w, Votes votes) {
        Situation situation = w.memory().stillness().isPresent()
                ? Situation.PAUSED
                : votes.isHeld() && votes.alone().isEmpty()
                        ? Situation.HEALTHY
                        : w.memory().state() == NodeState.PRIMARY
                                ? Situation.STANDBY_MISSING
                                : Situation.TAKEOVER_VETOED;
        Fact.Voted fact = voted(w, votes);
        return new Decision.Note(situation, List.of(fact), fact.why());
    }

    private static Fact.Voted voted(World w, Votes votes) {
        return new Fact.Voted(votes, words(w, votes));
    }

    private static String words(World w, Votes votes) {
        Votes before = w.memory().votes();
        if (!votes.alone().equals(before.alone())) {
            return votes.alone()
                    .map(why -> why + ": no lease is needed from now on")
                    .orElse(w.now().peerId()
                            + " has its vote again: leases are needed from now on");
        }
        return switch (votes.own()) {
            case GIVEN_UP -> "this node gives up its vote: " + votes.why();
            case ASKED_BACK -> "this node asks for its vote back";
            case HELD ->
                before.isHeld()
                        ? w.now().peerId() + "'s abdication is not counted upon"
                        : "this node has its vote again";
        };
    }
}
