package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.engine.Request;
import io.pgha.http.Answer;
import io.pgha.http.Call;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A command that changes something: shows the verdict and the steps, asks, hands the request to the daemon, and shows its
 * progress until it ends. Leaving early leaves the workflow running.
 */
final class Change {

    /** How many workflows in a row are waited for. */
    private static final int WAITS = 3;

    private final Pgha pgha;
    private final ChangeOptions options;
    private final Function<Boolean, Request> request;
    private final Duration patience;

    /** The function makes the request; its argument says whether it is only a dry run. */
    Change(
            Pgha pgha,
            ChangeOptions options,
            Duration patience,
            Function<Boolean, Request> request) {
        this.pgha = pgha;
        this.options = options;
        this.request = request;
        this.patience = patience;
    }

    /** The whole conversation; the exit code of the command. */
    int run(String question) {
        try {
            Answer verdict = verdict();
            if (verdict.exitCode() != Exit.OK || options.isDryRun()) {
                show(verdict);
                return verdict.exitCode();
            }
            if (!pgha.isJson() || !options.isAgreed()) {
                show(verdict);
            }
            if (!options.isAgreed()) {
                if (!pgha.terminal().isInteractive()) {
                    pgha.terminal()
                            .complain(
                                    "nothing was done: there is no terminal to ask on. Type the same with"
                                            + " --yes, or with --dry-run to only look");
                    return Exit.USAGE;
                }
                if (!pgha.terminal().confirms(question)) {
                    pgha.terminal().err().println("Nothing was done.");
                    return Exit.FAILED;
                }
            }
            return begin(verdict);
        } catch (InvalidConfiguration e) {
            pgha.terminal().err().println(e.getMessage());
            return Exit.USAGE;
        } catch (IOException e) {
            pgha.terminal().complain(String.valueOf(e.getMessage()));
            return Exit.FAILED;
        }
    }

    /** What would be done; after what runs in the daemon, where that has to end first. */
    private Answer verdict() throws InvalidConfiguration, IOException {
        Answer verdict = reply(true);
        for (int i = 0; i < WAITS && verdict.planId().isPresent() && !isLook(); i++) {
            pgha.terminal().err().println(verdict.text() + "; waiting for its end");
            pgha.desk().ask(Call.follow(verdict.planId().get()), line -> {});
            verdict = reply(true);
        }
        return verdict;
    }

    private boolean isLook() {
        return options.isDryRun() || pgha.isJson();
    }

    private int begin(Answer verdict) throws InvalidConfiguration, IOException {
        Answer begun;
        try {
            begun = reply(false);
        } catch (IOException e) {
            throw new IOException(
                    e.getMessage()
                            + "\nIt is not known whether the request was accepted: pgha status",
                    e);
        }
        if (pgha.isJson() || !begun.text().equals(verdict.text())) {
            show(begun);
        }
        Optional<String> plan = begun.planId();
        return begun.exitCode() == Exit.OK && plan.isPresent()
                ? follow(plan.get())
                : begun.exitCode();
    }

    private Answer reply(boolean dryRun) throws InvalidConfiguration, IOException {
        List<Answer> said = new ArrayList<>();
        pgha.desk().ask(Call.ask(request.apply(dryRun), pgha.limitOr(patience)), said::add);
        return said.stream()
                .filter(a -> a.kind() == Answer.Kind.REPLY || a.kind() == Answer.Kind.ERROR)
                .findFirst()
                .orElseThrow(
                        () -> new IOException("the daemon ended its answer without a verdict"));
    }

    private void show(Answer answer) {
        if (pgha.isJson()) {
            pgha.terminal().out().println(answer.toLine());
        } else if (answer.exitCode() == Exit.OK) {
            pgha.terminal().out().println(answer.text());
        } else {
            pgha.terminal().complain(answer.text());
        }
    }

    private int follow(String plan) throws InvalidConfiguration {
        ProgressLine line = new ProgressLine(pgha.terminal(), pgha.isJson(), System::nanoTime);
        Thread onInterrupt = new Thread(() -> leave(plan), "interrupted");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            return pgha.desk().ask(Call.follow(plan), line::show);
        } catch (IOException e) {
            pgha.terminal()
                    .complain(e.getMessage() + "\nThe workflow " + plan
                            + " is in the journal and goes on when the daemon does: pgha status");
            return Exit.INTERRUPTED;
        } finally {
            release(onInterrupt);
        }
    }

    private static void release(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already, and the hook speaks for it.
        }
    }

    /** Runs when the process is told to end; halting there is the only way to choose the exit code of Ctrl-C. */
    private void leave(String plan) {
        pgha.terminal()
                .err()
                .println("\nThe workflow " + plan
                        + " goes on in the daemon. See it: pgha watch, or pgha events --follow");
        pgha.terminal().err().flush();
        Runtime.getRuntime().halt(Exit.INTERRUPTED);
    }
}
