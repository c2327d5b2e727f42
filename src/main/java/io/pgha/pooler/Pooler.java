package io.pgha.pooler;

import io.pgha.config.Settings;
import io.pgha.config.Settings.PoolerPlace;
import io.pgha.config.Settings.PoolerSettings;

import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PreferQueryMode;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One PgBouncer by its admin console. Every order is a connection of its own with a deadline, and one follows the other: a
 * RESUME is not sent while a PAUSE of this process may still be under way.
 */
public final class Pooler {

    private static final String CONSOLE = "pgbouncer";
    private static final String NOT_PAUSED = "not paused";

    /** pgjdbc warns of a server version that it does not know, which PgBouncer's own always is. */
    private static final Logger VERSIONS = Logger.getLogger("org.postgresql.jdbc.PgConnection");

    private final PoolerPlace place;
    private final String user;
    private final String sslMode;
    private final Passwords passwords;
    private Optional<Connection> ahead = Optional.empty();

    private Pooler(PoolerPlace place, String user, String sslMode, Passwords passwords) {
        this.place = place;
        this.user = user;
        this.sslMode = sslMode;
        this.passwords = passwords;
        VERSIONS.setLevel(Level.SEVERE);
    }

    /** All that are configured. */
    public static List<Pooler> of(Settings settings, Passwords passwords) {
        List<Pooler> all = new ArrayList<>();
        for (PoolerSettings pooler : settings.pooler().stream().toList()) {
            for (PoolerPlace place : pooler.places()) {
                all.add(new Pooler(place, pooler.user(), settings.postgres().sslMode(), passwords));
            }
        }
        return List.copyOf(all);
    }

    /**
     * What a console tells without being told to do anything.
     *
     * @param version such as "PgBouncer 1.18.0"
     * @param isAdmin the user is one of admin_users, and so may PAUSE
     * @param inSessionMode databases whose clients keep their server connection, so that PAUSE would wait until they leave;
     *     "all" when that is the default
     * @param retry server_login_retry: how long it waits after a server that it could not reach; empty when it does not say
     */
    public record Look(
            String version, boolean isAdmin, List<String> inSessionMode, Optional<Duration> retry) {
        public Look {
            inSessionMode = List.copyOf(inSessionMode);
        }
    }

    /** Where it is. */
    public String where() {
        return (place.host().indexOf(':') >= 0 ? "[" + place.host() + "]" : place.host()) + ":"
                + place.port();
    }

    /** How a person gives the same order. */
    public String byHand(String order) {
        return "psql -h " + place.host() + " -p " + place.port() + " -U " + user + " " + CONSOLE
                + " -c " + order;
    }

    /**
     * Returns when every client waits and no connection to the server is left.
     *
     * @throws SQLException when that was not so in time; then clients may wait, or not
     */
    public synchronized void pause(Duration limit) throws SQLException {
        long end = System.nanoTime() + limit.toNanos();
        try (Connection console = open(limit);
                Statement statement = console.createStatement()) {
            // A pause that an interrupted attempt left behind would refuse this one.
            resume(statement);
            long left = (end - System.nanoTime()) / 1_000_000;
            console.setNetworkTimeout(Runnable::run, (int) Math.max(1, left));
            statement.execute("PAUSE");
        } catch (SQLException e) {
            throw isLate(e)
                    ? new SQLException("transactions of its clients did not end in time", e)
                    : e;
        }
    }

    /** Logs in ahead of a {@link #resume}, which then costs one round trip. */
    public synchronized void prepare(Duration limit) throws SQLException {
        if (ahead.isEmpty()) {
            ahead = Optional.of(open(limit));
        }
    }

    /** Lets its clients on; true when they had to wait. */
    public synchronized boolean resume(Duration limit) throws SQLException {
        Connection prepared = ahead.isPresent() ? ahead.get() : open(limit);
        ahead = Optional.empty();
        try (Connection console = prepared;
                Statement statement = console.createStatement()) {
            return resume(statement);
        }
    }

    private static boolean resume(Statement statement) throws SQLException {
        try {
            statement.execute("RESUME");
            return true;
        } catch (SQLException e) {
            if (String.valueOf(e.getMessage()).contains(NOT_PAUSED)) {
                return false;
            }
            throw e;
        }
    }

    /** Asks it for what a switchover needs. */
    public Look look(Duration limit) throws SQLException {
        try (Connection console = open(limit);
                Statement statement = console.createStatement()) {
            Map<String, String> config = new HashMap<>();
            try (ResultSet row = statement.executeQuery("SHOW CONFIG")) {
                while (row.next()) {
                    config.put(row.getString("key"), String.valueOf(row.getString("value")));
                }
            }
            List<String> admins = List.of(config.getOrDefault("admin_users", "").split("[,\\s]+"));
            return new Look(
                    version(statement),
                    admins.contains(user),
                    inSessionMode(statement, config.getOrDefault("pool_mode", "session")),
                    Optional.ofNullable(config.get("server_login_retry")).flatMap(Pooler::seconds));
        }
    }

    private static String version(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SHOW VERSION")) {
            return row.next() ? String.valueOf(row.getString(1)) : "PgBouncer";
        }
    }

    private static List<String> inSessionMode(Statement statement, String otherwise)
            throws SQLException {
        List<String> found = new ArrayList<>();
        if (otherwise.equals("session")) {
            found.add("all");
        }
        try (ResultSet row = statement.executeQuery("SHOW DATABASES")) {
            while (row.next()) {
                if ("session".equals(row.getString("pool_mode"))) {
                    found.add(row.getString("name"));
                }
            }
        }
        return found;
    }

    private static Optional<Duration> seconds(String text) {
        try {
            return Optional.of(Duration.ofMillis((long) (Double.parseDouble(text) * 1000)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The console takes simple queries only, and none of the settings with which pgjdbc begins, unless it replicates. */
    private Connection open(Duration limit) throws SQLException {
        int seconds = (int) Math.max(1, limit.toSeconds());
        PGSimpleDataSource source = new PGSimpleDataSource();
        String host = place.host();
        source.setServerNames(new String[] {host.indexOf(':') >= 0 ? "[" + host + "]" : host});
        source.setPortNumbers(new int[] {place.port()});
        source.setDatabaseName(CONSOLE);
        source.setUser(user);
        source.setSslMode(sslMode);
        source.setPreferQueryMode(PreferQueryMode.SIMPLE);
        source.setReplication("false");
        source.setConnectTimeout(seconds);
        source.setLoginTimeout(seconds);
        source.setSocketTimeout(seconds);
        passwords.find(host, place.port(), CONSOLE, user).ifPresent(source::setPassword);
        return source.getConnection();
    }

    private static boolean isLate(Throwable e) {
        return e instanceof SocketTimeoutException
                || (e.getCause() != null && isLate(e.getCause()));
    }
}
