package io.pgha.cli;

import io.pgha.engine.Request;
import io.pgha.plan.TargetWal;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code pgha rejoin}: a primary that was replaced follows the new one. */
@Command(
        name = "rejoin",
        description = {
            "On a primary that was replaced: follow the new one, without a copy of the database.",
            "Prints whether a start is enough or a rewind is needed, and what of its own WAL is discarded,"
                    + " before it does anything."
        })
final class RejoinCommand implements Callable<Integer> {

    @Option(
            names = "--restore-target-wal",
            description =
                    "let pg_rewind fetch WAL that was recycled here by restore_command; implied where an archive is configured")
    private boolean restoreTargetWal;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    private final Pgha pgha;

    RejoinCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        TargetWal wal = restoreTargetWal ? TargetWal.ARCHIVE : TargetWal.LOCAL;
        return new Change(pgha, options, Desk.DEFAULT_LIMIT, dry -> new Request.Rejoin(wal, dry))
                .run("This node becomes a standby.");
    }
}
