package io.pgha.postgres;

import io.pgha.config.Settings;
import io.pgha.config.Settings.PostgresSettings;

import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PreferQueryMode;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Whether the peer would let this node stream: a replication connection, as the receiver of a standby makes it. Looks only. */
public final class StreamLogin {

    /** What pg_hba.conf and a password file call a replication connection's database. */
    private static final String REPLICATION = "replication";

    private StreamLogin() {}

    /**
     * Who answered.
     *
     * @param systemId of its database
     * @param timeline it is on
     */
    public record Identity(String systemId, int timeline) {}

    /**
     * Logs in and asks IDENTIFY_SYSTEM ("Streaming Replication Protocol").
     *
     * @param limit of connecting and of the answer
     * @throws SQLException when the peer does not let the replication role in, or does not answer
     */
    public static Identity ask(Settings settings, Duration limit) throws SQLException {
        PostgresSettings own = settings.postgres();
        String host = settings.peer().host();
        int port = settings.peer().postgresPort();
        String user = own.replicationUser();
        PGSimpleDataSource source = Login.source(own, user, host, port, "pgha-check", limit);
        source.setReplication("true");
        source.setPreferQueryMode(PreferQueryMode.SIMPLE);
        source.setAssumeMinServerVersion("13");
        PassFile.password(own, host, port, REPLICATION, user).ifPresent(source::setPassword);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            row.next();
            return new Identity(String.valueOf(row.getString("systemid")), row.getInt("timeline"));
        }
    }
}
