package io.pgha.cli;

import io.pgha.engine.Request;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

/** {@code pgha check-access}: may clients reach the PostgreSQL that runs here? */
@Command(
        name = "check-access",
        description = {
            "At boot: decide whether clients may reach the PostgreSQL that runs here, and let them.",
            "Exit 5: the gate stays closed. On a terminal it asks first; the unit passes --yes."
        })
final class CheckAccessCommand implements Callable<Integer> {

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    private final Pgha pgha;

    CheckAccessCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        return new Change(pgha, options, Desk.DEFAULT_LIMIT, Request.CheckAccess::new)
                .run("The gate is opened if the decision allows it.");
    }
}
