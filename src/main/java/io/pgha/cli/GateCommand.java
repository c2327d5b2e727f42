package io.pgha.cli;

import io.pgha.engine.Request;
import io.pgha.http.Call;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pgha gate}: look at the gate, keep it closed, let it open again. */
@Command(name = "gate", description = "Look at the gate, keep it closed, or let it open again.")
final class GateCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Pgha pgha;

    GateCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    /** The gate as read back from the kernel; exit 3 when it is damaged or could not be read. */
    @Command(name = "status", description = "Say whether clients may reach PostgreSQL here.")
    int status() {
        return pgha.desk().print(Call.look(Call.Command.GATE_STATUS, pgha.form()), Exit.DEGRADED);
    }

    @Command(
            name = "close",
            description =
                    "Close the gate and keep it closed, over restarts and reboots, until gate open.")
    int close(
            @Option(
                            names = "--why",
                            paramLabel = "TEXT",
                            defaultValue = "closed by an operator",
                            description = "shown in status until it is opened")
                    String why,
            @Mixin ChangeOptions options) {
        return new Change(pgha, options, Desk.DEFAULT_LIMIT, dry -> new Request.GateClose(why, dry))
                .run("Clients are cut off from this node.");
    }

    @Command(
            name = "open",
            description = "End a gate close; refused unless this node owns the epoch.")
    int open(@Mixin ChangeOptions options) {
        return new Change(pgha, options, Desk.DEFAULT_LIMIT, Request.GateOpen::new)
                .run("Clients may reach this node again.");
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name one of: status, close, open");
    }
}
