package io.pgha.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Datagrams to a real socket, as systemd receives them. */
class SystemdNotifyTest {

    private static final long PID = 4711;

    private final List<String> troubles = new ArrayList<>();

    @TempDir
    Path directory;

    private SystemdNotify to(String socket) {
        return SystemdNotify.of(Map.of("NOTIFY_SOCKET", socket), PID, troubles::add);
    }

    @Test
    void aLineReachesASocketThatHasAPath() throws Exception {
        String path = directory.resolve("notify").toString();
        try (DatagramSocket systemd = new DatagramSocket(path)) {
            to(path).send("READY=1");
            to(path).send("STATUS=STANDBY, epoch 3: følger");

            assertEquals("READY=1", systemd.receive());
            assertEquals("STATUS=STANDBY, epoch 3: følger", systemd.receive());
        }
        assertEquals(List.of(), troubles);
    }

    @Test
    void aLineReachesASocketWithAnAbstractName() throws Exception {
        String name = "@pgha-test/" + UUID.randomUUID();
        try (DatagramSocket systemd = new DatagramSocket(name)) {
            to(name).send("WATCHDOG=1");

            assertEquals("WATCHDOG=1", systemd.receive());
        }
        assertEquals(List.of(), troubles);
    }

    @Test
    void whereNoUnitStartedTheProcessNothingIsSent() {
        SystemdNotify alone = SystemdNotify.of(Map.of(), PID, troubles::add);

        alone.send("READY=1");

        assertEquals(Optional.empty(), alone.watchdog());
        assertEquals(List.of(), troubles);
    }

    @Test
    void aManagerThatIsGoneIsATroubleToTellAndNoFailure() {
        to(directory.resolve("nobody").toString()).send("READY=1");
        to("@" + "x".repeat(200)).send("READY=1");

        assertEquals(2, troubles.size());
        assertTrue(
                troubles.get(0).startsWith("systemd was not told READY=1: "), troubles::toString);
    }

    @Test
    void aManagerThatReadsNothingHoldsNobodyUp() throws Exception {
        String path = directory.resolve("deaf").toString();
        try (DatagramSocket systemd = new DatagramSocket(path)) {
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
                for (int i = 0; i < 10_000 && troubles.isEmpty(); i++) {
                    to(path).send("WATCHDOG=1");
                }
            });
            assertEquals(1, troubles.size());
            assertEquals("WATCHDOG=1", systemd.receive());
        }
    }

    @Test
    void theWatchdogIsThatOfThisProcessOnly() {
        Map<String, String> mine = Map.of("WATCHDOG_USEC", "20000000", "WATCHDOG_PID", "4711");
        Map<String, String> anothers = Map.of("WATCHDOG_USEC", "20000000", "WATCHDOG_PID", "1");

        assertEquals(
                Optional.of(Duration.ofSeconds(20)),
                SystemdNotify.of(mine, PID, troubles::add).watchdog());
        assertEquals(
                Optional.empty(), SystemdNotify.of(anothers, PID, troubles::add).watchdog());
    }
}
