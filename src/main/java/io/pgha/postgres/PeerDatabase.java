package io.pgha.postgres;

import io.pgha.config.Settings;
import io.pgha.config.Settings.PostgresSettings;

import org.postgresql.ds.PGSimpleDataSource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** The peer's database under the replication role: what a copy and a slot need (REPLICATION, and pg_monitor for sizes). */
public final class PeerDatabase implements SqlSource {

    private final Settings settings;
    private final Settings.Node node;
    private final Duration limit;

    /** @param limit of connecting and of each statement */
    public PeerDatabase(Settings settings, Duration limit) {
        this(settings, settings.peer(), limit);
    }

    private PeerDatabase(Settings settings, Settings.Node node, Duration limit) {
        this.settings = settings;
        this.node = node;
        this.limit = limit;
    }

    /** This node's own database, under the same role and by its address, as the peer reaches it. */
    public static PeerDatabase here(Settings settings, Duration limit) {
        return new PeerDatabase(settings, settings.self(), limit);
    }

    @Override
    public Connection open() throws SQLException {
        PostgresSettings own = settings.postgres();
        String host = node.host();
        int port = node.postgresPort();
        String user = own.replicationUser();
        PGSimpleDataSource source = Login.source(own, user, host, port, "pgha-copy", limit);
        PassFile.password(own, host, port, own.database(), user).ifPresent(source::setPassword);
        return source.getConnection();
    }
}
