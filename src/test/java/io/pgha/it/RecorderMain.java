package io.pgha.it;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/**
 * The clients' JVM, which runs in the client machine and writes one line per attempt to its output; {@link Recording}
 * reads them. It ends when its standard input does.
 *
 * <p>Writers insert rows with ids of their own through the traffic manager and retry with the next id, at once, over a
 * new connection. Observers try to write to one node each, every 20 ms. Arguments: password, think time in
 * microseconds, number of writers, URL host part for the writers, then name and address of each observed node.
 */
public final class RecorderMain {

    private static final long OBSERVE_NANOS = 20_000_000;
    private static final long RETRY_NANOS = 10_000_000;
    private static final long IDS_PER_WRITER = 1_000_000_000L;
    /** A standby's answer: the session can go on, and will notice a promotion by itself. */
    private static final String READ_ONLY = "25006";

    private static final String LIMIT_MILLIS = "400";

    private final PrintStream out;
    private final Properties login = new Properties();

    private RecorderMain(PrintStream out, String password) {
        this.out = out;
        login.setProperty("user", "app");
        login.setProperty("password", password);
        login.setProperty("sslmode", "disable");
        login.setProperty("gssEncMode", "disable");
        login.setProperty("connectTimeout", "1");
        // pgjdbc heeds a time-out of its socket only when it has set one; the socket makes it
        // shorter.
        login.setProperty("socketTimeout", "1");
        login.setProperty("socketFactory", ShortSocketFactory.class.getName());
        login.setProperty("socketFactoryArg", LIMIT_MILLIS);
        login.setProperty("hostRecheckSeconds", "0");
        login.setProperty("ApplicationName", "recorder");
    }

    /** Runs until standard input ends. */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        RecorderMain recorder = new RecorderMain(out, args[0]);
        long thinkNanos = Long.parseLong(args[1]) * 1_000;
        List<Thread> threads = new ArrayList<>();
        for (int writer = 1; writer <= Integer.parseInt(args[2]); writer++) {
            long first = writer * IDS_PER_WRITER;
            threads.add(new Thread(() -> recorder.write(args[3], first, thinkNanos)));
        }
        for (int i = 4; i + 1 < args.length; i += 2) {
            String node = args[i];
            String address = args[i + 1];
            threads.add(new Thread(() -> recorder.observe(node, address)));
        }
        for (Thread thread : threads) {
            thread.setDaemon(true);
            thread.start();
        }
        while (System.in.read() >= 0) {
            // Only its end matters.
        }
        Runtime.getRuntime().halt(0); // At once: every line is written when it is printed.
    }

    private Connection connect(String hosts) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://" + hosts, login);
    }

    private void write(String hosts, long first, long thinkNanos) {
        String sql = "insert into recorded values (?) returning host(inet_server_addr())";
        long id = first;
        while (true) {
            long sent = System.nanoTime();
            try (Connection connection = connect(hosts);
                    PreparedStatement insert = connection.prepareStatement(sql)) {
                while (true) {
                    id++;
                    sent = System.nanoTime();
                    insert.setLong(1, id);
                    try (ResultSet result = insert.executeQuery()) {
                        result.next();
                        line("W", id, sent, result.getString(1));
                    }
                    LockSupport.parkNanos(thinkNanos);
                }
            } catch (SQLException e) {
                line("F", id, sent, reason(e));
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void observe(String node, String address) {
        Optional<Connection> held = Optional.empty();
        long next = System.nanoTime();
        while (true) {
            long sent = System.nanoTime();
            try {
                Connection connection = held.isPresent() ? held.get() : connect(address + "/app");
                held = Optional.of(connection);
                try (PreparedStatement insert =
                        connection.prepareStatement("insert into observed default values")) {
                    insert.executeUpdate();
                }
                line("O", 0, sent, node);
            } catch (SQLException e) {
                line("X", 0, sent, node + " " + reason(e));
                if (!READ_ONLY.equals(e.getSQLState())) {
                    held.ifPresent(RecorderMain::drop);
                    held = Optional.empty();
                }
            }
            next = Math.max(next + OBSERVE_NANOS, System.nanoTime() - OBSERVE_NANOS);
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private static void drop(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // It was broken already; that is why it is dropped.
        }
    }

    private void line(String kind, long id, long sent, String text) {
        out.println(kind + " " + id + " " + sent + " " + System.nanoTime() + " " + text);
    }

    private static String reason(SQLException e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return e.getSQLState() + " " + message;
    }
}
