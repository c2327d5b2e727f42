package io.pgha.config;

import static io.pgha.config.Key.shared;

import java.time.Duration;
import java.util.List;

/** The keys of PgBouncer. */
final class PoolerKeys {

    private static final int MOST = 16;

    static final Key<List<String>> HOSTS = shared(
            "pgbouncer.hosts",
            Forms.list(Hosts.pooler(), MOST, Forms.Repeats.REFUSED),
            new Default.Fixed<>(List.of()),
            "The PgBouncers between the clients and the traffic manager. During pgha switchover each is told PAUSE before the gate"
                    + " closes and RESUME when the new primary is open: clients wait instead of failing. Every"
                    + " database of a PgBouncer waits.");

    static final Key<String> USER = shared(
            "pgbouncer.user",
            PostgresKeys.ROLE,
            new Default.Fixed<>("pgha"),
            "User of their admin consoles, one of PgBouncer's admin_users. Its password stands in postgres.pass_file, under"
                    + " database pgbouncer; postgres.ssl_mode holds for it too.");

    static final Key<Duration> PAUSE_TIMEOUT = shared(
            "pgbouncer.pause_timeout",
            Forms.time("100ms", "1m"),
            new Default.Fixed<>(Duration.ofSeconds(1)),
            "Within this time every running transaction must have ended, or the switchover is undone. Meanwhile those clients"
                    + " wait that are between transactions.");

    private PoolerKeys() {}

    static List<Key<?>> all() {
        return List.of(HOSTS, USER, PAUSE_TIMEOUT);
    }
}
