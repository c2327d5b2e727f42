package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.http.Call;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A configuration that changes under a living pair: what may change live does, the rest is named, a mistake changes nothing. */
@Tag("netns")
@NeedsNamespaces
class ReloadIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final LivePair pair = LivePair.shared();
    private final LabNode primary = pair.primary();
    private final LabNode standby = pair.standby();
    private final Path file = pair.lab().home().resolve("pgha.conf");
    private String before = "";
    private long primaryPid;

    @BeforeEach
    void remember() {
        before = LivePair.read(file);
        primaryPid = primary.daemon().handle().pid();
    }

    @AfterEach
    void isAsBefore() throws IOException {
        Files.writeString(file, before);
        List.of(primary, standby).forEach(node -> node.daemon().reload());
        pair.awaitWell();
        assertEquals(primaryPid, primary.daemon().handle().pid(), "the same process all the time");
        pair.assertNowhere(Template.PASSWORD);
    }

    @AfterAll
    static void close() {
        LivePair.closeShared();
    }

    private void write(String... lines) throws IOException {
        Files.writeString(file, before + String.join("\n", lines) + "\n");
    }

    private static void awaitLogged(LabNode node, String words) {
        Lab.await(
                node.name() + " logs " + words,
                SOON,
                () -> node.daemon().logged().contains(words));
    }

    @Test
    void aLiveKeyIsInForceOnEachNodeWithoutARestartAndUnequalMeanwhileStopsNothing()
            throws IOException {
        write("max_primary_failcount = 7");
        standby.daemon().reload();

        awaitLogged(standby, "in force: max_primary_failcount = 7 (was 4)");
        pair.awaitStatus(primary, "node2 runs with another configuration", "systemctl reload pgha");
        pair.assertUnharmed();
        Run explained = standby.daemon().run(List.of("explain"));
        assertTrue(explained.out().contains("after 7"), explained::toString);
        LivePair.assertFinding(
                pair.check(primary), "configuration", "was changed since", "systemctl reload pgha");

        primary.daemon().reload();
        pair.awaitWell();
    }

    @Test
    void aKeyThatNeedsARestartIsNamedUntilItIsSoAndStaysAsItWas() throws IOException {
        write("heartbeat = 400ms", "restart_attempts = 2");
        List.of(primary, standby).forEach(node -> node.daemon().reload());

        for (LabNode node : List.of(primary, standby)) {
            awaitLogged(node, "in force: restart_attempts = 2 (was 3)");
            pair.awaitStatus(
                    node,
                    "need a restart: heartbeat = 400ms (was 500ms)",
                    "systemctl restart pgha");
        }
        String said = pair.check(primary).out();
        assertFalse(said.contains("configuration differs"), said);
        LivePair.assertFinding(
                pair.check(primary), "configuration", "need a restart", "systemctl restart pgha");

        standby.daemon().stop();
        standby.daemon().start();
        pair.awaitStatus(standby, "node1 runs with another configuration");
        pair.assertUnharmed();
        Files.writeString(file, before);
        standby.daemon().stop();
        standby.daemon().start();
        Lab.await("node2's daemon answers", SOON, standby.daemon()::answers);
    }

    @Test
    void aFileWithAMistakeIsNamedWithItsPlaceAndChangesNothing() throws IOException {
        write("max_primary_failcount = 7", "max_primary_failcont = 8");
        primary.daemon().reload();

        pair.awaitStatus(
                primary,
                "the configuration file was refused",
                file + ":",
                "max_primary_failcont",
                "nothing of it is in force");
        awaitLogged(primary, "WARN  node1 the configuration file was refused");
        pair.assertUnharmed();
        String events =
                primary.daemon().ask(Call.events(1000, false, Call.Form.JSON)).toString();
        assertTrue(events.contains("configuration_refused"), events);
    }
}
