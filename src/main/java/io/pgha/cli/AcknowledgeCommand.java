package io.pgha.cli;

import io.pgha.engine.Request;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code pgha acknowledge}: somebody has seen the automatic failover. */
@Command(
        name = "acknowledge",
        description =
                "Say that the last automatic failover has been seen: the next one need not wait.")
final class AcknowledgeCommand implements Callable<Integer> {

    private final Pgha pgha;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "who has seen it (default: the user who types)")
    private String by = System.getProperty("user.name", "unknown");

    AcknowledgeCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        return new Change(
                        pgha, options, Desk.DEFAULT_LIMIT, dry -> new Request.Acknowledge(by, dry))
                .run("The next failover is automatic again.");
    }
}
