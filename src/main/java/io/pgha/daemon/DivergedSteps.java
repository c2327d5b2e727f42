package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.decision.RejoinRules;
import io.pgha.model.Fork;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.plan.Step;
import io.pgha.plan.TargetWal;
import io.pgha.postgres.CommitCounter;
import io.pgha.postgres.ControlFailed;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.DivergedWal;
import io.pgha.postgres.LongStep;
import io.pgha.postgres.Rewind;
import io.pgha.postgres.SqlSource;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The steps that deal with what this copy wrote and the peer's lacks: counting it, saving it, taking it back. */
final class DivergedSteps {

    private static final Duration WAL_LIMIT = Duration.ofMinutes(5);

    private final Settings settings;
    private final CommitCounter commits;
    private final SqlSource peerDatabase;

    DivergedSteps(Settings settings, CommitCounter commits, SqlSource peerDatabase) {
        this.settings = settings;
        this.commits = commits;
        this.peerDatabase = peerDatabase;
    }

    List<Fact> count(Observation now) throws SQLException, ControlFailed {
        PeerMessage peer = now.peer()
                .last()
                .orElseThrow(() -> new SQLException("the peer has not been heard"));
        int mine = now.timeline()
                .orElseThrow(() -> new SQLException("the local timeline is not known"));
        int theirs = peer.timeline()
                .orElseThrow(() -> new SQLException("the peer's timeline is not known"));
        Fork fork = fork(peer.forks(), mine)
                .or(() -> fork(now.forks(), theirs))
                .orElseThrow(() -> new SQLException("no history tells where timeline " + mine
                        + " and the peer's " + theirs + " parted"));
        return List.of(new Fact.CommitsCounted(commits.count(fork.at(), mine)));
    }

    private static Optional<Fork> fork(List<Fork> history, int timeline) {
        return history.stream().filter(f -> f.timeline() == timeline).findFirst();
    }

    List<Fact> save(Step.SaveDivergedWal step, LongStep progress)
            throws ControlFailed, DataDirectoryException {
        DivergedWal.Saved saved = new DivergedWal(settings, progress, WAL_LIMIT)
                .save(step.attempt(), step.fork(), step.timeline());
        return List.of(new Fact.DivergedWalSaved(
                saved.where().toString(), saved.bytes(), saved.transactions(), saved.commits()));
    }

    /** The proof is asked for again: since the workflow began, the peer may have lost what was proven. */
    List<Fact> rewind(Step.Rewind step, Memory memory, Observation now, LongStep progress)
            throws ControlFailed, DataDirectoryException, SQLException {
        if (RejoinRules.openOwner(now, memory, settings.policy()).isEmpty()) {
            throw new SQLException(now.peerId() + " is not proven to be the open owner of epoch "
                    + memory.epoch());
        }
        TargetWal wal = settings.archive().isPresent() ? TargetWal.ARCHIVE : step.wal();
        new Rewind(settings, peerDatabase, progress, settings.policy().workflowTimeout())
                .run(step.attempt(), wal);
        return List.of();
    }
}
