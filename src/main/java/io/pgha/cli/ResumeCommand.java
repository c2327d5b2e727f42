package io.pgha.cli;

import io.pgha.engine.Request;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code pgha resume}: the end of a pause. */
@Command(name = "resume", description = "End a pause.")
final class ResumeCommand implements Callable<Integer> {

    private final Pgha pgha;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "who answers for it (default: the user who types)")
    private String by = System.getProperty("user.name", "unknown");

    ResumeCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        return new Change(pgha, options, Desk.DEFAULT_LIMIT, dry -> new Request.Resume(by, dry))
                .run("Failover is automatic again.");
    }
}
