package io.pgha.it;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * The JVM of a {@link Crowd}: each session writes a row about once a second, and comes again about a second after it was
 * turned away. It ends when its standard input does. Arguments: number of sessions, URL host part.
 */
public final class CrowdMain {

    private static final long REST_NANOS = 1_000_000_000;
    /** So many a second come at first, as a pool fills. */
    private static final long BETWEEN_NANOS = REST_NANOS / 50;
    /** Patient: who gives up a busy server within a second and comes again keeps it busy. */
    private static final String LIMIT_SECONDS = "10";

    private CrowdMain() {}

    /** Runs until standard input ends. */
    public static void main(String[] args) throws IOException {
        Properties login = new Properties();
        login.setProperty("user", "crowd");
        login.setProperty("sslmode", "disable");
        login.setProperty("gssEncMode", "disable");
        login.setProperty("connectTimeout", LIMIT_SECONDS);
        login.setProperty("socketTimeout", LIMIT_SECONDS);
        login.setProperty("ApplicationName", "crowd");
        for (int session = 0; session < Integer.parseInt(args[0]); session++) {
            Thread thread = new Thread(() -> stay("jdbc:postgresql://" + args[1], login));
            thread.setDaemon(true);
            thread.start();
            LockSupport.parkNanos(BETWEEN_NANOS);
        }
        while (System.in.read() >= 0) {
            // Only its end matters.
        }
        Runtime.getRuntime().halt(0);
    }

    private static void stay(String url, Properties login) {
        while (true) {
            rest();
            try (Connection connection = DriverManager.getConnection(url, login);
                    Statement statement = connection.createStatement()) {
                while (true) {
                    statement.executeUpdate("insert into crowd values (now())");
                    rest();
                }
            } catch (SQLException e) {
                // Its server is gone, or not there yet.
            }
        }
    }

    /** A second on average, so that they do not come all at once. */
    private static void rest() {
        LockSupport.parkNanos(
                ThreadLocalRandom.current().nextLong(REST_NANOS / 2, REST_NANOS + REST_NANOS / 2));
    }
}
