package io.pgha.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Settings;
import io.pgha.http.Amounts;
import io.pgha.http.Call;
import io.pgha.http.NoDaemonException;
import io.pgha.model.MonoTime;
import io.pgha.model.PortProbe;
import io.pgha.postgres.Depth;
import io.pgha.postgres.PeerDatabase;
import io.pgha.postgres.PortProber;
import io.pgha.postgres.ServerReadiness;
import io.pgha.postgres.ServerReadiness.Lack;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code pgha check} finds out by asking: both servers, this daemon, and through it the peer's. */
final class ServerChecks {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final long SKEW_MILLIS = 2000;

    private final Desk desk;
    private final Settings settings;

    ServerChecks(Desk desk, Settings settings) {
        this.desk = desk;
        this.settings = settings;
    }

    List<Finding> all() throws InvalidConfiguration {
        List<Finding> found = new ArrayList<>();
        found.addAll(server("own server", "127.0.0.1", settings.postgres().port()));
        found.addAll(
                server("peer server", settings.peer().host(), settings.peer().postgresPort()));
        found.add(replication());
        found.addAll(daemon());
        return found;
    }

    private List<Finding> server(String name, String host, int port) {
        PortProber prober =
                new PortProber(settings.postgres(), LIMIT, () -> new MonoTime(System.nanoTime()));
        PortProbe probe = prober.probe(host, port, Depth.FULL);
        String where = host + ":" + port + " ";
        return switch (probe.answer()) {
            case READY, READ_ONLY, ALIVE -> readiness(name, host, port);
            case FULL, STARTING, ERROR ->
                List.of(Finding.warn(
                        name, where + probe.words(), "look again in a minute: pgha check"));
            case DENIED ->
                List.of(
                        Finding.fail(
                                name,
                                where + probe.words(),
                                "admit role " + settings.postgres().user()
                                        + " in pg_hba.conf there, and put its password into postgres.pass_file"));
            case REFUSED ->
                List.of(Finding.warn(
                        name, where + probe.words(), "start PostgreSQL there: pgha check-start"));
            case TIMEOUT, UNRESOLVED, UNTRIED ->
                List.of(Finding.fail(
                        name,
                        where + probe.words(),
                        "look at the network and the name: ping " + host));
        };
    }

    private List<Finding> readiness(String name, String host, int port) {
        try {
            ServerReadiness.Report report =
                    ServerReadiness.look(settings.postgres(), host, port, LIMIT);
            List<Finding> found = new ArrayList<>();
            found.add(Finding.ok(
                    name,
                    host + ":" + port + " answers " + settings.postgres().user() + ", PostgreSQL "
                            + report.version()));
            for (Lack lack : report.lacks()) {
                found.add(
                        lack.fatal()
                                ? Finding.fail(name, lack.words(), lack.remedy())
                                : Finding.warn(name, lack.words(), lack.remedy()));
            }
            return found;
        } catch (SQLException e) {
            return List.of(Finding.warn(
                    name,
                    host + ":" + port + " could not be asked for its settings: " + e.getMessage(),
                    ""));
        }
    }

    private Finding replication() {
        String role = settings.postgres().replicationUser();
        try (Connection connection = new PeerDatabase(settings, LIMIT).open()) {
            return connection.isValid(1)
                    ? Finding.ok(
                            "replication",
                            "role " + role + " may log in at " + settings.peer().host())
                    : Finding.warn(
                            "replication",
                            "the peer took the login of " + role + " and then fell silent",
                            "");
        } catch (SQLException e) {
            // Class 08 is the connection itself (PostgreSQL's Appendix A): nobody was asked for a
            // password yet.
            boolean unreached = String.valueOf(e.getSQLState()).startsWith("08");
            String why = unreached
                    ? "not reached: "
                            + Optional.ofNullable(e.getCause())
                                    .map(Throwable::getMessage)
                                    .orElse(e.getMessage())
                    : String.valueOf(e.getMessage());
            return Finding.fail(
                    "replication",
                    "role " + role + " at " + settings.peer().host() + ": " + why,
                    unreached
                            ? "start PostgreSQL there, and let TCP port "
                                    + settings.peer().postgresPort() + " through"
                            : "admit it in pg_hba.conf there, for replication and for database "
                                    + settings.postgres().database()
                                    + ", and put its password into postgres.pass_file");
        }
    }

    private List<Finding> daemon() throws InvalidConfiguration {
        StringBuilder text = new StringBuilder();
        try {
            desk.ask(Call.look(Call.Command.STATUS, Call.Form.JSON), a -> text.append(a.text()));
            return judged(new ObjectMapper().readTree(text.toString()));
        } catch (NoDaemonException e) {
            return List.of(
                    Finding.warn("daemon", String.valueOf(e.getMessage()), "systemctl start pgha"));
        } catch (IOException e) {
            return List.of(Finding.warn("daemon", String.valueOf(e.getMessage()), ""));
        }
    }

    private List<Finding> judged(JsonNode status) {
        List<Finding> found = new ArrayList<>();
        String situation =
                status.path("state").asText() + ", " + status.path("situation").asText();
        found.add(
                status.path("exit_code").asInt() == 0
                        ? Finding.ok("daemon", situation)
                        : Finding.warn("daemon", situation, "pgha status"));
        for (JsonNode link : status.path("peer_view").path("links")) {
            String address = link.path("address").asText();
            found.add(
                    link.path("up").asBoolean()
                            ? Finding.ok(
                                    "link",
                                    address + " up, "
                                            + link.path("round_trip_ms").asText() + " ms")
                            : Finding.warn(
                                    "link",
                                    address + " down: " + link.path("trouble").asText(),
                                    "start pgha on " + settings.peer().id() + ", and let TCP port "
                                            + settings.peer().linkPort() + " through"));
        }
        JsonNode peer = status.path("peer_view").path("last");
        if (peer.isMissingNode() || peer.isNull()) {
            found.add(Finding.warn(
                    "peer daemon",
                    "not heard since this daemon started: "
                            + status.path("peer_view").path("trouble").asText(),
                    "systemctl status pgha, on " + settings.peer().id()));
            return found;
        }
        found.add(peerDaemon(status, peer));
        long skew = Math.abs(System.currentTimeMillis()
                - peer.path("wall_clock_millis").asLong()
                - status.path("peer_view").path("heard_age_ms").asLong());
        found.add(
                skew <= SKEW_MILLIS
                        ? Finding.ok("clocks", "agree within " + skew + " ms")
                        : Finding.warn(
                                "clocks",
                                "the peer's differs by " + Amounts.span(Duration.ofMillis(skew))
                                        + "; nothing is decided by them, logs are hard to compare",
                                "chronyc tracking, on both nodes"));
        return found;
    }

    private Finding peerDaemon(JsonNode status, JsonNode peer) {
        String theirs = peer.path("version").asText();
        String ours = status.path("version").asText();
        if (!peer.path("config_digest").asText().equals(settings.digest())) {
            return Finding.fail(
                    "peer daemon",
                    "its configuration differs from this file in settings that both must share",
                    "copy " + settings.file() + " to " + settings.peer().id()
                            + " and restart pgha there");
        }
        return theirs.equals(ours)
                ? Finding.ok("peer daemon", peer.path("state").asText() + ", pgha " + theirs)
                : Finding.warn(
                        "peer daemon",
                        "runs pgha " + theirs + ", this one " + ours,
                        "upgrade the older one: clients notice nothing");
    }
}
