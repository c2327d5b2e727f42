package io.pgha.decision;

import io.pgha.decision.Verdicts.Verdict;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;

import java.util.List;
import java.util.Optional;

/** What comes of an operator's word that changes what pgha may do by itself. */
public final class Wishes {

    private Wishes() {}

    /** pgha pause. */
    public static Verdict pause(World w, String by, String why, long forMillis) {
        if (w.memory().running().isPresent()) {
            return refused(
                    "busy with " + w.memory().running().get().plan().kind().words()
                            + ": wait for its end, see pgha status");
        }
        return new Verdict(
                0,
                List.of(
                        "nothing is done automatically on either node until pgha resume"
                                + (forMillis > 0
                                        ? ", or for " + forMillis / 1000
                                                + " s (a restarted daemon counts anew)"
                                        : ""),
                        "a primary that dies now stays dead: nobody takes over"),
                List.of(new Fact.Paused(by, why, forMillis)),
                Optional.empty());
    }

    /** pgha resume. */
    public static Verdict resume(World w, String by) {
        if (w.memory().stillness().isEmpty()) {
            return done("nothing is paused");
        }
        if (w.memory().paused().isEmpty()
                && w.peer().flatMap(PeerMessage::paused).isPresent()) {
            return refused(w.now().peerId() + " is "
                    + w.peer().flatMap(PeerMessage::paused).orElse("")
                    + ": type pgha resume there");
        }
        return new Verdict(
                0,
                List.of("resumed"),
                List.of(new Fact.Resumed("resumed by " + by)),
                Optional.empty());
    }

    /** pgha standby. */
    public static Verdict standby(World w, String why) {
        if (w.memory().state() == NodeState.PRIMARY) {
            return refused("this node is the primary: hand the role over first (pgha release)");
        }
        if (w.memory().state() == NodeState.PROMOTING) {
            return refused("a takeover is being finished: see pgha status");
        }
        return new Verdict(
                0,
                List.of("this node stays a standby, and will not take over, until pgha unstandby"),
                List.of(new Fact.Withheld(why)),
                Optional.empty());
    }

    /** pgha unstandby. */
    public static Verdict unstandby(World w) {
        return w.memory().withheld().isEmpty()
                ? done("this node may take over already")
                : new Verdict(
                        0,
                        List.of("this node may take over again"),
                        List.of(new Fact.Readmitted()),
                        Optional.empty());
    }

    /** pgha acknowledge. */
    public static Verdict acknowledge(World w, String by) {
        Optional<String> here = w.memory().unacknowledged();
        if (here.isPresent()) {
            return new Verdict(
                    0,
                    List.of("acknowledged: " + here.get(), "the next failover is automatic again"),
                    List.of(new Fact.Acknowledged(by)),
                    Optional.empty());
        }
        return w.peer().flatMap(PeerMessage::unacknowledged).isPresent()
                ? refused(
                        "the failover was to " + w.now().peerId() + ": type pgha acknowledge there")
                : done("there is no failover to acknowledge");
    }

    private static Verdict done(String words) {
        return new Verdict(0, List.of(words), List.of(), Optional.empty());
    }

    private static Verdict refused(String words) {
        return new Verdict(5, List.of(words), List.of(), Optional.empty());
    }
}
