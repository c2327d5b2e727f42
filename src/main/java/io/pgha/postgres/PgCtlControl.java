package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.ControlData;
import io.pgha.os.Command;
import io.pgha.os.CommandFailed;
import io.pgha.os.Signal;
import io.pgha.plan.StopMode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Control of a PostgreSQL that no service manager looks after: pg_ctl starts and promotes it, signals stop it. A server started
 * here is a child of nobody and holds none of our files; under systemd it still belongs to the daemon's control group.
 */
public final class PgCtlControl implements PostgresControl {

    /** pg_ctl reports by itself whether the server came up within this; what takes longer is watched from here. */
    private static final int PG_CTL_WAIT_SECONDS = 1;

    /** Far above it, because a pg_ctl that is killed would take the server it is starting along. */
    private static final Duration PG_CTL_LIMIT = Duration.ofSeconds(60);

    /**
     * The daemon's unit spares it when memory runs out, and a server inherits that. Its postmaster may; a backend that takes all
     * memory must not (PostgreSQL's manual, "Linux Memory Overcommit").
     */
    private static final Map<String, String> OWN_OOM_SCORE =
            Map.of("PG_OOM_ADJUST_FILE", "/proc/self/oom_score_adj");

    private final Programs programs;
    private final LocalServer server;

    /**
     * @param settings bin, wrapper, data and configuration directory, options
     * @param startLog file for what the server says before its own logging begins; made when it is missing
     */
    public PgCtlControl(PostgresSettings settings, Path startLog) {
        this.programs = new Programs(settings);
        this.server = new LocalServer(programs, startLog);
    }

    @Override
    public PostmasterLook postmaster() {
        return server.look();
    }

    @Override
    public boolean isStopping() throws ControlFailed {
        return server.isStopping();
    }

    @Override
    public ControlData controlData() throws ControlFailed {
        return server.controlData();
    }

    @Override
    public void start(Duration patience) throws ControlFailed {
        Optional<String> words = Optional.empty();
        if (server.clearForStart()) {
            server.log().rotate();
            words = pgCtlStart();
        }
        Optional<String> said = words;
        server.startWatch().await(patience, Duration.ZERO, () -> said);
    }

    /** Its complaint; empty when the server was up before it looked away. */
    private Optional<String> pgCtlStart() throws ControlFailed {
        List<String> arguments = new ArrayList<>(List.of(
                "start",
                "-s",
                "-w",
                "-t",
                Integer.toString(PG_CTL_WAIT_SECONDS),
                "-D",
                programs.data().toString(),
                "-l",
                server.log().file().toString()));
        String options = programs.serverOptions();
        if (!options.isEmpty()) {
            arguments.addAll(List.of("-o", options));
        }
        try {
            Command.Result result = programs.command("pg_ctl", arguments.toArray(String[]::new))
                    .withEnvironment(OWN_OOM_SCORE)
                    // Else whoever is superuser in SQL could open the gate.
                    .withoutCapabilities()
                    .run(PG_CTL_LIMIT);
            return result.isOk() ? Optional.empty() : Optional.of(result.lastWords());
        } catch (CommandFailed e) {
            throw new ControlFailed(e.words() + server.log().tail(), e);
        }
    }

    @Override
    public String stop(StopMode mode, Duration limit) throws ControlFailed {
        return switch (mode) {
            case FAST -> {
                if (!fast(limit)) {
                    throw server.stillRunning(limit);
                }
                yield server.requireCleanStop();
            }
            case LADDER ->
                fast(limit)
                        ? "ended by a fast stop"
                        : server.force(
                                limit, "a fast stop did not end it within " + Waiting.words(limit));
            case KILL -> server.killAll();
        };
    }

    private boolean fast(Duration limit) throws ControlFailed {
        return !server.isFrozen() && server.stopping().signal(Signal.INTERRUPT, limit);
    }

    @Override
    public void promote(Duration limit) throws ControlFailed {
        server.promote(limit);
    }
}
