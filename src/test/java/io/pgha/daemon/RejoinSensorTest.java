package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.engine.Clock;
import io.pgha.http.Sample;
import io.pgha.model.ControlData;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;
import io.pgha.model.Rejoin;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A look that ends in what nobody foresaw is an unknown way, and is made again. */
class RejoinSensorTest {

    private static final long PATIENCE_SECONDS = 20;
    private static final Rejoin START = Rejoin.of(Rejoin.Way.START, "it followed");

    @TempDir
    private Path data;

    private final AtomicLong seconds = new AtomicLong(1);
    private final AtomicInteger looks = new AtomicInteger();
    private final Semaphore looked = new Semaphore(0);

    private final Clock clock = new Clock() {
        @Override
        public MonoTime now() {
            return new MonoTime(Duration.ofSeconds(seconds.get()).toNanos());
        }

        @Override
        public long wallClockMillis() {
            return 0;
        }
    };

    private Optional<Rejoin> view(RejoinSensor sensor) {
        ControlData own = new ControlData("7", "shut down", 1, new Lsn(1 << 24), new Lsn(1 << 24));
        return sensor.view(clock.now(), Optional.of(own), primary(), Optional.empty());
    }

    private void laterLookWorks(RuntimeException thrown, Error error, String words)
            throws Exception {
        RejoinSensor sensor = new RejoinSensor(
                HostBed.settings(data, 1),
                (own, owner) -> {
                    int look = looks.incrementAndGet();
                    if (look == 1) {
                        throw thrown;
                    }
                    if (look == 2) {
                        throw error;
                    }
                    return START;
                },
                clock,
                looked::release);
        assertEquals(Optional.empty(), view(sensor));
        for (int look = 0; look < 2; look++) {
            assertTrue(looked.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
            Rejoin unknown = view(sensor).orElseThrow();
            assertEquals(Rejoin.Way.UNKNOWN, unknown.way());
            assertTrue(unknown.why().contains(words), unknown.why());
            seconds.addAndGet(60);
            assertEquals(Optional.of(unknown), view(sensor), "it is looked again meanwhile");
        }
        assertTrue(looked.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals(Optional.of(START), view(sensor));
    }

    @Test
    void aLookThatIsThrownOutOfIsMadeAgain() throws Exception {
        laterLookWorks(
                new UncheckedIOException(new IOException("Input/output error: thrown by the test")),
                new NoClassDefFoundError("thrown by the test"),
                "thrown by the test");
    }

    private PeerView primary() {
        PeerMessage said = Sample.message(new NodeId("node2"), NodeState.PRIMARY, false);
        Optional<MonoTime> now = Optional.of(clock.now());
        return new PeerView(Optional.of(said), now, now, List.of(), "");
    }
}
