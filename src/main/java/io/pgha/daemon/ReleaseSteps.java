package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.model.ControlData;
import io.pgha.model.Observation;
import io.pgha.model.PostgresView;
import io.pgha.model.ReleaseToken;
import io.pgha.plan.Step;
import io.pgha.postgres.ControlFailed;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.LongStep;
import io.pgha.postgres.PostgresControl;
import io.pgha.postgres.ReleaseArchive;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** The steps of a release and of its redemption that look at data: the token, and the file that carries a database. */
final class ReleaseSteps {

    private final Settings settings;
    private final LocalPostgres postgres;
    private final PostgresControl control;

    ReleaseSteps(Settings settings, HostSensors.Walls walls) {
        this.settings = settings;
        this.postgres = walls.postgres();
        this.control = walls.control();
    }

    List<Fact> issue(Step.IssueToken step) throws ControlFailed, SQLException {
        ControlData end = control.controlData();
        if (!end.isCleanStop()) {
            throw new SQLException(
                    "PostgreSQL's last stop was not clean (" + end.clusterState() + ")");
        }
        return List.of(new Fact.TokenIssued(new ReleaseToken(
                step.id(),
                end.systemId(),
                step.epoch(),
                step.target(),
                end.checkpoint(),
                end.timeline())));
    }

    List<Fact> verify(Step.VerifyToken step, Memory memory, Observation now) throws SQLException {
        ReleaseToken token = memory.kept()
                .filter(t -> t.id().equals(step.id()))
                .orElseThrow(() ->
                        new SQLException("release " + step.id() + " is not on this disk any more"));
        PostgresView view = postgres.look(now.at())
                .answer()
                .orElseThrow(() -> new SQLException("the local PostgreSQL does not answer"));
        if (!view.systemId().equals(token.systemId())) {
            throw new SQLException("the release is of database " + token.systemId() + ", here is "
                    + view.systemId());
        }
        if (view.position().compareTo(token.end()) <= 0) {
            throw new SQLException("WAL is here up to " + view.position()
                    + ", the release ends after " + token.end());
        }
        return List.of();
    }

    List<Fact> pack(Step.PackArchive step, Memory memory, LongStep progress)
            throws ControlFailed, DataDirectoryException, SQLException, InterruptedException {
        ReleaseToken token = memory.token()
                .filter(t -> t.id().equals(step.tokenId()))
                .orElseThrow(
                        () -> new SQLException("release " + step.tokenId() + " was not issued"));
        new ReleaseArchive(data(), progress).pack(step.file(), token, control.controlData());
        return List.of();
    }

    List<Fact> unpack(Step.UnpackArchive step, Observation now, LongStep progress)
            throws DataDirectoryException, InterruptedException {
        ReleaseToken token = new ReleaseArchive(data(), progress)
                .unpack(step.file(), settings.self().id(), now.systemId(), step.attempt());
        return List.of(new Fact.TokenKept(token));
    }

    private Path data() {
        return settings.postgres().dataDirectory();
    }
}
