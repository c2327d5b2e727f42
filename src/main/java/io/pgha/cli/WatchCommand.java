package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.http.Answer;
import io.pgha.http.Call;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;

/** {@code pgha watch}: the status, drawn again and again until Ctrl-C; a daemon that goes away is waited for. */
@Command(name = "watch", description = "Show the status again and again, until Ctrl-C.")
final class WatchCommand implements Callable<Integer> {

    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    @Option(
            names = "--every",
            paramLabel = "SPAN",
            description = "time between two pages, at least 200ms (default: ${DEFAULT-VALUE})",
            defaultValue = "1s")
    private Duration every = Duration.ofSeconds(1);

    private final Pgha pgha;

    WatchCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (pgha.terminal().isInteractive()) {
            pgha.terminal().out().print("\u001b[2J");
        }
        while (true) {
            try {
                int exit = pgha.desk().ask(Call.watch(every, pgha.form()), this::draw);
                if (exit != Exit.OK) {
                    return exit;
                }
            } catch (InvalidConfiguration e) {
                pgha.terminal().err().println(e.getMessage());
                return Exit.USAGE;
            } catch (IOException e) {
                page(e.getMessage()
                        + "\nThe state of this node is unknown. Waiting for its daemon.\n");
                if (!pgha.terminal().isInteractive()) {
                    return Exit.CRITICAL;
                }
            }
            // Nobody can say when a daemon comes back; a look a second is what a person would do.
            Thread.sleep(Math.max(1000, every.toMillis()));
        }
    }

    private void draw(Answer answer) {
        if (answer.kind() == Answer.Kind.ERROR) {
            pgha.terminal().complain(answer.text());
        } else if (!answer.text().isEmpty()) {
            page(answer.text());
        }
    }

    private void page(String text) {
        if (!pgha.terminal().isInteractive()) {
            pgha.terminal().out().println(text);
            return;
        }
        String head = "pgha watch  "
                + LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + "\n";
        String body = (head + text).replace("\n", CLEAR_LINE + "\n");
        pgha.terminal().out().print(HOME + body + CLEAR_BELOW);
        pgha.terminal().out().flush();
    }
}
