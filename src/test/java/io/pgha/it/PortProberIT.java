package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.MonoTime;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.os.FreePort;
import io.pgha.postgres.Depth;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.PortProber;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Each answer of a port against a real server, and each deadline against a server that does not keep it. */
@Tag("netns")
@Timeout(120)
final class PortProberIT {

    /** Of probes that get an answer, from a machine that may be busy. */
    private static final Duration PATIENT = Duration.ofSeconds(20);
    /** Of probes that get none. */
    private static final Duration LIMIT = Duration.ofMillis(900);
    /** What a busy machine adds to it; who is held by a server is held for much longer. */
    private static final Duration SLACK = Duration.ofSeconds(3);

    private static final String HOST = "127.0.0.1";

    private static PgInstance server;

    @BeforeAll
    static void start() {
        server = PgInstance.create(
                "max_connections = 6", "superuser_reserved_connections = 1", "max_wal_senders = 3");
        server.hba(
                "host all postgres 127.0.0.1/32 trust",
                "host all pgha 127.0.0.1/32 scram-sha-256",
                "host replication postgres 127.0.0.1/32 trust");
        server.start();
        server.sql("create role pgha login password 'right:\\word'", "create role nobody login");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aWorkingPrimaryIsAliveAndReady() {
        assertEquals(PortAnswer.ALIVE, probe(server, Depth.LIGHT).answer());
        assertEquals(PortAnswer.READY, probe(server, Depth.FULL).answer());
    }

    @Test
    void aLightProbeNeedsNoPassword() {
        assertEquals(
                PortAnswer.ALIVE, probe("pgha", Optional.empty(), Depth.LIGHT).answer());
    }

    @Test
    void aPasswordComesFromThePassFile() throws IOException {
        Path right = passFile("*:*:postgres:pgha:right\\:\\\\word");
        assertEquals(
                PortAnswer.READY, probe("pgha", Optional.of(right), Depth.FULL).answer());
    }

    @Test
    void credentialsThatAreRefusedAreASignOfLifeAndNotShown() throws IOException {
        Path wrong = passFile("*:*:*:*:secret17");

        PortProbe byPassword = probe("pgha", Optional.of(wrong), Depth.FULL);
        assertEquals(PortAnswer.DENIED, byPassword.answer(), byPassword.words());
        assertFalse(byPassword.words().contains("secret17"), byPassword.words());

        assertEquals(
                PortAnswer.DENIED, probe("pgha", Optional.empty(), Depth.FULL).answer());
        Optional<Path> missing = Optional.of(Path.of("/nonexistent"));
        assertEquals(PortAnswer.DENIED, probe("pgha", missing, Depth.FULL).answer());
        assertEquals(
                PortAnswer.DENIED,
                probe("nobody", Optional.empty(), Depth.LIGHT).answer());
        assertEquals(
                PortAnswer.DENIED, probe("nobody", Optional.empty(), Depth.FULL).answer());
    }

    @Test
    void aLightProbeLeavesNoTraceInTheLog() throws IOException {
        String before = Files.readString(server.log());
        for (int i = 0; i < 20; i++) {
            probe("pgha", Optional.empty(), Depth.LIGHT);
            probe(server, Depth.LIGHT);
        }
        // A session that is closed politely is gone by the time the next one has been served.
        server.ask("select pg_sleep(0.2)");
        assertEquals(before, Files.readString(server.log()));
    }

    @Test
    void aPrimaryWhoseTransactionsAreReadOnlyByDefaultIsNoStandby() throws IOException {
        Path right = passFile("*:*:postgres:pgha:right\\:\\\\word");
        server.sql("alter role pgha set default_transaction_read_only = on");
        try {
            PortProbe probe = probe("pgha", Optional.of(right), Depth.FULL);
            assertEquals(PortAnswer.READY, probe.answer(), probe.words());
            assertTrue(probe.detail().contains("default_transaction_read_only"), probe.words());
        } finally {
            server.sql("alter role pgha reset default_transaction_read_only");
        }
    }

    @Test
    void aFullServerIsFullAndNotDown() throws SQLException {
        List<Connection> held = new ArrayList<>();
        try {
            for (int i = 0; i < 6; i++) {
                // The place of a session that was ended a moment ago may be taken yet.
                PgInstance.await("a free place", () -> isLetIn(held));
            }
            assertEquals(PortAnswer.FULL, probe(server, Depth.LIGHT).answer());
            assertEquals(PortAnswer.FULL, probe(server, Depth.FULL).answer());
        } finally {
            for (Connection connection : held) {
                connection.close();
            }
        }
        PgInstance.await(
                "sessions to end", () -> probe(server, Depth.FULL).answer() == PortAnswer.READY);
    }

    private static boolean isLetIn(List<Connection> held) {
        try {
            return held.add(server.connect());
        } catch (SQLException e) {
            return false;
        }
    }

    @Test
    void aStandbyIsReadOnlyAndOneThatServesNobodyIsStarting() {
        try (PgInstance standby = server.standby()) {
            standby.start();
            assertEquals(PortAnswer.ALIVE, probe(standby, Depth.LIGHT).answer());
            assertEquals(PortAnswer.READ_ONLY, probe(standby, Depth.FULL).answer());

            standby.stop("fast");
            standby.configure("hot_standby = off");
            standby.start();
            assertEquals(PortAnswer.STARTING, probe(standby, Depth.LIGHT).answer());
            assertEquals(PortAnswer.STARTING, probe(standby, Depth.FULL).answer());
        }
    }

    @Test
    void aPortNobodyListensOnRefuses() {
        int port = FreePort.next();
        for (Depth depth : Depth.values()) {
            assertEquals(
                    PortAnswer.REFUSED,
                    prober(server.settings()).probe(HOST, port, depth).answer());
        }
    }

    @Test
    void aFrozenPostmasterIsATimeoutWithinTheDeadline() {
        server.signal("STOP");
        try {
            for (Depth depth : Depth.values()) {
                assertTimeout(hurried(server.settings()).probe(HOST, server.port(), depth));
            }
        } finally {
            server.signal("CONT");
        }
        PgInstance.await(
                "it to go on", () -> probe(server, Depth.FULL).answer() == PortAnswer.READY);
    }

    @Test
    void aServerThatLetsOthersInMeanwhileIsBusyAndOneThatDoesNotHangs() throws SQLException {
        try (LocalPostgres held = new LocalPostgres(server.settings(), PATIENT, PortProberIT::now);
                Connection other = server.connect()) {
            assertTrue(other.isValid(1));
            held.look(now());
            MonoTime after = now();
            assertTrue(
                    held.isBusy(waited(PortAnswer.TIMEOUT, Duration.ofHours(1), after)),
                    "a session began in that hour");
            assertFalse(
                    held.isBusy(waited(PortAnswer.REFUSED, Duration.ofHours(1), after)),
                    "that is no silence");
            assertFalse(
                    held.isBusy(waited(PortAnswer.TIMEOUT, Duration.ofNanos(1), now())),
                    "no held session was answered meanwhile");
            held.look(now());
            assertFalse(
                    held.isBusy(waited(PortAnswer.TIMEOUT, now().since(after), now())),
                    "nobody was let in meanwhile");
        }
    }

    private static PortProbe waited(PortAnswer answer, Duration took, MonoTime at) {
        return new PortProbe(answer, "", took, at);
    }

    private static MonoTime now() {
        return new MonoTime(System.nanoTime());
    }

    @Test
    void anAddressThatSwallowsPacketsIsATimeoutWithinTheDeadline() throws IOException {
        // With its queue of accepted connections full, Linux drops further SYNs without a word.
        List<Socket> fillers = new ArrayList<>();
        try (ServerSocket hole = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            try {
                for (int i = 0; i < 4; i++) {
                    Socket filler = new Socket();
                    fillers.add(filler);
                    filler.connect(hole.getLocalSocketAddress(), 200);
                }
            } catch (IOException full) {
                // As intended.
            }
            for (Depth depth : Depth.values()) {
                assertTimeout(hurried(server.settings()).probe(HOST, hole.getLocalPort(), depth));
            }
        } finally {
            for (Socket filler : fillers) {
                filler.close();
            }
        }
    }

    @Test
    void aServerThatTricklesCannotHoldAProbe() throws Exception {
        try (ServerSocket trickler = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> trickle(trickler));
            thread.setDaemon(true);
            thread.start();
            for (Depth depth : Depth.values()) {
                assertTimeout(
                        hurried(server.settings()).probe(HOST, trickler.getLocalPort(), depth));
            }
        }
    }

    @Test
    void aServerThatHangsUpIsRefusedAndOneThatIsNotPostgresSaysNothing() throws Exception {
        assertEquals(PortAnswer.REFUSED, answerTo(new byte[0]).answer());
        assertEquals(
                PortAnswer.UNTRIED,
                answerTo("HTTP/1.1 400 Bad Request\r\n".getBytes(UTF_8)).answer());
        PortProbe fork =
                answerTo("Ecould not fork new process for connection: no\n\0".getBytes(UTF_8));
        assertEquals(PortAnswer.ERROR, fork.answer());
        assertTrue(fork.words().contains("could not fork new process"), fork.words());
    }

    @Test
    void aNameThatDoesNotResolveSaysNothingAboutTheServer() {
        PortProbe probe =
                hurried(server.settings()).probe("no-such-host.invalid", 5432, Depth.LIGHT);
        assertEquals(PortAnswer.UNRESOLVED, probe.answer());
        assertTrue(probe.took().compareTo(LIMIT.plus(SLACK)) < 0, probe.toString());
    }

    @Test
    void everyAddressOfANameIsTried() {
        // localhost is ::1 and 127.0.0.1 on most machines; the server listens on the second only.
        PortProbe probe = prober(server.settings()).probe("localhost", server.port(), Depth.LIGHT);
        assertEquals(PortAnswer.ALIVE, probe.answer(), probe.words());
    }

    private static void trickle(ServerSocket listener) {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread thread = new Thread(() -> {
                    try (socket) {
                        // A full probe asks for TLS first (8 bytes) and is told no.
                        if (socket.getInputStream().read(new byte[1000]) == 8) {
                            socket.getOutputStream().write('N');
                        }
                        // A message of 64 kB, for whose first 60 bytes alone it takes 12 s.
                        byte[] message = new byte[60];
                        message[0] = 'R';
                        message[3] = 1;
                        for (byte b : message) {
                            java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
                            socket.getOutputStream().write(b);
                        }
                    } catch (IOException gone) {
                        // The probe has hung up.
                    }
                });
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static PortProbe answerTo(byte[] bytes) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                try (Socket socket = listener.accept()) {
                    socket.getInputStream().read(new byte[1000]);
                    socket.getOutputStream().write(bytes);
                } catch (IOException closed) {
                    // The assertion speaks.
                }
            });
            thread.start();
            PortProbe probe = prober(server.settings())
                    .probe(
                            HOST,
                            ((InetSocketAddress) listener.getLocalSocketAddress()).getPort(),
                            Depth.LIGHT);
            thread.join(5000);
            return probe;
        }
    }

    private static void assertTimeout(PortProbe probe) {
        assertEquals(PortAnswer.TIMEOUT, probe.answer(), probe.words());
        assertTrue(probe.took().compareTo(LIMIT.plus(SLACK)) < 0, probe.toString());
    }

    private static Path passFile(String line) throws IOException {
        Path file = Files.createTempFile(server.base(), "pass", "");
        Files.writeString(file, "# ours\nother:1:x:y:z\n" + line + "\n");
        return file;
    }

    private static PortProber prober(PostgresSettings settings) {
        return new PortProber(settings, PATIENT, PortProberIT::now);
    }

    private static PortProber hurried(PostgresSettings settings) {
        return new PortProber(settings, LIMIT, PortProberIT::now);
    }

    private static PortProbe probe(PgInstance instance, Depth depth) {
        return prober(instance.settings()).probe(HOST, instance.port(), depth);
    }

    private static PortProbe probe(String user, Optional<Path> passFile, Depth depth) {
        return prober(server.settings(user, passFile)).probe(HOST, server.port(), depth);
    }
}
