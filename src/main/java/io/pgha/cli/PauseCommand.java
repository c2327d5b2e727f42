package io.pgha.cli;

import io.pgha.engine.Request;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code pgha pause}: nothing is done automatically on either node until resume. */
@Command(name = "pause", description = "Do nothing automatically on either node, until resume.")
final class PauseCommand implements Callable<Integer> {

    private final Pgha pgha;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Option(
            names = "--why",
            paramLabel = "TEXT",
            defaultValue = "maintenance",
            description = "shown in status on both nodes (default: maintenance)")
    private String why = "maintenance";

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "who answers for it (default: the user who types)")
    private String by = System.getProperty("user.name", "unknown");

    @Option(
            names = "--for",
            paramLabel = "SPAN",
            description = "end by itself after this long, such as 30min, 2h (default: never)")
    private Optional<Duration> span = Optional.empty();

    PauseCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        long millis = span.map(Duration::toMillis).orElse(0L);
        return new Change(
                        pgha,
                        options,
                        Desk.DEFAULT_LIMIT,
                        dry -> new Request.Pause(by, why, millis, dry))
                .run("Nobody takes over while paused.");
    }
}
