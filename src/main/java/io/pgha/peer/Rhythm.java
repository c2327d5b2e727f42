package io.pgha.peer;

import io.pgha.model.MonoTime;

import java.time.Duration;
import java.util.Optional;

/**
 * When a node asks its peer. The two take turns: who is asked asks along with its answer, and is the one to begin a heartbeat
 * later. So each has a question answered every heartbeat, over the connections of either in turn, by three messages instead
 * of the four that two rhythms of their own would take. Who has begun and hears nothing begins again a little later, and each
 * uses its own connections at least every few heartbeats, whatever the peer does. Used by the link thread only.
 */
final class Rhythm {

    private final Duration own;
    private final Duration peers;
    private final Duration latest;
    private final Duration half;
    private final Duration patience;
    private MonoTime begun;
    private MonoTime asked;
    private boolean isPeersTurn;

    /**
     * A rhythm whose first question is due at once.
     *
     * @param heartbeat how often a question is asked
     * @param isFirst true on one node of the two: they cannot begin together for long
     */
    Rhythm(Duration heartbeat, boolean isFirst, MonoTime now) {
        Duration grace = heartbeat.dividedBy(isFirst ? 8 : 4);
        this.own = heartbeat;
        this.peers = heartbeat.plus(grace);
        this.latest = heartbeat.multipliedBy(2).plus(grace);
        this.half = heartbeat.dividedBy(2);
        this.patience = heartbeat.plus(heartbeat.dividedBy(3));
        this.begun = new MonoTime(now.nanos() - heartbeat.multipliedBy(3).toNanos());
        this.asked = begun;
    }

    /** This node has asked of its own accord, over every connection that it has made. */
    void began(MonoTime now) {
        begun = now;
        asked = now;
        isPeersTurn = true;
    }

    /** This node has asked along with an answer. */
    void joined(MonoTime now) {
        asked = now;
        isPeersTurn = false;
    }

    /**
     * True unless this node has just begun itself, so that the questions of both have crossed; and in any case when its own come
     * to nothing, as when the network swallows what it sends on its own connection.
     *
     * @param contact when the newest question that has been answered was asked; empty: none was
     */
    boolean mayJoin(Optional<MonoTime> contact, MonoTime now) {
        return !isPeersTurn
                || now.isPast(begun, half)
                || contact.filter(asked -> !now.isPast(asked, patience)).isEmpty();
    }

    /** A connection on which nothing was asked for this long is asked along with an answer on it. */
    Duration half() {
        return half;
    }

    /** When this node is to begin. */
    MonoTime due() {
        MonoTime turn = asked.plus(isPeersTurn ? peers : own);
        MonoTime last = begun.plus(latest);
        return turn.isAfter(last) ? last : turn;
    }
}
