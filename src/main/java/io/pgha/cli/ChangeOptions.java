package io.pgha.cli;

import picocli.CommandLine.Option;

/** The two options of every command that changes something. */
final class ChangeOptions {

    @Option(names = "--yes", description = "do not ask; needed where no terminal is")
    private boolean yes;

    @Option(names = "--dry-run", description = "print the verdict and the steps, and do nothing")
    private boolean dryRun;

    boolean isAgreed() {
        return yes;
    }

    boolean isDryRun() {
        return dryRun;
    }
}
