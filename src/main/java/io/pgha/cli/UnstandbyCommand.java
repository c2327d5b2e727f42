package io.pgha.cli;

import io.pgha.engine.Request;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

/** {@code pgha unstandby}: this node may take over again. */
@Command(name = "unstandby", description = "Let this node take over again.")
final class UnstandbyCommand implements Callable<Integer> {

    private final Pgha pgha;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    UnstandbyCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        return new Change(pgha, options, Desk.DEFAULT_LIMIT, Request.Unstandby::new)
                .run("This node may take over again.");
    }
}
