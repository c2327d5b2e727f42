package io.pgha.cli;

import io.pgha.http.Answer;

import java.util.function.LongSupplier;

/** Shows a workflow's steps as lines; its bar redraws in place on a terminal, and elsewhere is a line every ten seconds. */
final class ProgressLine {

    private static final long QUIET_NANOS = 10_000_000_000L;

    private final Terminal terminal;
    private final boolean json;
    private final LongSupplier nanos;
    private long lastShown;
    private boolean open;

    ProgressLine(Terminal terminal, boolean json, LongSupplier nanos) {
        this.terminal = terminal;
        this.json = json;
        this.nanos = nanos;
        this.lastShown = nanos.getAsLong();
    }

    void show(Answer answer) {
        if (json) {
            terminal.out().println(answer.toLine());
            return;
        }
        switch (answer.kind()) {
            case STEP -> {
                end();
                terminal.out().println(answer.text());
                lastShown = nanos.getAsLong();
            }
            case PROGRESS -> progress(answer.text());
            case TEXT, REPLY -> {
                end();
                terminal.out().print(answer.text());
            }
            case ERROR -> {
                end();
                terminal.complain(answer.text());
            }
            case END -> end();
        }
        terminal.out().flush();
    }

    private void progress(String text) {
        if (terminal.isInteractive()) {
            terminal.out().print("\r  " + text + "\u001b[K");
            open = true;
        } else if (nanos.getAsLong() - lastShown >= QUIET_NANOS) {
            terminal.out().println("  " + text);
            lastShown = nanos.getAsLong();
        }
    }

    private void end() {
        if (open) {
            terminal.out().println();
            open = false;
        }
    }
}
