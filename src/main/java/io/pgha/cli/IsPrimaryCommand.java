package io.pgha.cli;

import io.pgha.http.Call;

import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/** {@code pgha is-primary && command}: for cron jobs that must run on one node only. */
@Command(
        name = "is-primary",
        description = {
            "Exit 0 when clients may write to this node now, else 1, also when that cannot be found out.",
            "For cron: pgha is-primary >/dev/null && command"
        })
final class IsPrimaryCommand implements Callable<Integer> {

    private final Pgha pgha;

    IsPrimaryCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    static int run(Desk desk, Call.Form form) {
        return desk.print(Call.look(Call.Command.IS_PRIMARY, form), Exit.FAILED);
    }

    @Override
    public Integer call() {
        return run(pgha.desk(), pgha.form());
    }
}
