package io.pgha.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.pgha.engine.FrontDesk;
import io.pgha.engine.Status;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The status as Prometheus metrics. What is not known is {@code NaN} or, where a row belongs to something that is not there,
 * absent; it is never 0, so that an alert on a number cannot be satisfied by ignorance.
 *
 * <p>Every scrape looks at one status, so that its numbers belong together.
 */
public final class Metrics {

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final FrontDesk desk;
    private final Supplier<MonoTime> clock;
    private final MultiGauge trips;
    private final MultiGauge ups;
    private final MultiGauge retained;
    private Status seen;

    /** Registers every meter; reads nothing of the machine before the first scrape except one status. */
    public Metrics(FrontDesk desk, Supplier<MonoTime> clock) {
        this.desk = desk;
        this.clock = clock;
        this.seen = desk.status();
        for (NodeState state : NodeState.values()) {
            Gauge.builder("pgha.state", this, m -> m.seen.state() == state ? 1 : 0)
                    .description("1 for the durable role this node is in, 0 for every other")
                    .tag("state", Names.lower(state))
                    .strongReference(true)
                    .register(registry);
        }
        gaugesOfRole();
        gaugesOfPostgres();
        gaugesOfWork();
        trips = rows(
                "pgha.link.round.trip.seconds",
                "Round trip of the last answered message, per link");
        ups = rows("pgha.link.up", "1 while messages over this link are answered in time");
        retained = rows("pgha.slot.retained.bytes", "WAL held back by a replication slot");
    }

    private void gaugesOfRole() {
        gauge(
                "pgha.epoch",
                "Highest epoch this node knows",
                s -> number(s.epoch().number()));
        gauge(
                "pgha.exit.code",
                "What pgha status exits with: 0 fine, 3 degraded, 4 critical",
                s -> number(s.exitCode()));
        gauge(
                "pgha.gate.open",
                "1 when the gate was read back as open, 0 as closed or damaged",
                s -> s.gate().answer().map(g -> g == GateState.OPEN ? 1.0 : 0.0));
        gauge(
                "pgha.gate.held",
                "1 while an operator keeps the gate closed",
                s -> Optional.of(s.gateHold().isPresent() ? 1.0 : 0.0));
        gauge("pgha.failures", "Consecutive failures of the primary", s -> number(s.failures()));
        gauge("pgha.failures.max", "MAX_PRIMARY_FAILCOUNT in force", s -> number(s.maxFailures()));
        gauge(
                "pgha.lag.bytes",
                "Standby: bytes of WAL behind the primary as at last contact",
                s -> s.lagBytes().map(Long::doubleValue));
        gauge(
                "pgha.vetoes",
                "Reasons for which this node would not take over now",
                s -> number(s.vetoes().size()));
        gauge(
                "pgha.problems",
                "Lines under PROBLEMS in pgha status",
                s -> number(s.problems().size()));
        gauge(
                "pgha.peer.age.seconds",
                "Since the peer's daemon was last heard",
                s -> s.peerAge().map(Metrics::seconds));
    }

    private void gaugesOfPostgres() {
        gauge(
                "pgha.postgres.running",
                "1 while a live postmaster owns the data directory",
                Metrics::running);
        gauge(
                "pgha.postgres.in.recovery",
                "1 while the local PostgreSQL is in recovery",
                s -> local(s).map(v -> v.inRecovery() ? 1.0 : 0.0));
        gauge(
                "pgha.postgres.timeline",
                "Timeline of the local PostgreSQL",
                s -> local(s).map(v -> (double) v.timeline()));
        gauge(
                "pgha.postgres.position.bytes",
                "WAL position of the local PostgreSQL as a byte offset",
                s -> local(s).map(v -> (double) v.position().value()));
        gauge(
                "pgha.client.sessions",
                "Sessions of clients, pgha's own excluded",
                s -> local(s).map(v -> (double) v.clientSessions()));
    }

    private void gaugesOfWork() {
        gauge(
                "pgha.step.number",
                "Step of the workflow in flight, from 1",
                s -> s.running().map(r -> (double) r.step()));
        gauge(
                "pgha.step.count",
                "Steps of the workflow in flight",
                s -> s.running().map(r -> (double) r.steps()));
        gauge(
                "pgha.step.progress.bytes",
                "Bytes done in the current step",
                s -> s.running().filter(r -> r.doneBytes() > 0).map(r -> (double) r.doneBytes()));
        gauge(
                "pgha.step.total.bytes",
                "Bytes of the current step, when known",
                s -> s.running().filter(r -> r.totalBytes() > 0).map(r -> (double) r.totalBytes()));
        Gauge.builder(
                        "pgha.status.age.seconds",
                        this,
                        m -> seconds(m.clock.get().since(m.seen.at())))
                .description(
                        "Age of the status the other metrics are made of; grows when the engine hangs")
                .strongReference(true)
                .register(registry);
        Gauge.builder("pgha.build.info", () -> 1)
                .description("Always 1; what runs is in the labels")
                .tags("version", seen.version(), "guard", seen.guard(), "profile", seen.profile())
                .register(registry);
    }

    /** One scrape, in Prometheus' text format 0.0.4. */
    public synchronized String scrape() {
        seen = desk.status();
        trips.register(
                rowsOf(
                        seen.peerView().links(),
                        "link",
                        l -> l.address(),
                        l -> l.roundTrip().map(Metrics::seconds)),
                true);
        ups.register(
                rowsOf(
                        seen.peerView().links(),
                        "link",
                        l -> l.address(),
                        l -> Optional.of(l.up() ? 1.0 : 0.0)),
                true);
        retained.register(
                rowsOf(
                        local(seen).map(PostgresView::slots).orElse(List.of()),
                        "slot",
                        s -> s.name(),
                        s -> Optional.of((double) s.retainedBytes())),
                true);
        return registry.scrape();
    }

    /** For meters that others keep, such as the daemon's own counters. */
    public MeterRegistry registry() {
        return registry;
    }

    private void gauge(String name, String help, Function<Status, Optional<Double>> value) {
        Gauge.builder(name, this, m -> value.apply(m.seen).orElse(Double.NaN))
                .description(help)
                .strongReference(true)
                .register(registry);
    }

    private MultiGauge rows(String name, String help) {
        return MultiGauge.builder(name).description(help).register(registry);
    }

    private static <T> List<MultiGauge.Row<?>> rowsOf(
            List<T> things,
            String tag,
            Function<T, String> name,
            Function<T, Optional<Double>> value) {
        return things.stream()
                .<MultiGauge.Row<?>>map(t -> MultiGauge.Row.of(
                        Tags.of(tag, name.apply(t)), value.apply(t).orElse(Double.NaN)))
                .toList();
    }

    private static Optional<PostgresView> local(Status s) {
        return s.local().answer();
    }

    private static Optional<Double> running(Status s) {
        return s.postmaster() == Postmaster.UNKNOWN
                ? Optional.empty()
                : number(s.postmaster() == Postmaster.RUNNING ? 1 : 0);
    }

    private static Optional<Double> number(long n) {
        return Optional.of((double) n);
    }

    private static double seconds(Duration span) {
        return span.toNanos() / 1e9;
    }
}
