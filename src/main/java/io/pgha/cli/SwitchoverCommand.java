package io.pgha.cli;

import io.pgha.engine.Request;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

/** {@code pgha switchover}: the primary and its standby change roles. */
@Command(
        name = "switchover",
        description = {
            "Change roles with the other node, on the primary: it becomes primary, this node follows it.",
            "Loses nothing that was committed; is undone when a check fails, until the epoch is ceded."
        })
final class SwitchoverCommand implements Callable<Integer> {

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    private final Pgha pgha;

    SwitchoverCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        return new Change(pgha, options, Desk.DEFAULT_LIMIT, Request.Switchover::new)
                .run("Clients are cut off for a moment, and find the other node.");
    }
}
