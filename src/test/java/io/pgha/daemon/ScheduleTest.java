package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.engine.Clock;
import io.pgha.model.MonoTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The daemon's clockwork goes on whatever is done to the wall clock that Quartz counts by. */
class ScheduleTest {

    private static final long PATIENCE_SECONDS = 10;

    private final AtomicLong step = new AtomicLong();
    private final Semaphore calls = new Semaphore(0);

    private final Clock clock = new Clock() {
        @Override
        public MonoTime now() {
            return new MonoTime(System.nanoTime());
        }

        @Override
        public long wallClockMillis() {
            return System.currentTimeMillis() + step.get();
        }
    };

    @Test
    void aStepOfTheWallClockInEitherDirectionMakesEveryCallDueAtOnce() throws Exception {
        try (Schedule schedule = new Schedule("stepped", 1, clock)) {
            schedule.every(Duration.ofHours(1), "hourly", calls::release);
            schedule.start();
            assertTrue(calls.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));

            for (long hours : new long[] {-24, 24}) {
                step.addAndGet(Duration.ofHours(hours).toMillis());
                schedule.heedSteps();

                assertTrue(calls.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void aClockThatIsOnlySlewedChangesNoCall() throws Exception {
        try (Schedule schedule = new Schedule("slewed", 1, clock)) {
            schedule.every(Duration.ofHours(1), "hourly", calls::release);
            schedule.start();
            assertTrue(calls.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));

            step.set(100);
            schedule.heedSteps();

            assertEquals(0, calls.availablePermits());
        }
    }
}
