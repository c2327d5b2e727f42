package io.pgha.daemon;

import io.pgha.config.Settings.ArchiveSettings;
import io.pgha.engine.Event;
import io.pgha.engine.EventLine;
import io.pgha.model.PostgresView;
import io.pgha.model.Probed;
import io.pgha.postgres.RetentionDecision;
import io.pgha.postgres.WalRetention;

import java.time.Duration;
import java.util.function.Supplier;

/** Thins the WAL archive out on the primary; says so only when something was deleted or is wrong. */
final class Retention {

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final WalRetention retention;
    private final Supplier<Probed<PostgresView>> local;
    private final EventLog events;

    Retention(ArchiveSettings settings, Supplier<Probed<PostgresView>> local, EventLog events) {
        this.retention = new WalRetention(settings, LIMIT);
        this.local = local;
        this.events = events;
    }

    void run() {
        local.get().answer().filter(view -> !view.inRecovery()).ifPresent(view -> {
            RetentionDecision decision = retention.run(view);
            boolean news =
                    !decision.delete().isEmpty() || decision.severity() != EventLine.Severity.INFO;
            if (news) {
                events.accept(new Event(decision.severity(), "wal_retention", decision.sentence()));
            }
        });
    }
}
