package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.decision.Memory;
import io.pgha.model.Epoch;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.model.Postmaster;
import io.pgha.network.GateRules;
import io.pgha.network.SocketKiller;
import io.pgha.plan.Plan;
import io.pgha.plan.Step;
import io.pgha.plan.StopMode;
import io.pgha.plan.Workflows;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.PostmasterLook;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Not to be able to ask how many sessions are left is never "none", unless the next step ends them in any case. */
class ClientSessionsTest {

    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final Epoch FOUR = new Epoch(4);
    private static final Duration LIMIT = Duration.ofMillis(300);

    @TempDir
    private Path data;

    private Optional<LocalPostgres> postgres = Optional.empty();
    private Optional<ClientSessions> sessions = Optional.empty();

    /** A postmaster runs; it is asked for nothing else. */
    private static final class Runs extends UnusedControl {
        @Override
        public PostmasterLook postmaster() {
            return new PostmasterLook(Postmaster.RUNNING, OptionalLong.empty(), "");
        }
    }

    @BeforeEach
    void aServerThatRefusesToBeAsked() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        PostgresSettings settings = HostBed.settings(data, port).postgres();
        LocalPostgres local =
                new LocalPostgres(settings, LIMIT, () -> new MonoTime(System.nanoTime()));
        postgres = Optional.of(local);
        GateRules rules = new GateRules("test", List.of(port), List.of());
        sessions = Optional.of(new ClientSessions(
                new SocketKiller(rules, Duration.ofSeconds(5)), local, new Runs()));
    }

    @AfterEach
    void close() {
        postgres.ifPresent(LocalPostgres::close);
    }

    private void end(Plan plan, PortAnswer port) throws Exception {
        int cursor = plan.steps().indexOf(new Step.EndSessions());
        assertTrue(cursor > 0, "it ends no sessions");
        PortProbe probe = new PortProbe(port, "", Duration.ZERO, new MonoTime(0));
        sessions.orElseThrow()
                .end(Optional.of(new Memory.Running(plan, cursor, false)), Optional.of(probe));
    }

    private static Workflows workflows(boolean arbited) {
        return new Workflows(A, B, arbited, false);
    }

    @Test
    void whereNobodyStopsPostgresqlItIsNotKnownThatNoneIsLeft() {
        for (Plan plan : List.of(
                workflows(false).reconcile("1", FOUR, "met"),
                workflows(false).conflict("2", FOUR, B, "both wrote"),
                workflows(false).isolate("3", FOUR, "alone"))) {
            String words = String.valueOf(
                    assertThrows(SQLException.class, () -> end(plan, PortAnswer.READY))
                            .getMessage());

            assertTrue(words.contains("nor how many are left"), words);
            assertTrue(words.contains("pg_stat_activity"), words);
        }
    }

    @Test
    void aStopThatFollowsEndsWhatCouldNotBeAskedFor() {
        for (Plan plan : List.of(
                workflows(false).cede("1", FOUR, "i", StopMode.LADDER, "it hangs"),
                workflows(false).depose("2", FOUR, B, "yields"),
                workflows(false).release("3", FOUR, true, "handed back"),
                workflows(false).releaseTo("4", FOUR, data, "handed back"),
                workflows(true).isolate("5", FOUR, "alone"))) {
            assertDoesNotThrow(() -> end(plan, PortAnswer.READY));
        }
    }

    @Test
    void aPostgresqlThatIsSeenToHangIsNotAsked() {
        assertDoesNotThrow(
                () -> end(workflows(false).reconcile("1", FOUR, "met"), PortAnswer.TIMEOUT));
    }
}
