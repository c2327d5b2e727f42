package io.pgha.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.pgha.config.Settings.HttpSettings;
import io.pgha.engine.FrontDesk;
import io.pgha.model.MonoTime;
import io.pgha.model.Policy;
import io.pgha.os.BoundedExecutor;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The read-only HTTP endpoint, for traffic managers and monitoring. GET, HEAD and OPTIONS answer with the same code; OPTIONS
 * is what HAProxy's {@code option httpchk} sends when it is told nothing else. Nothing can be changed over it.
 *
 * <ul>
 *   <li>{@code /primary}: 200 while clients may write here, else 503.
 *   <li>{@code /standby}, {@code /replica}: 200 while this node follows and streams; {@code ?lag=16MB} limits the lag.
 *   <li>{@code /health}: 200 while the daemon turns and PostgreSQL answers.
 *   <li>{@code /status}: the status as JSON. {@code /metrics}: Prometheus' text.
 * </ul>
 */
public final class StatusServer implements AutoCloseable {

    /** Of one request; the JDK's server reads and writes with blocking calls. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static final int THREADS = 2;
    private static final int QUEUE = 64;

    private final HttpServer server;
    private final BoundedExecutor executor;
    private final FrontDesk desk;
    private final Metrics metrics;
    private final Supplier<MonoTime> clock;
    private final RoleCheck roles;
    private final StatusJson json = new StatusJson();

    /** A whole response. */
    private record Page(int code, String type, String body) {}

    private StatusServer(
            HttpServer server,
            FrontDesk desk,
            Metrics metrics,
            Policy policy,
            Supplier<MonoTime> clock) {
        this.server = server;
        this.executor = new BoundedExecutor("http", THREADS, QUEUE, LIMIT);
        this.desk = desk;
        this.metrics = metrics;
        this.clock = clock;
        this.roles = new RoleCheck(ControlPages.staleAfter(policy));
    }

    /**
     * Listens, and serves on two threads until {@link #close}.
     *
     * @throws IOException when the address cannot be listened on; the message says what to change
     */
    public static StatusServer open(
            HttpSettings settings,
            FrontDesk desk,
            Metrics metrics,
            Policy policy,
            Supplier<MonoTime> clock)
            throws IOException {
        HttpServer server = bind(settings);
        StatusServer it = new StatusServer(server, desk, metrics, policy, clock);
        server.setExecutor(it.executor);
        server.createContext("/", it::handle);
        server.start();
        return it;
    }

    private static HttpServer bind(HttpSettings settings) throws IOException {
        InetSocketAddress address = new InetSocketAddress(settings.listen(), settings.port());
        try {
            return HttpServer.create(address, 64);
        } catch (IOException e) {
            throw new IOException(
                    "HTTP cannot listen on " + settings.listen() + " port " + settings.port() + ": "
                            + e.getMessage()
                            + ". Change http.listen or http.port, or look who has the port: ss -ltnp",
                    e);
        }
    }

    /**
     * Looks whether {@link #open} would find its address free; listens for no longer than that.
     *
     * @throws IOException as {@link #open}
     */
    public static void requireFree(HttpSettings settings) throws IOException {
        bind(settings).stop(0);
    }

    /** Where it listens; the port is the real one also when 0 was configured. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            if (!method.equals("GET") && !method.equals("HEAD") && !method.equals("OPTIONS")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD, OPTIONS");
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            Page page = page(
                    exchange.getRequestURI().getPath(),
                    Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""));
            byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", page.type());
            if (!method.equals("GET")) {
                exchange.sendResponseHeaders(page.code(), -1);
                return;
            }
            exchange.sendResponseHeaders(page.code(), body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    private Page page(String path, String query) {
        return switch (path) {
            case "/primary" -> verdict(roles.primary(desk.status(), clock.get()));
            case "/standby", "/replica" -> standby(query);
            case "/health" -> verdict(roles.health(desk.status(), clock.get()));
            case "/status" ->
                new Page(200, "application/json", json.status(desk.status(), clock.get()) + "\n");
            case "/metrics" ->
                new Page(200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
            default -> text(404, "there is /primary, /standby, /health, /status and /metrics");
        };
    }

    private Page standby(String query) {
        Optional<String> asked = Arrays.stream(query.split("&"))
                .filter(p -> p.startsWith("lag="))
                .map(p -> p.substring("lag=".length()))
                .findFirst();
        OptionalLong limit = asked.map(Amounts::parseBytes).orElse(OptionalLong.empty());
        if (asked.isPresent() && limit.isEmpty()) {
            return text(400, "lag is not a size: write it like lag=16MB");
        }
        return verdict(roles.standby(desk.status(), clock.get(), limit));
    }

    private static Page verdict(RoleCheck.Verdict verdict) {
        return text(verdict.yes() ? 200 : 503, (verdict.yes() ? "yes: " : "no: ") + verdict.why());
    }

    private static Page text(int code, String line) {
        return new Page(code, "text/plain; charset=utf-8", line + "\n");
    }

    /** Ends at once; requests in flight are cut. */
    @Override
    public void close() {
        server.stop(0);
        executor.close();
    }
}
