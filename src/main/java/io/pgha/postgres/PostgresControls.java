package io.pgha.postgres;

import io.pgha.config.Settings;

import java.nio.file.Path;

/** How PostgreSQL is started and stopped, as configured. */
public final class PostgresControls {

    private PostgresControls() {}

    /** The way that the settings name; what the programs say goes into the state directory. */
    public static PostgresControl of(Settings settings) {
        Path log = settings.stateDirectory().resolve("postgresql-start.log");
        return switch (settings.postgres().control()) {
            case PG_CTL -> new PgCtlControl(settings.postgres(), log);
            case SYSTEMD ->
                new SystemdControl(
                        settings.postgres(), settings.postgres().unit().orElseThrow(), log);
        };
    }
}
