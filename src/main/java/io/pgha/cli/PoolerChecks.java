package io.pgha.cli;

import io.pgha.config.Settings;
import io.pgha.http.Amounts;
import io.pgha.pooler.Pooler;
import io.pgha.pooler.Pooler.Look;
import io.pgha.postgres.PassFile;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What {@code pgha check} finds out about each PgBouncer: would it let its clients wait during a switchover? */
final class PoolerChecks {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(1);
    private static final String NAME = "pgbouncer";

    private PoolerChecks() {}

    /** None where none is configured. */
    static List<Finding> of(Settings settings) {
        List<Finding> found = new ArrayList<>();
        List<Pooler> poolers = Pooler.of(
                settings,
                (host, port, database, user) ->
                        PassFile.password(settings.postgres(), host, port, database, user));
        for (Pooler pooler : poolers) {
            try {
                found.addAll(judged(settings, pooler, pooler.look(LIMIT)));
            } catch (SQLException e) {
                found.add(
                        Finding.fail(
                                NAME,
                                pooler.where() + ": " + e.getMessage()
                                        + "; pgha switchover is refused",
                                "try " + pooler.byHand("'SHOW VERSION'")
                                        + ", mend its auth_file and postgres.pass_file, or take it out of pgbouncer.hosts"));
            }
        }
        return found;
    }

    private static List<Finding> judged(Settings settings, Pooler pooler, Look look) {
        List<Finding> found = new ArrayList<>();
        String user = settings.pooler().orElseThrow().user();
        if (!look.isAdmin()) {
            found.add(Finding.fail(
                    NAME,
                    pooler.where() + ": " + user + " may not PAUSE; pgha switchover is refused",
                    "add " + user + " to admin_users in its pgbouncer.ini, then RELOAD there"));
        }
        if (!look.inSessionMode().isEmpty()) {
            found.add(Finding.warn(
                    NAME,
                    pooler.where() + ": pool_mode = session ("
                            + String.join(", ", look.inSessionMode())
                            + "): PAUSE waits until these clients leave, and pgha switchover is undone",
                    "pool_mode = transaction there, if the application allows it"));
        }
        look.retry()
                .filter(retry -> retry.compareTo(LONGEST_RETRY) > 0)
                .ifPresent(retry -> found.add(Finding.warn(
                        NAME,
                        pooler.where() + ": server_login_retry = " + Amounts.span(retry)
                                + ": its clients wait that long when the traffic manager is a moment late",
                        "server_login_retry = 0.1 there, then RELOAD")));
        if (found.isEmpty()) {
            found.add(Finding.ok(
                    NAME,
                    pooler.where() + " (" + look.version() + ") takes " + user
                            + "'s PAUSE and RESUME"));
        }
        return found;
    }
}
