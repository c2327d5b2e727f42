package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.PortAnswer;
import io.pgha.os.Deadline;

import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PreferQueryMode;

import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Who pgha is to a PostgreSQL server: how its sessions are made, so that all of them look and behave alike. Safe for threads. */
final class Login {

    /** Every session of pgha bears a name that begins so; they are not counted or ended as client sessions. */
    static final String APPLICATION = "pgha";

    /** Of the connections that only find out whether the port works. */
    static final String PROBE = APPLICATION + "-probe";

    private final PostgresSettings settings;

    Login(PostgresSettings settings) {
        this.settings = settings;
    }

    String user() {
        return settings.user();
    }

    String database() {
        return settings.database();
    }

    /**
     * A fresh connection to an address that is already known.
     *
     * @param host the name for TLS verification and for the password file
     * @param deadline for connecting, for the login and for everything that is ever read from it
     */
    Connection open(String host, InetAddress address, int port, Deadline deadline)
            throws SQLException {
        PGSimpleDataSource source = session(host, port, PROBE, deadline.remaining());
        source.setSocketFactory(DeadlineSocketFactory.class.getName());
        source.setSocketFactoryArg(DeadlineSocketFactory.argument(address, port, deadline));
        password(host, port).ifPresent(source::setPassword);
        return source.getConnection();
    }

    /**
     * What makes connections for a pool: without password, see {@link #password}.
     *
     * @param statementLimit after which the server itself ends a statement; a second later the connection is given up
     */
    PGSimpleDataSource source(String host, int port, String application, Duration statementLimit)
            throws SQLException {
        PGSimpleDataSource source = session(host, port, application, statementLimit);
        limit(source, statementLimit.plusSeconds(1));
        return source;
    }

    /**
     * Makes sessions of another role in the same database, as whoever copies and streams: without password, and without any setting.
     *
     * @param limit of connecting and of each answer, at least a second
     */
    static PGSimpleDataSource source(
            PostgresSettings own,
            String user,
            String host,
            int port,
            String application,
            Duration limit)
            throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        name(source, own, user, host, port, application);
        limit(source, limit);
        return source;
    }

    private static void name(
            PGSimpleDataSource source,
            PostgresSettings own,
            String user,
            String host,
            int port,
            String application) {
        source.setServerNames(new String[] {host.indexOf(':') >= 0 ? "[" + host + "]" : host});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(own.database());
        source.setUser(user);
        source.setSslMode(own.sslMode());
        source.setApplicationName(application);
    }

    /** Each login with a limit costs pgjdbc a thread: probes have their deadline in the socket instead. */
    private static void limit(PGSimpleDataSource source, Duration limit) throws SQLException {
        int seconds = (int) Math.max(1, limit.toSeconds());
        source.setConnectTimeout(seconds);
        source.setLoginTimeout(seconds);
        source.setSocketTimeout(seconds);
    }

    private PGSimpleDataSource session(
            String host, int port, String application, Duration statementLimit) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        name(source, settings, settings.user(), host, port, application);
        // One message there, one back; nothing is prepared, so nothing goes stale.
        source.setPreferQueryMode(PreferQueryMode.SIMPLE);
        source.setAssumeMinServerVersion("13");
        source.setGssEncMode("disable");
        // Our own commits wait for no standby: a lost one must not look like a hang.
        source.setOptions("-c statement_timeout=" + Math.max(1, statementLimit.toMillis())
                + " -c search_path=pg_catalog -c synchronous_commit=local");
        return source;
    }

    /** What to type when the server does not let pgha in; empty for every other answer. Begins with ". ". */
    String remedy(PortAnswer answer, String where) {
        if (answer != PortAnswer.DENIED) {
            return "";
        }
        String file =
                settings.passFile().map(f -> " in " + f).orElse(" (postgres.pass_file is not set)");
        return ". Look at the password of role " + settings.user() + file
                + ", and at its line in pg_hba.conf " + where + ": pgha check";
    }

    /**
     * The password from the password file; empty when there is no file or no line fits.
     *
     * @throws SQLException when the file cannot be read
     */
    Optional<String> password(String host, int port) throws SQLException {
        return PassFile.password(settings, host, port, settings.database(), settings.user());
    }
}
