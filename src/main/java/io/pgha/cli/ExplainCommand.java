package io.pgha.cli;

import io.pgha.http.Call;

import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/** {@code pgha explain}: why this node does what it does, and what it would do if something failed now. */
@Command(
        name = "explain",
        description =
                "Say why this node does what it does, and what it would do if something failed now.")
final class ExplainCommand implements Callable<Integer> {

    private final Pgha pgha;

    ExplainCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        return pgha.desk().print(Call.look(Call.Command.EXPLAIN, pgha.form()), Exit.FAILED);
    }
}
