package io.pgha.http;

import io.pgha.engine.EventLine;
import io.pgha.engine.FrontDesk;
import io.pgha.engine.Reply;
import io.pgha.engine.Request;
import io.pgha.engine.Status;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A daemon's front desk that says what a test laid out, and remembers what it was asked. */
public final class StoredDesk implements FrontDesk {

    public volatile Status status;
    public volatile Reply reply = new Reply(0, List.of("done"), Optional.empty());
    public volatile Optional<Status> afterAsk = Optional.empty();
    public final Queue<Reply> dryReplies = new ConcurrentLinkedQueue<>();
    public final List<Request> asked = new CopyOnWriteArrayList<>();
    public final List<EventLine> events = new CopyOnWriteArrayList<>();

    public StoredDesk(Status status) {
        this.status = status;
    }

    @Override
    public Status status() {
        return status;
    }

    @Override
    public Reply ask(Request request, Duration limit) {
        asked.add(request);
        if (!request.dryRun()) {
            afterAsk.ifPresent(s -> status = s);
            return reply;
        }
        return Optional.ofNullable(dryReplies.poll())
                .orElseGet(() -> new Reply(
                        reply.exitCode(),
                        List.of("would do this:", "  1. promote"),
                        Optional.empty()));
    }

    @Override
    public List<EventLine> events(int last) {
        return events.subList(Math.max(0, events.size() - last), events.size());
    }
}
