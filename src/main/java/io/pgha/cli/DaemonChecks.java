package io.pgha.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Settings;
import io.pgha.http.Amounts;
import io.pgha.http.Call;
import io.pgha.http.NoDaemonException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code pgha check} hears from this node's daemon, and through it from the peer's. */
final class DaemonChecks {

    private static final long SKEW_MILLIS = 2000;

    /** How the daemon's words on it begin. */
    private static final String NOT_IN_FORCE = "the configuration file";

    private final Settings settings;
    private final Optional<JsonNode> status;
    private final List<Finding> found = new ArrayList<>();

    private DaemonChecks(Settings settings, Optional<JsonNode> status) {
        this.settings = settings;
        this.status = status;
    }

    /** Asks once. A daemon that does not answer is a finding. */
    static DaemonChecks ask(Desk desk, Settings settings) throws InvalidConfiguration {
        StringBuilder text = new StringBuilder();
        try {
            desk.ask(Call.look(Call.Command.STATUS, Call.Form.JSON), a -> text.append(a.text()));
            DaemonChecks checks = new DaemonChecks(
                    settings, Optional.of(new ObjectMapper().readTree(text.toString())));
            checks.judge(checks.status.orElseThrow());
            return checks;
        } catch (NoDaemonException e) {
            DaemonChecks none = new DaemonChecks(settings, Optional.empty());
            none.found.add(desk.refusal()
                    .map(why -> Finding.fail(
                            "daemon",
                            e.getMessage() + "; it last refused to start: " + why,
                            "mend that, then systemctl start pgha"))
                    .orElseGet(() -> Finding.warn(
                            "daemon", String.valueOf(e.getMessage()), "systemctl start pgha")));
            return none;
        } catch (IOException e) {
            DaemonChecks mute = new DaemonChecks(settings, Optional.empty());
            mute.found.add(Finding.warn(
                    "daemon", String.valueOf(e.getMessage()), "systemctl status pgha"));
            return mute;
        }
    }

    List<Finding> all() {
        return List.copyOf(found);
    }

    /** The gate as the daemon reads it; empty: there is no daemon to say it. */
    Optional<Finding> gate() {
        return status.map(s -> s.path("gate")).map(gate -> {
            String backend = settings.gate().backend().name().toLowerCase(java.util.Locale.ROOT);
            String state = gate.path("answered").asText("");
            if (!state.isEmpty()) {
                return Finding.ok(
                        "gate", backend + ", " + state.toLowerCase(java.util.Locale.ROOT));
            }
            String why = gate.path("silent").asText(gate.path("refused").asText());
            return Finding.fail(
                    "gate", backend + " cannot be read by the daemon: " + why, "sudo pgha check");
        });
    }

    private void judge(JsonNode status) {
        String situation =
                status.path("state").asText() + ", " + status.path("situation").asText();
        found.add(
                status.path("exit_code").asInt() == 0
                        ? Finding.ok("daemon", situation)
                        : Finding.warn("daemon", situation, "pgha status"));
        String postmaster = status.path("postmaster").asText();
        if (postmaster.equals("UNKNOWN")) {
            found.add(Finding.fail(
                    "data",
                    "the daemon cannot tell whether PostgreSQL runs: "
                            + status.path("local").path("refused").asText(),
                    "correct postgres.data_directory in " + settings.file()
                            + ", then systemctl restart pgha"));
        }
        configuration(status);
        links(status);
        JsonNode peer = status.path("peer_view").path("last");
        if (peer.isMissingNode() || peer.isNull()) {
            found.add(Finding.warn(
                    "peer daemon",
                    "not heard since this daemon started: "
                            + status.path("peer_view").path("trouble").asText(),
                    "systemctl status pgha, on " + settings.peer().id()));
            return;
        }
        found.add(peerDaemon(status, peer));
        clocks(status, peer);
    }

    private void links(JsonNode status) {
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
    }

    private void clocks(JsonNode status, JsonNode peer) {
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
    }

    /** What the daemon runs by, beside what the file says now. */
    private void configuration(JsonNode status) {
        for (JsonNode problem : status.path("problems")) {
            if (problem.asText().startsWith(NOT_IN_FORCE)) {
                boolean sound = problem.asText().contains("need a restart");
                found.add(Finding.warn(
                        "configuration",
                        problem.asText(),
                        sound
                                ? "systemctl restart pgha"
                                : "pgha config check, then systemctl reload pgha"));
                return;
            }
        }
        if (!ofDaemon(status).equals(settings.digest())) {
            found.add(Finding.warn(
                    "configuration",
                    settings.file() + " was changed since the daemon read it",
                    "systemctl reload pgha, which says what needs a restart"));
        }
    }

    private String ofDaemon(JsonNode status) {
        return status.path("config_digest").asText(settings.digest());
    }

    private Finding peerDaemon(JsonNode status, JsonNode peer) {
        String theirs = peer.path("version").asText();
        String ours = status.path("version").asText();
        if (!peer.path("config_digest").asText().equals(ofDaemon(status))) {
            return Finding.fail(
                    "peer daemon",
                    "its configuration differs from this one's in settings that both must share",
                    "scp " + settings.file() + " " + settings.peer().id() + ":" + settings.file()
                            + ", then there: systemctl reload pgha");
        }
        return theirs.equals(ours)
                ? Finding.ok("peer daemon", peer.path("state").asText() + ", pgha " + theirs)
                : Finding.warn(
                        "peer daemon",
                        "runs pgha " + theirs + ", this one " + ours,
                        "upgrade the older one: clients notice nothing");
    }
}
