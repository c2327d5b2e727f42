package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.engine.Request;
import io.pgha.http.Answer;
import io.pgha.http.Call;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is configured wrong, missing or contradictory on a living pair is said in words that name the remedy, by status and by
 * {@code pgha check}; nothing is closed, promoted or lost for it.
 */
@Tag("netns")
@NeedsNamespaces
class BadInputIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String NOT_THE_PASSWORD = "not-the-password-of-anybody";

    private final LivePair pair = LivePair.shared();
    private final LabNode primary = pair.primary();
    private final LabNode standby = pair.standby();

    @AfterEach
    void isMendedAndSaidNoSecret() {
        pair.awaitWell();
        pair.assertNowhere(Template.PASSWORD, NOT_THE_PASSWORD);
    }

    @AfterAll
    static void close() {
        LivePair.closeShared();
    }

    @Test
    void aGoodPairIsProvenGreenAndToldWhatIsCoveredAndHowLongItTakes() {
        for (LabNode node : List.of(primary, standby)) {
            Run check = pair.check(node);

            assertEquals(0, check.code(), check::toString);
            assertTrue(check.out().contains("Who ends which fault under guard failcount:"));
            assertTrue(check.out().contains("one fault   NOT SAFE"), check::toString);
            assertTrue(check.out().contains("two faults  by a PERSON"), check::toString);
            assertTrue(check.out().contains("loses power: decided after at most 5.0 s"));
        }
    }

    @Test
    void aWrongPasswordIsNamedAndOnceMendedUsedWithoutARestart() throws IOException {
        Path file = primary.disk().resolve("pgpass");
        String right = LivePair.read(file);
        Files.writeString(file, "*:*:*:*:" + NOT_THE_PASSWORD + "\n");
        endSessionsOf(primary, "pgha");

        pair.awaitStatus(primary, "28P01", "pgpass", "pgha check");
        // Longer than MAX_PRIMARY_FAILCOUNT probes: the write probe does not get in either.
        sql(primary, "select pg_sleep(5)");
        pair.assertUnharmed();
        LivePair.assertFinding(
                pair.check(primary), "own server", "28P01", "password of role pgha into");
        Files.writeString(file, right);
    }

    @Test
    void aRoleWithoutRightsIsNamedWithTheGrant() {
        sql(primary, "revoke pg_monitor, pg_signal_backend from pgha");

        pair.awaitStatus(primary, "grant pg_monitor to pgha", "grant pg_signal_backend to pgha");
        pair.awaitStatus(standby, "grant pg_monitor to pgha");
        pair.assertUnharmed();
        LivePair.assertFinding(
                pair.check(primary), "own server", "pg_monitor", "grant pg_monitor to pgha");
        sql(primary, "grant pg_monitor, pg_signal_backend to pgha");
    }

    @Test
    void aMissingLineOfPgHbaIsNamedForTheProbeAndForTheStream() throws IOException {
        Path file = primary.postgres().data().resolve("pg_hba.conf");
        String right = LivePair.read(file);
        Files.writeString(file, right.replaceAll("(?m)^host .*10\\.77\\.0\\.0/23.*$", ""));
        sql(primary, "select pg_reload_conf()");
        endSessionsOf(primary, "replicator");

        pair.awaitStatus(standby, "does not let pgha in", "pg_hba.conf", "not seen to stream");
        pair.awaitStatus(primary, "node2 is not seen to stream from this node");
        pair.assertUnharmed();
        Run check = pair.check(standby);
        LivePair.assertFinding(
                check, "peer server", "no pg_hba.conf entry", "'host postgres pgha 10.77.0.12/32");
        LivePair.assertFinding(
                check,
                "replication",
                "no pg_hba.conf entry",
                "'host replication replicator 10.77.0.12/32");
        Files.writeString(file, right);
        sql(primary, "select pg_reload_conf()");
    }

    @Test
    void aWrongDataDirectoryDoesNotLookLikeAPostgresThatIsDown() {
        Path wrong = pair.configuration(
                "nowhere.conf", text -> text.replace("/disk/data\"", "/disk/nowhere\""));
        restart(primary, Optional.of(wrong));

        pair.awaitStatus(primary, "none runs in postgres.data_directory", "/disk/nowhere");
        pair.assertUnharmed();
        LivePair.assertFinding(
                pair.check(primary), "data", "/disk/nowhere", "set postgres.data_directory");
        restart(primary, Optional.empty());
    }

    @Test
    void aPostgresThatDoesNotRunIsNamedOnBothNodes() {
        standby.postgres().stop();

        pair.awaitStatus(standby, "stopped by hand", "pgha check-start");
        pair.awaitStatus(primary, "node2 would not take over");
        pair.assertUnharmed();
        LivePair.assertFinding(
                pair.check(standby), "own server", "connection refused", "pgha check-start");
        Run start = standby.daemon().run(List.of("check-start", "--yes"));
        assertEquals(0, start.code(), start::toString);
    }

    @Test
    void aHalfExchangedDataDirectoryIsNotStarted() throws IOException {
        standby.postgres().stop();
        Path data = standby.mountPoint().resolve("data");
        Path ledger = standby.disk().resolve("data.pgha-ledger-a1");
        Files.writeString(ledger, """
                pgha copy ledger 1
                attempt a1
                mode ASIDE
                phase MOVING_IN
                old-major 15
                new-major 15
                place DATA SIBLING BOTH 0 %s
                end
                """.formatted(data));
        pair.awaitStatus(standby, "not a whole database", "pgha initialize");

        Run start = pair.remember(standby.daemon().run(List.of("check-start", "--yes")));

        assertEquals(5, start.code(), start::toString);
        assertTrue((start.out() + start.err()).contains("stopped at MOVING_IN"), start::toString);
        assertTrue(!standby.postgres().runs());
        pair.assertUnharmed();
        Files.delete(ledger);
        Lab.await(
                "it may be started again",
                SOON,
                () -> standby.daemon().run(List.of("check-start", "--yes")).code() == 0);
    }

    @Test
    void aPeerWithAnotherDatabaseIsNamedAndNeverPromoted() throws IOException {
        standby.daemon().stop();
        standby.postgres().stop();
        OtherDatabase other = OtherDatabase.replace(standby);
        standby.postgres().start();
        standby.daemon().start();

        pair.awaitStatus(standby, "database is another one (system identifier");
        pair.awaitStatus(primary, "node2's database is another one", "pgha initialize");
        pair.assertUnharmed();
        LivePair.assertFinding(
                pair.check(standby), "replication", "another database", "pgha initialize");
        standby.daemon().stop();
        standby.postgres().stop();
        other.putBack();
        standby.postgres().start();
        standby.daemon().start();
    }

    @Test
    void aPeerWithAnotherVersionAndConfigurationIsNamedAndDecidesNothing() {
        Path other = pair.configuration("other.conf", text -> text + "max_primary_failcount = 6\n");
        standby.daemon().stop();
        standby.daemon().install(Optional.of(OtherVersion.install(pair.lab().home(), "9.9.9")));
        standby.daemon().configure(Optional.of(other));
        standby.daemon().start();

        pair.awaitStatus(primary, "node2 runs with another configuration", "node2 runs pgha 9.9.9");
        pair.awaitStatus(standby, "node1 runs with another configuration", "node1 runs pgha 0.");
        pair.lab()
                .expect(
                        "it is logged",
                        SOON,
                        () -> primary.daemon()
                                .logged()
                                .contains("WARN  node1 node2 runs pgha 9.9.9"));
        pair.assertUnharmed();
        LivePair.assertFinding(pair.check(primary), "peer daemon", "configuration differs", "scp ");
        standby.daemon().install(Optional.empty());
        restart(standby, Optional.empty());
    }

    @Test
    void aPeerWhoseClockIsOffIsWarnedAboutAndDecidesNothing() {
        standby.daemon().stop();
        try (OtherClock peer = OtherClock.of(pair.lab(), Duration.ofHours(5))) {
            pair.awaitStatus(primary, "differ by about 5 hours", "chronyc tracking");
            LivePair.assertFinding(pair.check(primary), "clocks", "differs by", "chronyc tracking");
            assertTrue(peer.isHeard());
        }
        pair.assertUnharmed();
        standby.daemon().start();
    }

    @Test
    void aFullDiskForTheStateChangesNoRoleAndIsNamed() throws Exception {
        String state = standby.mountPoint().resolve("state").toString();
        String mount = "cp -a %1$s %1$s.kept && mount -t tmpfs -o size=64k,mode=700 state %1$s"
                + " && cp -a %1$s.kept/. %1$s && chown postgres:postgres %1$s";
        standby.daemon().stop();
        root("sh", "-c", mount.formatted(state)).orFail();
        standby.daemon().start();
        pair.awaitWell();
        root("dd", "if=/dev/zero", "of=" + state + "/filler", "bs=4k");

        // The journal's last page has room for some lines yet.
        Optional<Answer> failed = Optional.empty();
        for (int i = 0; i < 100 && failed.isEmpty(); i++) {
            Request request = i % 2 == 0
                    ? new Request.GateClose("trying", false)
                    : new Request.GateOpen(false);
            failed = ask(standby, request).filter(answer -> answer.exitCode() != 0);
        }

        assertEquals(1, failed.orElseThrow().exitCode());
        assertTrue(
                failed.get().text().contains("journal cannot be written"),
                failed.get().text());
        assertTrue(failed.get().text().contains("free space"), failed.get().text());
        pair.awaitStatus(standby, "the state directory cannot be written", "No space left");
        pair.assertUnharmed();
        LivePair.assertFinding(pair.check(standby), "state", "is full", "df " + state);
        root("rm", state + "/filler").orFail();
        Lab.await(
                "the gate's hold is lifted",
                SOON,
                () -> ask(standby, new Request.GateOpen(false))
                        .filter(answer -> answer.text().contains("stays closed"))
                        .isPresent());
        standby.daemon().stop();
        root("umount", state).orFail();
        standby.daemon().start();
    }

    private static Optional<Answer> ask(LabNode node, Request request) throws IOException {
        return node.daemon().ask(Call.ask(request, Duration.ofSeconds(5))).stream()
                .findFirst();
    }

    private void restart(LabNode node, Optional<Path> configuration) {
        node.daemon().stop();
        node.daemon().configure(configuration);
        node.daemon().start();
    }

    private static String sql(LabNode node, String text) {
        return node.postgres().sql("postgres", text);
    }

    private static void endSessionsOf(LabNode node, String role) {
        sql(
                node,
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = '" + role
                        + "'");
    }

    private Run root(String... command) {
        return Run.of(standby.machine().root(List.of(command)));
    }
}
