package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.config.Settings.PoolerSettings;
import io.pgha.engine.Actuator;
import io.pgha.engine.Actuator.Resuming;
import io.pgha.pooler.Pooler;
import io.pgha.postgres.PassFile;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Lets the clients of all PgBouncers wait, and on again: side by side, so that none waits for another. */
final class PoolerKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(PoolerKeeper.class);
    private static final Duration RESUME_LIMIT = Duration.ofSeconds(2);
    /** So much later than its own deadline each has said why it failed. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private static final long AGAIN_NANOS = 1_000_000_000;
    private static final long STACK_BYTES = 512 << 10;

    private final List<Pooler> poolers;
    private final Duration pauseTimeout;
    private final ExecutorService threads;
    private final Map<Pooler, Attempt> resuming = new HashMap<>();

    /**
     * One RESUME; only the engine's thread looks at it.
     *
     * @param outcome what kept the pooler from it; empty: it has answered
     * @param at when it was begun
     * @param before why the one before it failed, which holds until this one has an outcome
     */
    private record Attempt(Future<Optional<String>> outcome, long at, Optional<String> before) {

        Optional<String> trouble() {
            if (!outcome.isDone()) {
                return before;
            }
            try {
                return outcome.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return before;
            } catch (ExecutionException e) {
                return Optional.of("a defect of pgha: " + e.getCause());
            }
        }

        boolean succeeded() {
            return outcome.isDone() && trouble().isEmpty();
        }

        boolean isDue() {
            return outcome.isDone() && !succeeded() && System.nanoTime() - at > AGAIN_NANOS;
        }
    }

    PoolerKeeper(Settings settings) {
        this.poolers = Pooler.of(
                settings,
                (host, port, database, user) ->
                        PassFile.password(settings.postgres(), host, port, database, user));
        this.pauseTimeout =
                settings.pooler().map(PoolerSettings::pauseTimeout).orElse(Duration.ZERO);
        this.threads = Executors.newCachedThreadPool(body -> {
            Thread t = new Thread(null, body, "pgbouncer", STACK_BYTES);
            t.setDaemon(true);
            return t;
        });
    }

    /** Returns when every client of every PgBouncer waits; otherwise says of each why it does not. */
    void pause() throws SQLException, InterruptedException {
        long end = System.nanoTime() + pauseTimeout.plus(GRACE).toNanos();
        List<Future<Boolean>> pausing = new ArrayList<>();
        for (Pooler pooler : poolers) {
            pausing.add(threads.submit(() -> {
                pooler.pause(pauseTimeout);
                return true;
            }));
        }
        List<String> trouble = new ArrayList<>();
        for (int i = 0; i < poolers.size(); i++) {
            trouble(pausing.get(i), end)
                    .map(("PgBouncer " + poolers.get(i).where())::concat)
                    .ifPresent(trouble::add);
        }
        if (!trouble.isEmpty()) {
            throw new SQLException(
                    String.join("; ", trouble)
                            + ". End what runs there or raise pgbouncer.pause_timeout, see pgha check; then pgha switchover again");
        }
    }

    private Optional<String> trouble(Future<Boolean> pausing, long end)
            throws InterruptedException {
        String late = " did not PAUSE within " + pauseTimeout.toMillis() + " ms";
        try {
            pausing.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(late + ": " + words(e));
        } catch (TimeoutException e) {
            return Optional.of(late);
        }
    }

    /** Logs in ahead, while clients wait for something slower; does not wait, and what fails shows later. */
    void prepare() {
        for (Pooler pooler : poolers) {
            threads.execute(() -> {
                try {
                    pooler.prepare(RESUME_LIMIT);
                } catch (SQLException e) {
                    LOG.debug("PgBouncer {} is not reached: {}", pooler.where(), e.getMessage());
                }
            });
        }
    }

    /** As {@link Actuator#resumePoolers()}. */
    Resuming resume() {
        for (Pooler pooler : poolers) {
            Optional<Attempt> last = Optional.ofNullable(resuming.get(pooler));
            if (last.map(Attempt::isDue).orElse(true)) {
                resuming.put(
                        pooler,
                        new Attempt(
                                threads.submit(() -> resume(pooler)),
                                System.nanoTime(),
                                last.flatMap(Attempt::trouble)));
            }
        }
        if (resuming.values().stream().allMatch(Attempt::succeeded)) {
            resuming.clear();
            return Resuming.of(true);
        }
        return new Resuming(
                false,
                resuming.values().stream()
                        .map(Attempt::trouble)
                        .flatMap(Optional::stream)
                        .sorted()
                        .reduce((one, other) -> one + "; " + other));
    }

    private static Optional<String> resume(Pooler pooler) {
        try {
            if (pooler.resume(RESUME_LIMIT)) {
                LOG.info("the clients of PgBouncer {} go on", pooler.where());
            }
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of("PgBouncer " + pooler.where() + " could not be told to RESUME ("
                    + e.getMessage()
                    + "): its clients may wait. It is tried again; by hand: "
                    + pooler.byHand("RESUME"));
        }
    }

    private static String words(ExecutionException e) {
        Throwable cause = e.getCause();
        return String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
    }
}
