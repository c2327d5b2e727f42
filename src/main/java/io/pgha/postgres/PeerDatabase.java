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
        PassFileLogin login = new PassFileLogin(own);
        PGSimpleDataSource source = new PGSimpleDataSource();
        String host = node.host();
        int port = node.postgresPort();
        int seconds = (int) Math.max(1, limit.toSeconds());
        source.setServerNames(new String[] {host.indexOf(':') >= 0 ? "[" + host + "]" : host});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(own.database());
        source.setUser(own.replicationUser());
        source.setSslMode(own.sslMode());
        source.setApplicationName("pgha-copy");
        source.setConnectTimeout(seconds);
        source.setLoginTimeout(seconds);
        source.setSocketTimeout(seconds);
        login.password(host, port).ifPresent(source::setPassword);
        return source.getConnection();
    }

    /** The password of the replication role in the password file. */
    private record PassFileLogin(PostgresSettings own) {
        java.util.Optional<String> password(String host, int port) throws SQLException {
            if (own.passFile().isEmpty()) {
                return java.util.Optional.empty();
            }
            try {
                return new PassFile(own.passFile().get())
                        .find(host, port, own.database(), own.replicationUser());
            } catch (java.io.IOException e) {
                throw new SQLException(
                        "the password file " + own.passFile().get() + " could not be read: "
                                + e.getMessage(),
                        "28P01",
                        e);
            }
        }
    }
}
