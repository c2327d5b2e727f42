package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.model.NodeState;
import io.pgha.model.PeerView;
import io.pgha.model.PostgresView;
import io.pgha.model.Receiver;
import io.pgha.postgres.RebuildReason;
import io.pgha.postgres.ServerLog;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Why a standby that does not stream can no longer follow, by the histories and by PostgreSQL's log. */
final class RebuildSensor {

    private final Settings settings;

    RebuildSensor(Settings settings) {
        this.settings = settings;
    }

    /** Empty: not known to be so. Reads a log; blocks its caller. */
    Optional<String> look(Optional<PostgresView> local, PeerView peer) {
        return local.filter(PostgresView::inRecovery)
                .map(view -> RebuildReason.judge(standby(view), primary(peer), lastLogLines()))
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

    /** As the peer's daemon tells it; its slot is not asked for, since the log names a lost one. */
    private static Optional<RebuildReason.Primary> primary(PeerView peer) {
        return peer.last()
                .filter(p -> p.state() == NodeState.PRIMARY
                        && p.systemId().isPresent()
                        && p.timeline().isPresent())
                .map(p -> new RebuildReason.Primary(
                        p.systemId().orElseThrow(),
                        p.timeline().orElseThrow(),
                        p.forks(),
                        Optional.empty()));
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
