package io.pgha.engine;

import java.time.Duration;
import java.util.List;

/**
 * What the daemon offers to those who stand outside: the control socket, HTTP and metrics. Implemented by the daemon.
 *
 * <p>Every method may be called from any thread at any rate that the callers' own bounds allow; none of them may wait for
 * a disk or for PostgreSQL.
 */
public interface FrontDesk {

    /** The newest status. Thread-safe, cheap, never older than one turn of a living engine. */
    Status status();

    /**
     * Hands an operator's request to the engine.
     *
     * @param limit how long to wait for the engine to take it up
     * @return the verdict, as soon as the request was accepted or refused, not when its workflow ends; when the engine did
     *     not answer within {@code limit}, a reply with exit code 1 that says so
     */
    Reply ask(Request request, Duration limit);

    /** The newest events this daemon knows, at most {@code last} of them, oldest first. */
    List<EventLine> events(int last);
}
