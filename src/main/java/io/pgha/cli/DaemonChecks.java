package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Settings;
import io.pgha.http.Amounts;
import io.pgha.http.Call;
import io.pgha.http.NoDaemonException;
import io.pgha.json.Tree;
import io.pgha.model.PeerMessage;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code pgha check} hears from this node's daemon, and through it from the peer's. */
final class DaemonChecks {

    private static final long CLOCK_AGE_MILLIS = PeerMessage.CLOCK_TOLD_MILLIS / 2;
    private static final long SKEW_MILLIS = 2000;

    /** How the daemon's words on it begin. */
    private static final String NOT_IN_FORCE = "the configuration file";

    private final Settings settings;
    private final Optional<Tree> status;
    private final List<Finding> found = new ArrayList<>();

    private DaemonChecks(Settings settings, Optional<Tree> status) {
        this.settings = settings;
        this.status = status;
    }

    /** Asks once. A daemon that does not answer is a finding. */
    static DaemonChecks ask(Desk desk, Settings settings) throws InvalidConfiguration {
        StringBuilder text = new StringBuilder();
        try {
            desk.ask(Call.look(Call.Command.STATUS, Call.Form.JSON), a -> text.append(a.text()));
            DaemonChecks checks =
                    new DaemonChecks(settings, Optional.of(Tree.parse(text.toString())));
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
            String state = gate.path("answered").text("");
            if (!state.isEmpty()) {
                return Finding.ok(
                        "gate", backend + ", " + state.toLowerCase(java.util.Locale.ROOT));
            }
            String why = gate.path("silent").text(gate.path("refused").text());
            return Finding.fail(
                    "gate", backend + " cannot be read by the daemon: " + why, "sudo pgha check");
        });
    }

    private void judge(Tree status) {
        String situation =
                status.path("state").text() + ", " + status.path("situation").text();
        found.add(
                status.path("exit_code").whole(-1) == 0
                        ? Finding.ok("daemon", situation)
                        : Finding.warn("daemon", situation, "pgha status"));
        String postmaster = status.path("postmaster").text();
        if (postmaster.equals("UNKNOWN")) {
            found.add(Finding.fail(
                    "data",
                    "the daemon cannot tell whether PostgreSQL runs: "
                            + status.path("local").path("refused").text(),
                    "correct postgres.data_directory in " + settings.file()
                            + ", then systemctl restart pgha"));
        }
        configuration(status);
        links(status);
        Tree peer = status.path("peer_view").path("last");
        if (!peer.isThere()) {
            found.add(Finding.warn(
                    "peer daemon",
                    "not heard since this daemon started: "
                            + status.path("peer_view").path("trouble").text(),
                    "systemctl status pgha, on " + settings.peer().id()));
            return;
        }
        found.add(peerDaemon(status, peer));
        found.add(clocks(status, peer, System.currentTimeMillis()));
    }

    private void links(Tree status) {
        for (Tree link : status.path("peer_view").path("links").items()) {
            String address = link.path("address").text();
            found.add(
                    link.path("up").isTrue()
                            ? Finding.ok(
                                    "link",
                                    address + " up, "
                                            + link.path("round_trip_ms").text() + " ms")
                            : Finding.warn(
                                    "link",
                                    address + " down: " + link.path("trouble").text(),
                                    "start pgha on " + settings.peer().id() + ", and let TCP port "
                                            + settings.peer().linkPort() + " through"));
        }
    }

    /**
     * The clock that a message repeats is older than it, by half of the longest pause, give or take as much.
     *
     * @param nowMillis this host's wall clock
     */
    static Finding clocks(Tree status, Tree peer, long nowMillis) {
        long told = peer.path("wall_clock_millis").whole(Long.MIN_VALUE);
        double ageMillis = status.path("peer_view").path("heard_age_ms").number(Double.NaN);
        if (told == Long.MIN_VALUE || Double.isNaN(ageMillis)) {
            return Finding.warn(
                    "clocks",
                    "unknown: the daemon does not say "
                            + (told == Long.MIN_VALUE
                                    ? "what the peer's clock shows"
                                    : "when it heard the peer's clock"),
                    "pgha version, on both nodes");
        }
        long skew = Math.abs(nowMillis - told - (long) ageMillis - CLOCK_AGE_MILLIS);
        return skew <= SKEW_MILLIS
                ? Finding.ok("clocks", "agree within " + (skew + CLOCK_AGE_MILLIS) + " ms")
                : Finding.warn(
                        "clocks",
                        "the peer's differs by " + Amounts.span(Duration.ofMillis(skew))
                                + "; nothing is decided by them, logs are hard to compare",
                        "chronyc tracking, on both nodes");
    }

    /** What the daemon runs by, beside what the file says now. */
    private void configuration(Tree status) {
        for (Tree problem : status.path("problems").items()) {
            if (problem.text().startsWith(NOT_IN_FORCE)) {
                boolean sound = problem.text().contains("need a restart");
                found.add(Finding.warn(
                        "configuration",
                        problem.text(),
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

    private String ofDaemon(Tree status) {
        return status.path("config_digest").text(settings.digest());
    }

    private Finding peerDaemon(Tree status, Tree peer) {
        String theirs = peer.path("version").text();
        String ours = status.path("version").text();
        if (!peer.path("config_digest").text().equals(ofDaemon(status))) {
            return Finding.fail(
                    "peer daemon",
                    "its configuration differs from this one's in settings that both must share",
                    "scp " + settings.file() + " " + settings.peer().id() + ":" + settings.file()
                            + ", then there: systemctl reload pgha");
        }
        return theirs.equals(ours)
                ? Finding.ok("peer daemon", peer.path("state").text() + ", pgha " + theirs)
                : Finding.warn(
                        "peer daemon",
                        "runs pgha " + theirs + ", this one " + ours,
                        "upgrade the older one: clients notice nothing");
    }
}
