package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.ControlData;
import io.pgha.model.Postmaster;
import io.pgha.plan.StopMode;
import io.pgha.postgres.ControlFailed;
import io.pgha.postgres.PgCtlControl;
import io.pgha.postgres.PostmasterLook;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;

/** Starting, stopping by every rung, promoting, and telling how a server ended, on real clusters. */
@Tag("netns")
@Timeout(180)
final class PgCtlControlIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofSeconds(1);

    private static PgCtlControl control(PgInstance server) {
        return new PgCtlControl(server.settings(), server.base().resolve("start.log"));
    }

    private static Postmaster state(PgCtlControl control) {
        PostmasterLook look = control.postmaster();
        return look.state();
    }

    @Test
    void startAndFastStopCanBeSaidTwiceAndLeaveACleanDatabase() throws Exception {
        try (PgInstance server = PgInstance.create()) {
            PgCtlControl control = control(server);
            assertEquals(Postmaster.STOPPED, state(control));

            control.start(LIMIT);
            control.start(LIMIT);
            assertEquals(Postmaster.RUNNING, state(control));
            assertEquals(server.pid(), control.postmaster().pid().getAsLong());
            assertEquals("1", server.ask("select 1"));

            String words = control.stop(StopMode.FAST, LIMIT);
            assertTrue(words.startsWith("stopped cleanly at "), words);
            assertTrue(control.stop(StopMode.FAST, LIMIT).startsWith("stopped cleanly at "));
            assertEquals(Postmaster.STOPPED, state(control));
            ControlData data = control.controlData();
            assertTrue(data.isCleanStop());
            assertEquals(1, data.timeline());
        }
    }

    @Test
    void aCrashIsToldFromACleanStopAndIsNotAFastStop() throws Exception {
        try (PgInstance server = PgInstance.started()) {
            PgCtlControl control = control(server);
            server.kill();
            assertEquals(Postmaster.CRASHED, state(control));
            ControlFailed failed =
                    assertThrows(ControlFailed.class, () -> control.stop(StopMode.FAST, LIMIT));
            assertTrue(failed.words().contains("without a shutdown checkpoint"), failed.words());

            control.start(LIMIT);
            assertEquals(Postmaster.RUNNING, state(control));
        }
    }

    @Test
    void theLadderEndsAFrozenPostmasterWithAllItsChildren() throws Exception {
        try (PgInstance server = PgInstance.started();
                Connection client = server.connect();
                Statement busy = client.createStatement()) {
            busy.execute("select 1");
            PgCtlControl control = control(server);
            server.signal("STOP");

            ControlFailed failed =
                    assertThrows(ControlFailed.class, () -> control.stop(StopMode.FAST, SHORT));
            assertTrue(failed.words().contains("did not stop"), failed.words());
            long from = System.nanoTime();
            String words = control.stop(StopMode.LADDER, LIMIT);

            assertTrue(words.contains("SIGKILL"), words);
            assertTrue(server.processes().isEmpty());
            // Asking a frozen process politely would only cost the time of two rungs.
            assertTrue(System.nanoTime() - from < 10_000_000_000L, words);
            assertEquals(Postmaster.CRASHED, state(control));
        }
    }

    @Test
    void aBackendThatOutlivedItsPostmasterIsEndedToo() throws Exception {
        try (PgInstance server = PgInstance.started();
                Connection client = server.connect();
                Statement statement = client.createStatement()) {
            PgCtlControl control = control(server);
            long backend;
            try (var row = statement.executeQuery("select pg_backend_pid()")) {
                row.next();
                backend = row.getLong(1);
            }
            // Frozen, it does not notice that its postmaster has gone.
            server.signal(backend, "STOP");
            server.signal("KILL");
            PgInstance.await("the others to end", () -> server.processes().size() == 1);
            assertEquals(Postmaster.CRASHED, state(control));
            assertTrue(
                    control.postmaster().words().contains("1 of its processes"),
                    control.postmaster().words());
            assertThrows(ControlFailed.class, () -> control.start(SHORT));

            String words = control.stop(StopMode.LADDER, SHORT);

            assertTrue(words.startsWith("1 processes ended by SIGKILL"), words);
            assertTrue(server.processes().isEmpty());
            control.start(LIMIT);
        }
    }

    /** Its memory goes first, and its title with it; that of ten children of a killed server takes a moment to be given back. */
    @Test
    void aProcessThatIsAboutToBeGoneIsTakenForNoPostmaster() throws Exception {
        for (boolean clean : new boolean[] {true, false}) {
            try (PgInstance server = PgInstance.started()) {
                if (clean) {
                    server.stop("fast");
                } else {
                    server.kill();
                }
                Process dying = untitled(server);
                try {
                    PostmasterLook look = control(server).postmaster();
                    assertEquals(clean ? Postmaster.STOPPED : Postmaster.CRASHED, look.state());
                    assertTrue(look.words().contains("1 of its processes"), look.words());
                } finally {
                    dying.destroyForcibly().waitFor();
                }
            }
        }
    }

    /** A process of the server's name, at home in its data directory, that shows no title, as one that is ending. */
    private static Process untitled(PgInstance server) throws Exception {
        Path program = Files.copy(Path.of("/bin/cat"), server.base().resolve("postgres"));
        String line = "cd " + server.data() + " && exec -a '' " + program;
        Process process = new ProcessBuilder("bash", "-c", line).start();
        PgInstance.await("it is at home", () -> server.processes().contains(process.pid()));
        Path title = Path.of("/proc/" + process.pid() + "/cmdline");
        PgInstance.await("it has no title", () -> {
            try {
                return Files.readString(title).replace('\0', ' ').isBlank();
            } catch (IOException e) {
                return false;
            }
        });
        return process;
    }

    @Test
    void killIsOneRungAndMayBeSaidOfAServerThatIsDown() throws Exception {
        try (PgInstance server = PgInstance.started()) {
            PgCtlControl control = control(server);
            long from = System.nanoTime();
            String words = control.stop(StopMode.KILL, LIMIT);
            System.out.println(
                    "kill of a cluster: " + (System.nanoTime() - from) / 1000 + " us, " + words);
            assertTrue(server.processes().isEmpty());
            assertEquals("no process was left", control.stop(StopMode.KILL, LIMIT));
        }
    }

    @Test
    void aSecondClusterIsLeftAlone() throws Exception {
        try (PgInstance one = PgInstance.started();
                PgInstance other = PgInstance.started()) {
            control(one).stop(StopMode.KILL, LIMIT);
            assertTrue(one.processes().isEmpty());
            assertEquals("1", other.ask("select 1"));
        }
    }

    @Test
    void whyItDidNotStartIsInTheError() throws Exception {
        try (PgInstance server = PgInstance.create("shared_buffers = '4 elephants'")) {
            ControlFailed failed =
                    assertThrows(ControlFailed.class, () -> control(server).start(LIMIT));
            assertTrue(failed.words().contains("shared_buffers"), failed.words());
            assertTrue(failed.words().length() < 3000, failed.words());
        }
    }

    @Test
    void noDataIsNotACrash() throws Exception {
        try (PgInstance server = PgInstance.create()) {
            PgCtlControl missing = control(server.base().resolve("nowhere"), server);
            assertEquals(Postmaster.NO_DATA, state(missing));
            assertThrows(ControlFailed.class, () -> missing.start(SHORT));
            assertEquals(
                    Postmaster.NO_DATA,
                    state(control(Files.createDirectory(server.base().resolve("empty")), server)));
            Path strange = Files.createDirectory(server.base().resolve("strange"));
            Files.createFile(strange.resolve("file"));
            assertEquals(Postmaster.UNKNOWN, state(control(strange, server)));
            Files.delete(server.data().resolve("global/pg_control"));
            PostmasterLook look = control(server).postmaster();
            assertEquals(Postmaster.UNKNOWN, look.state());
            assertTrue(look.words().contains("pg_control"), look.words());
        }
    }

    @Test
    void aRecoveryThatAdvancesIsWaitedForBeyondThePatience() throws Exception {
        try (PgInstance server =
                PgInstance.started("max_wal_size = 4GB", "checkpoint_timeout = 1h")) {
            server.sql(
                    "create table t (a int, b text)",
                    "insert into t select i, repeat('x', 300) from generate_series(1, 400000) i",
                    "update t set a = a + 1");
            server.kill();
            PgCtlControl control = control(server);
            long from = System.nanoTime();
            control.start(Duration.ofSeconds(5));
            System.out.println(
                    "start after a crash: " + (System.nanoTime() - from) / 1_000_000 + " ms");
            assertEquals("400000", server.ask("select count(*) from t"));
        }
    }

    @Test
    void aStandbyThatServesNobodyHasStartedAndIsPromoted() throws Exception {
        try (PgInstance primary = PgInstance.started();
                PgInstance standby = primary.standby("hot_standby = off")) {
            PgCtlControl control = control(standby);
            control.start(LIMIT);
            control.promote(LIMIT);
            PgInstance.await("the end of recovery", () -> {
                try {
                    return standby.ask("select pg_is_in_recovery()").equals("f");
                } catch (IllegalStateException notYet) {
                    return false;
                }
            });
            assertThrows(ControlFailed.class, () -> control.promote(LIMIT));
            assertEquals("stopped cleanly", control.stop(StopMode.FAST, LIMIT).substring(0, 15));
            assertEquals(2, control.controlData().timeline());
        }
    }

    @Test
    void debiansSplitConfigurationIsFound() throws Exception {
        try (PgInstance server = PgInstance.create()) {
            Path etc = server.base().resolve("etc dir");
            server.run("mkdir", etc.toString());
            for (String file : new String[] {"postgresql.conf", "pg_hba.conf", "pg_ident.conf"}) {
                server.run("mv", server.data().resolve(file).toString(), etc.toString());
            }
            PostgresSettings s = server.settings();
            PgCtlControl control = new PgCtlControl(
                    new PostgresSettings(
                            s.port(),
                            s.socketDirectory(),
                            s.dataDirectory(),
                            etc,
                            s.bin(),
                            s.wrapper(),
                            s.control(),
                            s.unit(),
                            "-c work_mem=5MB",
                            s.user(),
                            s.database(),
                            s.replicationUser(),
                            s.passFile(),
                            s.sslMode(),
                            s.slot(),
                            s.maxSlotWalKeepBytes()),
                    server.base().resolve("start.log"));

            control.start(LIMIT);
            assertEquals("5MB", server.ask("show work_mem"));
            control.stop(StopMode.FAST, LIMIT);
        }
    }

    @Test
    void whatWasStartedHoldsNoneOfOurFiles() throws Exception {
        try (PgInstance server = PgInstance.create()) {
            control(server).start(LIMIT);
            try (var files = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
                for (Path file : files.toList()) {
                    String target = Files.readSymbolicLink(file).toString();
                    assertFalse(target.endsWith(".jar"), target);
                    assertFalse(
                            file.getFileName().toString().matches("[012]")
                                    && target.startsWith("pipe:"),
                            file + " is " + target);
                }
            }
            assertDoesNotThrow(() -> control(server).stop(StopMode.LADDER, LIMIT));
        }
    }

    private static PgCtlControl control(Path data, PgInstance server) {
        PostgresSettings s = server.settings();
        return new PgCtlControl(
                new PostgresSettings(
                        s.port(),
                        s.socketDirectory(),
                        data,
                        data,
                        s.bin(),
                        s.wrapper(),
                        s.control(),
                        s.unit(),
                        "",
                        s.user(),
                        s.database(),
                        s.replicationUser(),
                        s.passFile(),
                        s.sslMode(),
                        s.slot(),
                        s.maxSlotWalKeepBytes()),
                server.base().resolve("start.log"));
    }
}
