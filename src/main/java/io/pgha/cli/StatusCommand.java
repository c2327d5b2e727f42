package io.pgha.cli;

import io.pgha.http.Call;

import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/** {@code pgha status}: both nodes, the links between them, what is going on, what is wrong and what to type. */
@Command(
        name = "status",
        description = {
            "Show both nodes, as this node's daemon sees them.",
            "Exits 0 when all is well, 3 when degraded (one more fault would hurt, as when the standby would not take over),",
            "4 when critical or when no daemon answers."
        })
final class StatusCommand implements Callable<Integer> {

    private final Pgha pgha;

    StatusCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    static int run(Desk desk, Call.Form form) {
        return desk.print(Call.look(Call.Command.STATUS, form), Exit.CRITICAL);
    }

    @Override
    public Integer call() {
        return run(pgha.desk(), pgha.form());
    }
}
