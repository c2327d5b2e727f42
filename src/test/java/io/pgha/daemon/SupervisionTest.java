package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.engine.Status;
import io.pgha.http.Sample;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** What the service manager hears, and when. */
class SupervisionTest {

    private final List<String> heard = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong(-3);

    private final Supervision supervision =
            new Supervision(heard::add, Optional.of(Duration.ofSeconds(20)), nanos::get);

    private void after(Duration span) {
        nanos.addAndGet(span.toNanos());
    }

    @Test
    void theWatchdogIsFedByTurnsAtHalfOfItsTimeAndByNothingElse() {
        supervision.ready();
        supervision.turned(Optional::empty);
        after(Duration.ofMillis(9_999));
        supervision.turned(Optional::empty);
        assertEquals(List.of("READY=1"), heard);

        after(Duration.ofMillis(1));
        supervision.turned(Optional::empty);
        supervision.turned(Optional::empty);
        after(Duration.ofSeconds(60));
        assertEquals(List.of("READY=1", "WATCHDOG=1"), heard);
    }

    @Test
    void aReloadBeginsWithItsMomentAndEndsWithReady() {
        nanos.set(5_000_000_007L);

        supervision.reloading();
        supervision.ready();

        assertEquals(List.of("RELOADING=1\nMONOTONIC_USEC=5000000", "READY=1"), heard);
    }

    @Test
    void aManagerThatDoesNotWatchIsNotFed() {
        Supervision unwatched = new Supervision(heard::add, Optional.empty(), nanos::get);

        after(Duration.ofHours(1));
        unwatched.turned(Optional::empty);

        assertEquals(List.of(), heard);
    }

    @Test
    void aStateIsToldWhenItIsAnotherAndAtMostOnceASecond() {
        Status primary = Sample.primary().status();
        Status standby = Sample.standby().status();

        supervision.turned(() -> Optional.of(primary));
        after(Duration.ofMillis(999));
        supervision.turned(() -> Optional.of(standby));
        assertEquals(1, heard.size());

        after(Duration.ofMillis(1));
        supervision.turned(() -> Optional.of(standby));
        after(Duration.ofSeconds(1));
        supervision.turned(() -> Optional.of(standby));
        assertEquals(
                List.of(
                        "STATUS=PRIMARY, epoch " + primary.epoch() + ": " + primary.situation(),
                        "STATUS=STANDBY, epoch " + standby.epoch() + ": " + standby.situation()),
                heard);
    }

    @Test
    void aStopThatWaitsForItsLeaseAsksForTimeAndGoesOnFeeding() {
        supervision.stopping();
        after(Duration.ofSeconds(10));
        supervision.leaving();

        assertEquals(List.of("STOPPING=1", "WATCHDOG=1", "EXTEND_TIMEOUT_USEC=5000000"), heard);
    }
}
