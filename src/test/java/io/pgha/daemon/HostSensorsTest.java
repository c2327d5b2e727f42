package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.engine.Clock;
import io.pgha.model.ControlData;
import io.pgha.model.Lsn;
import io.pgha.model.Observation;
import io.pgha.model.Postmaster;
import io.pgha.postgres.PostmasterLook;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;

/** What the sensors know of a local PostgreSQL that hangs, ends, or seems to run. */
class HostSensorsTest {

    private static final String UNNAMED = "its postmaster.pid is missing";

    @TempDir
    private Path data;

    private final Clock clock = new HostClock();
    private final Processes processes = new Processes();
    private final List<AutoCloseable> held = new ArrayList<>();

    /** What is found of the postmaster, look by look; the last stays. */
    private static final class Processes extends UnusedControl {
        private final Deque<PostmasterLook> looks = new ArrayDeque<>();

        synchronized Processes then(Postmaster state, String words) {
            looks.add(new PostmasterLook(state, OptionalLong.empty(), words));
            return this;
        }

        @Override
        public synchronized PostmasterLook postmaster() {
            return looks.size() > 1 ? looks.remove() : looks.element();
        }

        @Override
        public ControlData controlData() {
            return new ControlData("77", "in production", 1, new Lsn(1 << 24), new Lsn(1 << 24));
        }

        @Override
        public boolean isStopping() {
            return false;
        }
    }

    private HostSensors sensors(int port) throws Exception {
        HostBed bed = new HostBed(data, port, processes, clock);
        held.add(bed);
        return bed.sensors();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : held) {
            each.close();
        }
    }

    private Observation read(HostSensors sensors) {
        return sensors.read(clock.now());
    }

    @Test
    void aPostgresqlThatHangsHoldsUpNobodyWhoFindsItGone() throws Exception {
        processes.then(Postmaster.RUNNING, "").then(Postmaster.STOPPED, "");
        ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(port);
        HostSensors sensors = sensors(port.getLocalPort());
        Thread asker = new Thread(sensors::lookAtPostgres);
        asker.start();
        try (Socket hung = port.accept()) {
            assertTrue(hung.isConnected());
            port.close();

            sensors.lookAtPostgres();

            assertTrue(asker.isAlive(), "the look waited for the one that hangs");
            assertEquals(Postmaster.STOPPED, read(sensors).postmaster());
            assertEquals("it does not run", read(sensors).local().why());
        }
        asker.interrupt();
        asker.join();
        assertEquals("it does not run", read(sensors).local().why());
    }

    @Test
    void aChildThatOutlivesItsPostmasterForAMomentIsNotTakenForOne() throws Exception {
        processes
                .then(Postmaster.RUNNING, UNNAMED)
                .then(Postmaster.RUNNING, UNNAMED)
                .then(Postmaster.CRASHED, "");
        HostSensors sensors = sensors(1);

        sensors.postmasterExited();

        assertEquals(Postmaster.CRASHED, read(sensors).postmaster());
    }

    @Test
    void aPostmasterThatSomebodyStartedAnewRunsFromTheFirstLook() throws Exception {
        processes.then(Postmaster.RUNNING, "").then(Postmaster.CRASHED, "");
        HostSensors sensors = sensors(1);

        sensors.postmasterExited();

        assertEquals(Postmaster.RUNNING, read(sensors).postmaster());
        assertEquals("it has just exited", read(sensors).local().why());
    }
}
