package io.pgha.cli;

import io.pgha.config.Settings;
import io.pgha.model.MonoTime;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.postgres.Depth;
import io.pgha.postgres.PeerDatabase;
import io.pgha.postgres.PortProber;
import io.pgha.postgres.ServerReadiness;
import io.pgha.postgres.ServerReadiness.Lack;
import io.pgha.postgres.ServerReadiness.Report;
import io.pgha.postgres.StreamLogin;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code pgha check} finds out by asking both servers: logins, rights, settings, and whether they are two of a kind. */
final class ServerChecks {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int RELOADS_RESTORE_COMMAND = 14;

    private final Settings settings;

    ServerChecks(Settings settings) {
        this.settings = settings;
    }

    List<Finding> all() {
        List<Finding> found = new ArrayList<>();
        Optional<Report> own =
                server("own server", LOOPBACK, settings.postgres().port(), LOOPBACK, found);
        own.ifPresent(report -> whereItLies(report, found));
        Optional<Report> peer = server(
                "peer server",
                settings.peer().host(),
                settings.peer().postgresPort(),
                settings.self().host(),
                found);
        if (own.isPresent() && peer.isPresent()) {
            found.add(versions(own.get(), peer.get()));
        }
        own.filter(report -> report.major() < RELOADS_RESTORE_COMMAND)
                .ifPresent(report -> found.add(rescue(report)));
        found.add(peerLogin());
        found.add(stream(own.map(Report::systemId)));
        return found;
    }

    /** @param from this node's address as that server sees it */
    private Optional<Report> server(
            String name, String host, int port, String from, List<Finding> found) {
        PortProber prober =
                new PortProber(settings.postgres(), LIMIT, () -> new MonoTime(System.nanoTime()));
        PortProbe probe = prober.probe(host, port, Depth.FULL);
        if (probe.answer() == PortAnswer.READY || probe.answer() == PortAnswer.READ_ONLY) {
            return readiness(name, host, port, found);
        }
        String seen = host + ":" + port + " " + probe.words();
        found.add(
                switch (probe.answer()) {
                    case READY, READ_ONLY, ALIVE, FULL, STARTING, BUSY, ERROR ->
                        Finding.warn(name, seen, "look again in a minute: pgha check");
                    case DENIED ->
                        Finding.fail(
                                name,
                                seen,
                                admission(
                                        probe.detail(),
                                        host,
                                        settings.postgres().database(),
                                        settings.postgres().user(),
                                        from));
                    case REFUSED ->
                        Finding.warn(name, seen, "start PostgreSQL there: pgha check-start");
                    case UNWRITABLE ->
                        Finding.fail(name, seen, "make room, or mend the disk there: df -h");
                    case TIMEOUT, UNRESOLVED, UNTRIED ->
                        Finding.fail(name, seen, "look at the network and the name: ping " + host);
                });
        return Optional.empty();
    }

    private Optional<Report> readiness(String name, String host, int port, List<Finding> found) {
        try {
            Report report = ServerReadiness.look(settings.postgres(), host, port, LIMIT);
            found.add(Finding.ok(
                    name,
                    host + ":" + port + " answers " + settings.postgres().user() + ", PostgreSQL "
                            + report.version()));
            for (Lack lack : report.lacks()) {
                String remedy = lack.remedy() + " (there, as superuser: psql)";
                found.add(
                        lack.fatal()
                                ? Finding.fail(name, lack.words(), remedy)
                                : Finding.warn(name, lack.words(), remedy));
            }
            return Optional.of(report);
        } catch (SQLException e) {
            found.add(Finding.warn(
                    name,
                    host + ":" + port + " could not be asked for its settings: " + e.getMessage(),
                    "pgha check, again"));
            return Optional.empty();
        }
    }

    /** The line of pg_hba.conf, or the password: the server's SQLSTATE says which of them is missing. */
    private String admission(
            String detail, String host, String database, String role, String from) {
        if (detail.startsWith("28000") || detail.contains("pg_hba.conf")) {
            return "echo 'host " + database + " " + role + " " + from
                    + (from.contains(":") ? "/128" : "/32")
                    + " scram-sha-256' >> pg_hba.conf of " + host
                    + ", then there: psql -c 'select pg_reload_conf()'";
        }
        if (detail.startsWith("3D000")) {
            return "correct postgres.database in " + settings.file();
        }
        String file = settings.postgres()
                .passFile()
                .map(Path::toString)
                .orElse("a file, and its name into postgres.pass_file");
        return "write the password of role " + role + " into " + file + " as " + host + ":*:*:"
                + role + ":PASSWORD, or set it there: psql -c '\\password " + role + "'";
    }

    /** A configuration that names another directory would have the wrong one stopped, copied over or started. */
    private void whereItLies(Report own, List<Finding> found) {
        Path configured = settings.postgres().dataDirectory();
        own.dataDirectory().map(Path::of).ifPresent(real -> {
            if (!isSame(real, configured)) {
                found.add(Finding.fail(
                        "data",
                        "the server on port " + settings.postgres().port() + " has its data in "
                                + real + ", postgres.data_directory is " + configured,
                        "set postgres.data_directory = \"" + real + "\" in " + settings.file()
                                + " (or correct postgres.port), then systemctl restart pgha"));
            }
        });
    }

    private static boolean isSame(Path a, Path b) {
        try {
            return a.toRealPath().equals(b.toRealPath());
        } catch (IOException e) {
            // Without the right to look into it, only the names can be compared.
            return a.normalize().equals(b.normalize());
        }
    }

    private static Finding versions(Report own, Report peer) {
        return own.major() == peer.major()
                ? Finding.ok("versions", "both servers are PostgreSQL " + own.major())
                : Finding.fail(
                        "versions",
                        "PostgreSQL " + own.major() + " here, " + peer.major()
                                + " there: one cannot follow the other",
                        "pg_upgrade the older one, then pgha initialize on the standby");
    }

    /** What a copy and a slot need. */
    /** Rescued WAL is handed over by restore_command, which that version reads only when it starts. */
    private static Finding rescue(Report own) {
        return Finding.warn(
                "rescue",
                "PostgreSQL " + own.major()
                        + " cannot be given what a crashed primary had not sent: it is lost, up to maximum_lag_on_failover",
                "upgrade to PostgreSQL 14 or newer");
    }

    private Finding peerLogin() {
        String role = settings.postgres().replicationUser();
        String database = settings.postgres().database();
        try (Connection connection = new PeerDatabase(settings, LIMIT).open()) {
            return connection.isValid(1)
                    ? Finding.ok(
                            "copy",
                            "role " + role + " may log in at " + settings.peer().host())
                    : Finding.warn(
                            "copy",
                            "the peer took the login of " + role + " and then fell silent",
                            "pgha check, again");
        } catch (SQLException e) {
            return refused("copy", "database " + database, database, e);
        }
    }

    /** What the standby's receiver needs; pg_hba.conf has lines of their own for it. */
    private Finding stream(Optional<String> ownSystemId) {
        String role = settings.postgres().replicationUser();
        try {
            StreamLogin.Identity there = StreamLogin.ask(settings, LIMIT);
            if (ownSystemId.filter(id -> !id.equals(there.systemId())).isPresent()) {
                return Finding.fail(
                        "replication",
                        settings.peer().id() + " holds another database: system identifier "
                                + there.systemId() + ", here " + ownSystemId.get(),
                        "pgha initialize, on the node whose copy is to be replaced");
            }
            return Finding.ok(
                    "replication",
                    "role " + role + " may stream from " + settings.peer().host()
                            + ", the same database");
        } catch (SQLException e) {
            return refused("replication", "streaming", "replication", e);
        }
    }

    private Finding refused(String name, String what, String database, SQLException e) {
        String role = settings.postgres().replicationUser();
        String subject = what + " as role " + role + " at " + settings.peer().host() + ": ";
        String state = String.valueOf(e.getSQLState());
        // Class 08 is the connection itself (PostgreSQL's Appendix A): nobody was asked for a
        // password yet; but 08004 is a login for which we hold no password.
        if (state.startsWith("08") && !state.equals("08004")) {
            return Finding.fail(
                    name,
                    subject + "not reached: "
                            + Optional.ofNullable(e.getCause())
                                    .map(Throwable::getMessage)
                                    .orElse(e.getMessage()),
                    "start PostgreSQL there, and let TCP port "
                            + settings.peer().postgresPort() + " through");
        }
        return Finding.fail(
                name,
                subject + e.getMessage(),
                admission(
                        state + ": " + e.getMessage(),
                        settings.peer().host(),
                        database,
                        role,
                        settings.self().host()));
    }
}
