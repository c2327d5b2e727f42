package io.pgha.model;

import java.util.Optional;

/**
 * Whose votes count: what became of this node's own, and what it makes of the peer's. A vote is given up under a number that
 * rises, so that a late message can neither revive an abdication nor end the next one.
 *
 * @param number of this node's last abdication; 0: it never abdicated
 * @param own what became of it
 * @param why it was given up
 * @param alone why the peer surely can neither take over nor open: no grant is needed then; empty: it might
 * @param forgotten the peer's abdications up to this number are never counted upon again
 */
public record Votes(long number, Own own, String why, Optional<String> alone, long forgotten) {

    /** Both nodes vote. */
    public static final Votes BOTH = new Votes(0, Own.HELD, "", Optional.empty(), 0);

    /** What can become of a vote. */
    public enum Own {
        /** This node may take over. */
        HELD,
        /** The peer may count upon this node never to take over, for ever. */
        GIVEN_UP,
        /** As before, until the peer has said that it does not count upon it any more. */
        ASKED_BACK
    }

    /** This node gives up its vote under a new number, which the peer has not forgotten already. */
    public Votes givenUp(String reason, long peerForgot) {
        return new Votes(Math.max(number, peerForgot) + 1, Own.GIVEN_UP, reason, alone, forgotten);
    }

    /** This node wants its vote back. */
    public Votes askedBack() {
        return new Votes(number, Own.ASKED_BACK, why, alone, forgotten);
    }

    /** This node has its vote: the peer said so, or a person did. */
    public Votes held() {
        return new Votes(number, Own.HELD, "", alone, forgotten);
    }

    /** The peer surely cannot take over. */
    public Votes standingAlone(String reason) {
        return new Votes(number, own, why, Optional.of(reason), forgotten);
    }

    /** In a new role: who serves has a vote, and who serves no more counts upon nobody, since the other may serve now. */
    public Votes in(NodeState state) {
        return switch (state) {
            case PRIMARY -> held();
            case PROMOTING -> this;
            case UNDECIDED,
                    STANDBY,
                    ISOLATED,
                    CEDED,
                    RELEASING,
                    RELEASED,
                    RECONCILING,
                    DEPOSED,
                    CONFLICT -> forgetting(forgotten);
        };
    }

    /** This node does not count upon this abdication any more, nor upon any before it. */
    public Votes forgetting(long abdication) {
        return new Votes(number, own, why, Optional.empty(), Math.max(forgotten, abdication));
    }

    /** True when this node may take over, as far as votes go. */
    public boolean isHeld() {
        return own == Own.HELD;
    }
}
