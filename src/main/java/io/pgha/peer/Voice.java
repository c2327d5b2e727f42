package io.pgha.peer;

import io.pgha.model.PeerMessage;

/** What a link says for its node. Called on the link thread for everything that is sent: cheap, and never failing. */
@FunctionalInterface
public interface Voice {

    /** The newest message of this node. */
    PeerMessage newest();

    /**
     * Whether the newest is new enough to be said. While it is not, the link is silent in both directions' stead: a daemon
     * that cannot turn, or cannot write its journal, must not look alive to its peer.
     */
    default boolean isCurrent() {
        return true;
    }
}
