package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;
import io.pgha.model.PostgresView;
import io.pgha.model.Receiver;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.NextSegment;
import io.pgha.postgres.PeerDatabase;
import io.pgha.postgres.RebuildReason;
import io.pgha.postgres.ServerLog;
import io.pgha.postgres.SqlSource;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Why a standby that does not stream can no longer follow, by the histories, the primary's WAL and PostgreSQL's log. */
final class RebuildSensor {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Settings settings;
    private final LocalPostgres postgres;
    private final SqlSource peerDatabase;
    private final NewestAnswer<Optional<String>> found =
            new NewestAnswer<>(Optional.empty(), why -> {});

    RebuildSensor(Settings settings, LocalPostgres postgres) {
        this.settings = settings;
        this.postgres = postgres;
        this.peerDatabase = new PeerDatabase(settings, LIMIT);
    }

    /** The newest answer; empty: not known to be so. */
    Optional<String> found() {
        return found.get();
    }

    /** PostgreSQL was started just now: what was found before, or is being looked for, says nothing of it. */
    void started() {
        found.know(found.begin(), Optional.empty());
    }

    /** Reads a log and asks the peer, unless it streams; blocks its caller. */
    void look(Optional<PostgresView> local, PeerView peer) {
        long look = found.begin();
        found.know(look, reason(local, peer));
    }

    private Optional<String> reason(Optional<PostgresView> local, PeerView peer) {
        return local.filter(PostgresView::inRecovery)
                .map(this::standby)
                .filter(standby -> !standby.streaming())
                .map(standby ->
                        RebuildReason.judge(standby, primary(standby, peer), lastLogLines()))
                .filter(verdict -> verdict.kind() == RebuildReason.Kind.REBUILD_NEEDED)
                .map(RebuildReason.Verdict::why);
    }

    private RebuildReason.Standby standby(PostgresView view) {
        return new RebuildReason.Standby(
                view.systemId(),
                view.timeline(),
                view.position(),
                view.receiver().filter(Receiver::isStreaming).isPresent(),
                settings.archive().isPresent());
    }

    /** As the peer's daemon tells it, and its database. */
    private Optional<RebuildReason.Primary> primary(RebuildReason.Standby standby, PeerView peer) {
        return peer.last()
                .filter(p -> p.state() == NodeState.PRIMARY
                        && p.systemId().isPresent()
                        && p.timeline().isPresent())
                .map(p -> new RebuildReason.Primary(
                        p.systemId().orElseThrow(),
                        p.timeline().orElseThrow(),
                        p.forks(),
                        missing(standby, p)));
    }

    /** Not known of a standby that has WAL to replay yet, since what it needs next comes after that, nor when nobody can be asked. */
    private Optional<String> missing(RebuildReason.Standby standby, PeerMessage primary) {
        try {
            if (!postgres.awaitsWal()) {
                return Optional.empty();
            }
            try (Connection connection = peerDatabase.open()) {
                return NextSegment.missing(
                        connection,
                        standby.position(),
                        primary.timeline().orElseThrow(),
                        primary.forks());
            }
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    /** No log that can be read is no evidence: the verdict is then UNKNOWN, never "rebuild". */
    private List<String> lastLogLines() {
        try {
            Optional<Path> log = ServerLog.current(settings.postgres().dataDirectory());
            return log.isPresent() ? ServerLog.lastLines(log.get()) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }
}
