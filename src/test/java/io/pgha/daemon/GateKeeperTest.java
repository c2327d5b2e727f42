package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.engine.Clock;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.Probed;
import io.pgha.network.Gate;
import io.pgha.network.GateException;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class GateKeeperTest {

    private static final Clock CLOCK = new Clock() {
        @Override
        public MonoTime now() {
            return new MonoTime(System.nanoTime());
        }

        @Override
        public long wallClockMillis() {
            return 0;
        }
    };

    /** A firewall whose rules cannot be listed, and of which parts work. */
    private static final class Unlisted implements Gate {
        private final List<String> calls = new CopyOnWriteArrayList<>();
        private final boolean installs;
        private boolean closes;

        Unlisted(boolean installs, boolean closes) {
            this.installs = installs;
            this.closes = closes;
        }

        private void did(String what, boolean works) throws GateException {
            calls.add(what + (works ? "" : " fails"));
            if (!works) {
                throw new GateException(what + " failed");
            }
        }

        @Override
        public void install() throws GateException {
            did("install", installs);
            closes = true;
        }

        @Override
        public void mend(GateState wanted) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, String> bootRules() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void open() throws GateException {
            did("open", true);
        }

        @Override
        public void close() throws GateException {
            did("close", closes);
        }

        @Override
        public Duration permit(int slot, Duration atMost) {
            return Duration.ZERO;
        }

        @Override
        public void grant(int slot) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void ungrant(int slot) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Probed<GateState> look(MonoTime now) {
            return new Probed.Silent<>("the table is incompatible", now);
        }

        @Override
        public Optional<Integer> lastingSlot() {
            return Optional.empty();
        }

        @Override
        public String damage() {
            return "";
        }

        @Override
        public String describe() {
            return "a gate";
        }

        @Override
        public void remove() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void dispose() {
            // Nothing runs.
        }
    }

    private static List<String> callsOf(Unlisted gate, GateState wanted) throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        try (GateKeeper keeper = new GateKeeper(gate, CLOCK, told::countDown)) {
            keeper.set(wanted);
            // One thread: what wakes the engine comes after the wish is fulfilled.
            keeper.permit(0, 1, Duration.ZERO);
            assertTrue(told.await(10, TimeUnit.SECONDS), () -> gate.calls.toString());
        }
        return gate.calls;
    }

    @Test
    void aGateThatCanNeitherBeLookedAtNorMendedIsStillClosed() throws Exception {
        assertEquals(
                List.of("close", "install fails"),
                callsOf(new Unlisted(false, true), GateState.CLOSED));
    }

    @Test
    void aGateThatCannotBeClosedIsMendedAndThenClosed() throws Exception {
        assertEquals(
                List.of("close fails", "install", "close"),
                callsOf(new Unlisted(true, false), GateState.CLOSED));
    }

    @Test
    void aGateThatCannotBeMendedIsNotOpened() throws Exception {
        assertEquals(List.of("install fails"), callsOf(new Unlisted(false, true), GateState.OPEN));
    }
}
