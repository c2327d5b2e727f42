package io.pgha.daemon;

import io.pgha.engine.Engine;
import io.pgha.engine.EventLine;
import io.pgha.engine.FrontDesk;
import io.pgha.engine.Reply;
import io.pgha.engine.Request;
import io.pgha.engine.Status;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The daemon's front desk: passes between the callers' threads and the engine's. */
final class Posts implements FrontDesk {

    private final Engine engine;
    private final EventLog events;
    private final Status first;

    /** @param first the status to show until the engine has turned once */
    Posts(Engine engine, EventLog events, Status first) {
        this.engine = engine;
        this.events = events;
        this.first = first;
    }

    @Override
    public Status status() {
        return engine.status().orElse(first);
    }

    @Override
    public Reply ask(Request request, Duration limit) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        engine.submit(request, reply::complete);
        try {
            return reply.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Reply(
                    1,
                    List.of("the daemon did not decide within " + limit.toMillis()
                            + " ms: see pgha status"),
                    Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply(6, List.of("interrupted: see pgha status"), Optional.empty());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public List<EventLine> events(int last) {
        return events.last(last);
    }
}
