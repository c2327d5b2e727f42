package io.pgha.cli;

import io.pgha.engine.Request;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code pgha initialize}: second half of a failback, or the rebuilding of a standby. */
@Command(
        name = "initialize",
        description = {
            "Become the primary by a release, or be rebuilt as standby from the other node.",
            "Prints which of the two it will be, and what is overwritten, before it does anything."
        })
final class InitializeCommand implements Callable<Integer> {

    @Option(
            names = "--as",
            paramLabel = "primary|standby",
            description = "refuse when the verdict is another; needed where no terminal is")
    private Optional<Request.As> as = Optional.empty();

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "from an archive made by pgha release --archive")
    private Optional<Path> from = Optional.empty();

    @Option(
            names = "--in-place",
            description = "overwrite the data directory, where space for two copies is missing")
    private boolean inPlace;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    private final Pgha pgha;

    InitializeCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        if (as.isEmpty() && !options.isDryRun() && !pgha.terminal().isInteractive()) {
            pgha.terminal()
                    .complain(
                            "nothing was done: without a terminal, initialize needs --as primary or --as"
                                    + " standby. See what it would do: pgha initialize --dry-run");
            return Exit.USAGE;
        }
        Optional<Path> file = from.map(Path::toAbsolutePath);
        return new Change(
                        pgha,
                        options,
                        Desk.DEFAULT_LIMIT,
                        dry -> new Request.Initialize(
                                as.orElse(Request.As.VERDICT), file, inPlace, dry))
                .run("This is what happens to this node.");
    }
}
