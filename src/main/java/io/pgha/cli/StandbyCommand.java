package io.pgha.cli;

import io.pgha.engine.Request;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code pgha standby}: this node must not take over until unstandby. */
@Command(
        name = "standby",
        description = "Keep this node a standby: it must not take over, until unstandby.")
final class StandbyCommand implements Callable<Integer> {

    private final Pgha pgha;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Option(
            names = "--why",
            paramLabel = "TEXT",
            defaultValue = "maintenance",
            description = "shown in status on both nodes (default: maintenance)")
    private String why = "maintenance";

    StandbyCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        return new Change(pgha, options, Desk.DEFAULT_LIMIT, dry -> new Request.Standby(why, dry))
                .run("This node will not take over.");
    }
}
