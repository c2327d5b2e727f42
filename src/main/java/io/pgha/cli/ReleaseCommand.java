package io.pgha.cli;

import io.pgha.engine.Request;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code pgha release}: the acting primary gives the role back; first half of a failback. */
@Command(
        name = "release",
        description = {
            "Give the primary role back: the first half of a failback, on the acting primary.",
            "Ends with no primary until pgha initialize is typed on the other node."
        })
final class ReleaseCommand implements Callable<Integer> {

    @Option(
            names = "--archive",
            paramLabel = "FILE",
            description =
                    "write the stopped database into FILE, for nodes that cannot reach each other")
    private Optional<Path> archive = Optional.empty();

    @Option(names = "--cancel", description = "take the release back and open again")
    private boolean cancel;

    @Option(
            names = "--force",
            description =
                    "with --cancel: although the other node cannot confirm that it will not use it")
    private boolean force;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Pgha pgha;

    ReleaseCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        if (cancel && archive.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "--cancel takes a release back, so it takes no --archive");
        }
        if (force && !cancel) {
            throw new ParameterException(spec.commandLine(), "--force belongs to --cancel only");
        }
        Optional<Path> file = archive.map(Path::toAbsolutePath);
        return cancel
                ? new Change(
                                pgha,
                                options,
                                Desk.DEFAULT_LIMIT,
                                dry -> new Request.CancelRelease(force, dry))
                        .run("The release is taken back.")
                : new Change(
                                pgha,
                                options,
                                Desk.DEFAULT_LIMIT,
                                dry -> new Request.Release(file, dry))
                        .run("This node stops being the primary.");
    }
}
