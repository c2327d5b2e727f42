package io.pgha.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.config.Running.Change;
import io.pgha.config.Running.Reading;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a running daemon takes of a file that was changed under it. */
class RunningTest {

    @TempDir
    Path directory;

    private Running started(String... lines) throws InvalidConfiguration {
        return Running.load(
                Written.with(directory, lines).file(),
                Optional.empty(),
                new Written.Machine(Set.of("192.0.2.11")));
    }

    private Reading changedTo(Running running, String... lines) throws InvalidConfiguration {
        Written.with(directory, lines);
        return running.reread();
    }

    private static List<String> keys(List<Change> changes) {
        return changes.stream().map(Change::key).toList();
    }

    @Test
    void anUnchangedFileChangesNothing() throws InvalidConfiguration {
        Running running = started("max_primary_failcount = 5");

        Reading reading = running.reread();

        assertEquals(List.of(), reading.applied());
        assertEquals(List.of(), reading.waiting());
        assertEquals(running.settings().policy(), reading.next().settings().policy());
        assertEquals(running.settings().digest(), reading.next().settings().digest());
    }

    @Test
    void aLiveKeyIsInForceAndEveryOtherWaitsAsItWas() throws InvalidConfiguration {
        Running running = started("max_primary_failcount = 5");

        Reading reading =
                changedTo(running, "max_primary_failcount = 6, lease = 4s, promote_timeout = 2m");

        assertEquals("[max_primary_failcount = 6 (was 5)]", reading.applied().toString());
        assertEquals(
                "[promote_timeout = 2m (was 1m), lease = 4s (was 3s)]",
                reading.waiting().toString());
        Settings next = reading.next().settings();
        assertEquals(6, next.policy().maxPrimaryFailcount());
        assertEquals(running.settings().policy().lease(), next.policy().lease());
        assertEquals(Duration.ofMinutes(1), next.policy().promoteTimeout());
    }

    @Test
    void theDigestIsOfWhatIsInForceAndNotOfTheFile() throws InvalidConfiguration {
        String six = started("max_primary_failcount = 6").settings().digest();
        Running running = started();

        Reading waits = changedTo(running, "lease = 4s");
        assertEquals(running.settings().digest(), waits.next().settings().digest());

        Reading both = changedTo(waits.next(), "max_primary_failcount = 6, lease = 4s");
        assertEquals(six, both.next().settings().digest());
    }

    @Test
    void aKeyThatIsTakenOutOfTheFileHasItsDefaultAgain() throws InvalidConfiguration {
        Running running = started("on_event = [\"/bin/a\"]", "nodes.node1.on_event_timeout = 3s");

        Reading reading = changedTo(running);

        assertEquals(List.of("on_event", "on_event_timeout"), keys(reading.applied()));
        assertEquals(List.of(), reading.next().settings().onEvent());
        assertEquals(Duration.ofSeconds(10), reading.next().settings().onEventTimeout());
    }

    @Test
    void aFileWithOneMistakeChangesNothingAtAll() throws InvalidConfiguration {
        Running running = started();
        Written broken = Written.with(directory, "max_primary_failcount = 6", "leas = 4s");

        InvalidConfiguration refused =
                assertThrows(InvalidConfiguration.class, () -> running.reread());

        assertTrue(
                refused.complaints().get(0).toString().startsWith(broken.file() + ":11: leas"),
                refused::getMessage);
        assertEquals(4, running.settings().policy().maxPrimaryFailcount());
    }

    @Test
    void whatDoesNotGoWithTheKeysThatStillWaitWaitsWithThem() throws InvalidConfiguration {
        Running running = started("guard = gateway, gateways = [\"192.0.3.1\"]");

        Reading reading = changedTo(
                running,
                "guard = gateway, gateways = [\"192.0.3.1\"]",
                "max_primary_failcount = 3, fence_after = 1s, gateway_timeout = 100ms, heartbeat = 250ms",
                "on_event = [\"/bin/a\"]");

        assertEquals(List.of(), reading.applied());
        assertSame(running, reading.next());
        assertTrue(
                reading.contradiction().orElseThrow().contains("does not hold"),
                () -> reading.contradiction().toString());
        assertTrue(keys(reading.waiting()).contains("max_primary_failcount"), reading::toString);
    }

    @Test
    void aProfileWaitsWithAllItsValues() throws InvalidConfiguration {
        Reading reading = changedTo(started(), "profile = wan");

        assertEquals(List.of(), reading.applied());
        assertTrue(
                keys(reading.waiting()).containsAll(List.of("profile", "max_primary_failcount")));
    }

    @Test
    void noKeyOfALeaseOrOfWhatTheWallsHaveReadIsLive() {
        List<String> live = Keys.all().stream()
                .filter(key -> key.effect() == Key.Effect.LIVE)
                .<String>map(Key::path)
                .toList();

        assertEquals(
                List.of(
                        "max_primary_failcount",
                        "maximum_lag_on_failover",
                        "on_crash",
                        "restart_budget",
                        "on_clean_stop",
                        "clean_stop_grace",
                        "boot",
                        "rejoin",
                        "boot_peer_wait",
                        "cede_validity",
                        "restart_attempts",
                        "failover_block",
                        "on_event",
                        "on_event_timeout"),
                live);
    }
}
