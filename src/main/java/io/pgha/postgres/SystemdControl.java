package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.ControlData;
import io.pgha.os.Command;
import io.pgha.os.CommandFailed;
import io.pgha.os.Deadline;
import io.pgha.os.Signal;
import io.pgha.plan.StopMode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Control of a PostgreSQL that is a systemd unit. systemd is asked to start and to stop, so that it agrees with what happens and
 * restarts nothing behind our back; whether it happened is seen from the processes and from pg_control, not from systemd.
 */
public final class SystemdControl implements PostgresControl {

    private static final Duration SYSTEMCTL_LIMIT = Duration.ofSeconds(20);

    /** For a systemd that answers it is ample; more would keep a takeover waiting for one that does not. */
    private static final Duration ASK_LIMIT = Duration.ofSeconds(1);

    /** From the accepted job to a postmaster in its data directory: ordering, ExecStartPre. */
    private static final Duration APPEAR_LIMIT = Duration.ofSeconds(60);

    private static final Duration LOOK = Duration.ofMillis(100);

    private final String unit;
    private final List<String> systemctl;
    private final LocalServer server;

    /**
     * @param settings data directory, bin and wrapper
     * @param unit name of the unit
     * @param startLog a file for error messages to quote, if the unit writes one
     */
    public SystemdControl(PostgresSettings settings, String unit, Path startLog) {
        this(settings, unit, startLog, List.of("systemctl"));
    }

    /** @param systemctl how systemctl is called here */
    public SystemdControl(
            PostgresSettings settings, String unit, Path startLog, List<String> systemctl) {
        this.unit = unit;
        this.systemctl = List.copyOf(systemctl);
        this.server = new LocalServer(new Programs(settings), startLog);
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
        if (server.clearForStart()) {
            awaitInactive();
            // A unit that failed too often refuses to start until this is said; it says nothing
            // when there is nothing to reset.
            systemctl("reset-failed", unit);
            demand("start", "--no-block", unit);
        }
        server.startWatch().await(patience, APPEAR_LIMIT, this::failure);
    }

    /** What systemd says when it has given up. */
    private Optional<String> failure() throws ControlFailed {
        String state = property("ActiveState");
        return state.equals("failed")
                ? Optional.of("unit " + unit + " failed with result '" + property("Result")
                        + "'; see journalctl -u " + unit)
                : Optional.empty();
    }

    /** Whether the unit has ended as well is not waited for: only a start needs that. */
    @Override
    public String stop(StopMode mode, Duration limit) throws ControlFailed {
        return switch (mode) {
            case FAST -> {
                demand("stop", "--no-block", unit);
                if (!fast(limit)) {
                    throw server.stillRunning(limit);
                }
                yield server.requireCleanStop();
            }
            case LADDER -> {
                String asked = ask();
                yield fast(limit)
                        ? "ended by a stop of its unit" + asked
                        : server.force(
                                limit,
                                "a stop of its unit did not end it within " + Waiting.words(limit)
                                        + asked);
            }
            case KILL -> {
                String asked = ask();
                yield server.killAll() + asked;
            }
        };
    }

    /** A server that was not started by its unit hears nothing of a stop of it: a second request for a fast stop changes nothing. */
    private boolean fast(Duration limit) throws ControlFailed {
        return !server.isFrozen() && server.stopping().signal(Signal.INTERRUPT, limit);
    }

    /** Asks for a stop that is carried out whether systemd takes part or not; what it complained of, as an addition to words. */
    private String ask() {
        try {
            require(run(ASK_LIMIT, "stop", "--no-block", unit), "stop", unit);
            return "";
        } catch (ControlFailed e) {
            return " (" + e.words() + ")";
        }
    }

    /** No process of the cluster is left. A start now would wait for a stop of the unit that is still under way, or cancel it. */
    private void awaitInactive() throws ControlFailed {
        Deadline deadline = Deadline.in(APPEAR_LIMIT);
        String state = property("ActiveState");
        if (!isInactive(state)) {
            demand("stop", "--no-block", unit);
        }
        while (!isInactive(state)) {
            if (deadline.hasPassed()) {
                throw new ControlFailed("PostgreSQL has ended, but its unit " + unit + " is still "
                        + state + " after " + Waiting.words(APPEAR_LIMIT)
                        + "; see systemctl status "
                        + unit);
            }
            Waiting.pause(LOOK, "starting " + unit);
            state = property("ActiveState");
        }
    }

    private static boolean isInactive(String state) {
        return state.equals("inactive") || state.equals("failed");
    }

    @Override
    public void promote(Duration limit) throws ControlFailed {
        server.promote(limit);
    }

    private String property(String name) throws ControlFailed {
        try {
            String line = demand("show", "--property=" + name, unit).wholeOut();
            return line.strip().replaceFirst("^[^=]*=", "");
        } catch (CommandFailed e) {
            throw new ControlFailed(e.words(), e);
        }
    }

    private Command.Result demand(String... arguments) throws ControlFailed {
        return require(systemctl(arguments), arguments);
    }

    private static Command.Result require(Command.Result result, String... arguments)
            throws ControlFailed {
        if (!result.isOk()) {
            throw new ControlFailed("systemctl " + String.join(" ", arguments) + " exited "
                    + result.exitCode() + ": " + result.lastWords()
                    + ". Check the unit's name and the polkit rule for it");
        }
        return result;
    }

    private Command.Result systemctl(String... arguments) throws ControlFailed {
        return run(SYSTEMCTL_LIMIT, arguments);
    }

    private Command.Result run(Duration limit, String... arguments) throws ControlFailed {
        List<String> argv = new ArrayList<>(systemctl);
        argv.add("--no-ask-password");
        argv.addAll(List.of(arguments));
        try {
            return Command.of(argv).run(limit);
        } catch (CommandFailed e) {
            throw new ControlFailed(e.words(), e);
        }
    }
}
