package io.pgha.cli;

import io.pgha.engine.Request;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code pgha promote}: the standby becomes primary now, on a person's word. */
@Command(
        name = "promote",
        description = {
            "Make this standby the primary now.",
            "Refused while the other node may still be open, or while too much would be lost."
        })
final class PromoteCommand implements Callable<Integer> {

    @Option(
            names = "--accept-loss",
            description = "take over although it lags by more than maximum_lag_on_failover")
    private boolean acceptLoss;

    @Option(
            names = "--force",
            description = "take over without knowing the other node; you make sure that it is off")
    private boolean force;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    private final Pgha pgha;

    PromoteCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        return new Change(
                        pgha,
                        options,
                        Desk.DEFAULT_LIMIT,
                        dry -> new Request.Promote(acceptLoss, force, dry))
                .run("This node becomes the primary.");
    }
}
