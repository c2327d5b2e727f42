package io.pgha.peer;

import java.time.Duration;

/**
 * The link's clockwork.
 *
 * @param heartbeat how often the peer is asked
 * @param answerDeadline a message not answered within this marks the link down
 */
public record LinkPace(Duration heartbeat, Duration answerDeadline) {

    /** A connection attempt that the network swallowed is given up after this. */
    static final Duration CONNECT_DEADLINE = Duration.ofSeconds(2);

    /** A name that the name service has not told within this is looked for where it was last. */
    static final Duration LOOKUP_DEADLINE = Duration.ofSeconds(4);

    /** A connection must have proven who it is within this. */
    static final Duration HANDSHAKE_DEADLINE = Duration.ofSeconds(3);

    /** How long a refused connection is kept, for the reason to reach the other side. */
    static final Duration GOODBYE = Duration.ofMillis(300);

    /** Pause before the first attempt to connect again; it doubles up to the limits below. */
    static final Duration FIRST_RETRY = Duration.ofMillis(100);

    /** Longest pause while the peer cannot be reached: it bounds how late a healed network is noticed. */
    static final Duration LAST_RETRY = Duration.ofSeconds(1);

    /** Longest pause while one side refuses the other, which only a person can change. */
    static final Duration LAST_RETRY_REFUSED = Duration.ofSeconds(5);

    private static final Duration LEAST_SLEEP = Duration.ofSeconds(1);

    public LinkPace {
        if (heartbeat.isNegative()
                || heartbeat.isZero()
                || answerDeadline.compareTo(heartbeat) < 0) {
            throw new IllegalArgumentException("answer deadline " + answerDeadline
                    + " must be at least the heartbeat " + heartbeat + ", which must be positive");
        }
    }

    /** A connection made by the peer on which it has said nothing for this long is dead. */
    Duration idleLimit() {
        return answerDeadline.plus(heartbeat).plus(heartbeat);
    }

    /** A turn that comes later than this was not slow: the process was stopped, or its host paused. */
    Duration sleepLimit() {
        return answerDeadline.compareTo(LEAST_SLEEP) > 0 ? answerDeadline : LEAST_SLEEP;
    }
}
