package io.pgha.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.model.MonoTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

class CappedClockTest {

    private final AtomicLong nanos = new AtomicLong(5);
    private final CappedClock clock =
            new CappedClock(() -> new MonoTime(nanos.get()), Duration.ofNanos(100));

    @Test
    void itKeepsPaceWhenItIsLookedAtOften() {
        MonoTime start = clock.now();
        for (int i = 0; i < 10; i++) {
            nanos.addAndGet(100);
            clock.now();
        }
        assertEquals(Duration.ofNanos(1000), clock.now().since(start));
    }

    @Test
    void aLeapCountsForNoMoreThanTheCap() {
        MonoTime start = clock.now();
        nanos.addAndGet(1_000_000);
        assertEquals(Duration.ofNanos(100), clock.now().since(start));
    }

    @Test
    void itNeverRunsBackwards() {
        MonoTime start = clock.now();
        nanos.addAndGet(-50);
        assertEquals(start, clock.now());
        nanos.addAndGet(60);
        assertEquals(Duration.ofNanos(60), clock.now().since(start));
    }
}
