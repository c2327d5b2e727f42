package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgha.config.Settings;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.Fork;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.PortAnswer;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Receiver;
import io.pgha.plan.CloneMode;
import io.pgha.plan.StopMode;
import io.pgha.postgres.BaseBackup;
import io.pgha.postgres.Conninfo;
import io.pgha.postgres.DataDirectory;
import io.pgha.postgres.Depth;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.LongStep;
import io.pgha.postgres.PeerSlot;
import io.pgha.postgres.PgCtlControl;
import io.pgha.postgres.PortProber;
import io.pgha.postgres.Promotion;
import io.pgha.postgres.RecoveryOverride;
import io.pgha.postgres.ServerReadiness;
import io.pgha.postgres.StandbyConfiguration;
import io.pgha.postgres.Swap;
import io.pgha.postgres.TimelineHistory;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What pgha does with a server, done with every major version it is made for: the installed one is what the other tests run
 * on.
 *
 * <p>Not covered for want of programs: pg_controldata of 18 (its control file has another shape), and pg_basebackup,
 * pg_verifybackup and pg_rewind of any but the installed version: there the copy is made by hand.
 */
@Tag("netns")
@NeedsNamespaces
class VersionsIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @ParameterizedTest
    @ValueSource(ints = {13, 14, 16, 17, 18})
    void aServerIsStartedFollowedPromotedAndRead(int major) throws Exception {
        Optional<Path> jar = Optional.ofNullable(PostgresBinaries.jars().get(major));
        assumeTrue(jar.isPresent(), "no PostgreSQL " + major + ": -Dpgha.versions.skip");
        LabDirectory home = LabDirectory.make("pg" + major);
        try {
            PostgresBinaries binaries =
                    PostgresBinaries.unpack(major, jar.orElseThrow(), home.path());
            try (PgInstance primary = PgInstance.create(
                            binaries.bin(), "wal_log_hints = on", "max_slot_wal_keep_size = 1GB");
                    PgInstance standby = PgInstance.allocate(binaries.bin())) {
                new Pair(major, binaries, primary, standby).run();
            }
        } finally {
            home.remove();
        }
    }

    private static MonoTime now() {
        return new MonoTime(System.nanoTime());
    }

    /** Two servers of one version on loopback. */
    private record Pair(
            int major, PostgresBinaries binaries, PgInstance primary, PgInstance standby) {

        private PostgresSettings settingsOf(PgInstance instance) {
            return instance.settings();
        }

        private PgCtlControl controlOf(PgInstance instance) {
            return new PgCtlControl(settingsOf(instance), instance.log());
        }

        void run() throws Exception {
            start(primary);
            isSeenAs(primary, false);
            follow();
            start(standby);
            streams();
            takeOver();
        }

        /** Without pg_controldata nobody knows how the server was stopped, so pgha would not start it. */
        private void start(PgInstance instance) throws Exception {
            if (!binaries.hasControlData()) {
                assertEquals(
                        Postmaster.UNKNOWN, controlOf(instance).postmaster().state());
                instance.start();
                return;
            }
            assertEquals(Postmaster.STOPPED, controlOf(instance).postmaster().state());
            assertTrue(controlOf(instance).controlData().isCleanStop());
            controlOf(instance).start(LIMIT);
            assertEquals(Postmaster.RUNNING, controlOf(instance).postmaster().state());
        }

        private void isSeenAs(PgInstance instance, boolean inRecovery) throws Exception {
            PostgresView view = look(instance);
            assertEquals(inRecovery, view.inRecovery());
            assertEquals(major, view.version() / 10_000);
            assertEquals(List.of(), view.warnings());
            ServerReadiness.Report report =
                    ServerReadiness.look(settingsOf(instance), "127.0.0.1", instance.port(), LIMIT);
            assertEquals(major, report.major());
            assertEquals(view.systemId(), report.systemId());
            assertEquals(instance.data().toString(), report.dataDirectory().orElseThrow());
            PortAnswer answer = new PortProber(settingsOf(instance), LIMIT, VersionsIT::now)
                    .probe("127.0.0.1", instance.port(), Depth.FULL)
                    .answer();
            assertEquals(inRecovery ? PortAnswer.READ_ONLY : PortAnswer.READY, answer);
        }

        private PostgresView look(PgInstance instance) throws Exception {
            try (LocalPostgres local =
                    new LocalPostgres(settingsOf(instance), LIMIT, VersionsIT::now)) {
                return local.look(now()).answer().orElseThrow();
            }
        }

        private void follow() throws Exception {
            primary.sql("create table t as select generate_series(1, 1000) as i");
            Conninfo conninfo = Conninfo.to(
                    new Settings.Node(
                            new NodeId("a"),
                            "127.0.0.1",
                            List.of("127.0.0.1"),
                            primary.port(),
                            1,
                            "pgha"),
                    new NodeId("b"),
                    settingsOf(standby));
            if (binaries.hasBaseBackup()) {
                LongStep step = new LongStep(progress -> {});
                new BaseBackup(settingsOf(standby), conninfo, primary::connect, step, LIMIT)
                        .run(CloneMode.ASIDE, "v" + major);
                new Swap(standby.data(), step).swapIn("v" + major);
                new Swap(standby.data(), step).dropOld("v" + major);
                Run.of(List.of(
                                "chown",
                                "-R",
                                "postgres:postgres",
                                standby.base().toString()))
                        .orFail();
            } else {
                // A copy of a stopped server is a base backup, too.
                primary.stop("fast");
                standby.run(
                        "cp", "-a", primary.data().toString(), standby.data().toString());
                primary.start();
                try (Connection connection = primary.connect()) {
                    PeerSlot.ensure(connection, settingsOf(standby).slot(), 1L << 30);
                }
            }
            standby.configure(
                    "port = " + standby.port(),
                    "unix_socket_directories = '" + standby.base() + "'");
            assertEquals(Optional.empty(), new DataDirectory(standby.data()).obstacle());
            new DataDirectory(standby.data()).markStandby();
            StandbyConfiguration configuration = new StandbyConfiguration(
                    conninfo, settingsOf(standby).slot(), Optional.of("false %f %p"));
            configuration.write(standby.data());
            Run.of(List.of("chown", "-R", "postgres:postgres", standby.data().toString()))
                    .orFail();
        }

        private void streams() throws Exception {
            PgInstance.await(
                    "PostgreSQL " + major + " to stream",
                    () -> standby.ask("select count(*) from pg_stat_wal_receiver"
                                    + " where status = 'streaming'")
                            .equals("1"));
            isSeenAs(standby, true);
            assertTrue(look(standby).receiver().filter(Receiver::isStreaming).isPresent());
            assertEquals("b", look(primary).standbys().get(0).name());
            assertTrue(look(primary).slots().get(0).active());
            assertEquals("200ms", standby.ask("show wal_retrieve_retry_interval"));
            assertEquals("latest", standby.ask("show recovery_target_timeline"));
            primary.sql("insert into t values (0)");
            PgInstance.await(
                    "the row to arrive",
                    () -> standby.ask("select count(*) from t").equals("1001"));
        }

        private void takeOver() throws Exception {
            controlOf(primary).stop(StopMode.KILL, LIMIT);
            assertFalse(primary.processes().contains(1L));
            assertTrue(primary.processes().isEmpty());
            if (binaries.hasControlData()) {
                assertEquals(Postmaster.CRASHED, controlOf(primary).postmaster().state());
            }
            try (LocalPostgres local =
                    new LocalPostgres(settingsOf(standby), LIMIT, VersionsIT::now)) {
                RecoveryOverride none =
                        new RecoveryOverride(standby.data(), standby.base().resolve("state"));
                new Promotion(
                                new DataDirectory(standby.data()),
                                local,
                                controlOf(standby),
                                none,
                                LIMIT)
                        .run(new LongStep(said -> {}));
                assertEquals(PortAnswer.READY, local.writeProbe().answer());
                PostgresView view = local.look(now()).answer().orElseThrow();
                assertEquals(2, view.timeline());
                List<Fork> forks = TimelineHistory.read(standby.data(), 2);
                assertEquals(1, forks.get(0).timeline());
                local.checkpoint(LIMIT, new LongStep(progress -> {}));
            }
            if (binaries.hasControlData()) {
                assertTrue(controlOf(standby)
                        .stop(StopMode.FAST, LIMIT)
                        .startsWith("stopped cleanly"));
                assertEquals(2, controlOf(standby).controlData().timeline());
            }
        }
    }
}
