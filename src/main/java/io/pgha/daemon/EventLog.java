package io.pgha.daemon;

import io.pgha.engine.Event;
import io.pgha.engine.EventLine;
import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Where events go: the log, the newest thousand in memory, and the operator's command, which never holds anybody up. */
final class EventLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("pgha");
    private static final int KEPT = 1000;
    private static final int WAITING = 100;

    private final String node;
    private volatile Hook command;
    private final java.util.function.Function<EventLine, String> json;
    private final Deque<EventLine> newest = new ArrayDeque<>();
    private final ThreadPoolExecutor hook;
    private long count;

    /**
     * @param command argv of on_event; empty: none. The code and the sentence are added as arguments, JSON is its input
     * @param timeout of one run
     * @param json renders an event
     */
    EventLog(
            String node,
            List<String> command,
            Duration timeout,
            java.util.function.Function<EventLine, String> json) {
        this.node = node;
        this.command = new Hook(command, timeout);
        this.json = json;
        this.hook = new ThreadPoolExecutor(
                0, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), body -> {
                    Thread t = new Thread(null, body, "on-event", 256 << 10);
                    t.setDaemon(true);
                    return t;
                });
    }

    /** The operator's command and the deadline of one run. */
    private record Hook(List<String> argv, Duration timeout) {
        Hook {
            argv = List.copyOf(argv);
        }
    }

    /** From the next event on it is another command; none when it is empty. Any thread. */
    void call(List<String> next, Duration limit) {
        command = new Hook(next, limit);
    }

    /** Any thread. */
    void accept(Event event) {
        EventLine line = keep(event);
        LOG.atLevel(Level.valueOf(event.severity().name()))
                .addKeyValue(LogForm.EVENT, event.code())
                .log(event.sentence());
        if (!command.argv().isEmpty()) {
            try {
                hook.execute(() -> call(line));
            } catch (RejectedExecutionException e) {
                LOG.warn(
                        "{} on_event is {} events behind: this one is not passed on",
                        node,
                        WAITING);
            }
        }
    }

    private synchronized EventLine keep(Event event) {
        count = count + 1;
        String at = OffsetDateTime.now(java.time.ZoneId.systemDefault())
                .truncatedTo(ChronoUnit.MILLIS)
                .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
        EventLine line =
                new EventLine(count, at, event.severity(), event.code(), event.sentence(), node);
        newest.addLast(line);
        if (newest.size() > KEPT) {
            newest.removeFirst();
        }
        return line;
    }

    synchronized List<EventLine> last(int wanted) {
        List<EventLine> all = new ArrayList<>(newest);
        return List.copyOf(all.subList(Math.max(0, all.size() - wanted), all.size()));
    }

    private void call(EventLine line) {
        Hook now = command;
        List<String> argv = new ArrayList<>(now.argv());
        argv.add(line.code());
        argv.add(line.sentence());
        try {
            Command.of(argv).withInput(json.apply(line) + "\n").runOk(now.timeout());
        } catch (CommandFailed e) {
            LOG.warn("on_event: {}", e.words());
        }
    }

    /** Waits until on_event has been given everything, at most as long as one run may take. */
    void drain() throws InterruptedException {
        hook.shutdown();
        Duration limit = command.timeout();
        if (!hook.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("on_event is still busy after {}: not waited for any longer", limit);
        }
    }

    @Override
    public void close() {
        hook.shutdown();
    }
}
