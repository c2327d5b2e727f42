package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Running;
import io.pgha.os.Hangup;

import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/** {@code pgha daemon}: what systemd starts, in the foreground. */
@Command(
        name = "daemon",
        description = "Run the daemon in the foreground, as PostgreSQL's owner; systemd does this.")
final class DaemonCommand implements Callable<Integer> {

    private final Pgha pgha;
    private final DaemonRun daemon;

    DaemonCommand(Pgha pgha, DaemonRun daemon) {
        this.pgha = pgha;
        this.daemon = daemon;
    }

    /** Runs the daemon of that desk's node; the exit code of the process. */
    static int run(Desk desk, DaemonRun daemon) {
        Hangup.hold();
        try {
            return daemon.run(Running.load(desk.config(), desk.node()));
        } catch (InvalidConfiguration e) {
            desk.terminal().err().println(e.getMessage());
            return e.cause() == InvalidConfiguration.Cause.MACHINE ? Exit.FAILED : Exit.USAGE;
        }
    }

    @Override
    public Integer call() {
        return run(pgha.desk(), daemon);
    }
}
