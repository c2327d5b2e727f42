package io.pgha.cli;

import io.pgha.http.Call;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code pgha events}: changes of mind, oldest first. */
@Command(name = "events", description = "Show what changed and why, oldest first.")
final class EventsCommand implements Callable<Integer> {

    @Option(
            names = "--last",
            paramLabel = "N",
            description = "how many (default: ${DEFAULT-VALUE})",
            defaultValue = "20")
    private int last = 20;

    @Option(names = "--follow", description = "then show each new one as it comes, until Ctrl-C")
    private boolean follow;

    private final Pgha pgha;

    EventsCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        return pgha.desk().print(Call.events(last, follow, pgha.form()), Exit.FAILED);
    }
}
