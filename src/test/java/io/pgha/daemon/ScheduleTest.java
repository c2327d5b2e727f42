package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.engine.Clock;
import io.pgha.model.MonoTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
        Semaphore riding = new Semaphore(0);
        try (Schedule schedule = new Schedule("stepped", clock)) {
            schedule.every(Duration.ofHours(1), "hourly", calls::release);
            schedule.every(Duration.ofHours(2), "each second hour", riding::release);
            schedule.start();
            assertTrue(calls.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertTrue(riding.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));

            for (long hours : new long[] {-24, 24}) {
                step.addAndGet(Duration.ofHours(hours).toMillis());
                schedule.heedSteps();

                assertTrue(calls.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
                assertTrue(riding.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void aClockThatIsOnlySlewedChangesNoCall() throws Exception {
        try (Schedule schedule = new Schedule("slewed", clock)) {
            schedule.every(Duration.ofHours(1), "hourly", calls::release);
            schedule.start();
            assertTrue(calls.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));

            step.set(100);
            schedule.heedSteps();

            assertEquals(0, calls.availablePermits());
        }
    }

    @Test
    void aCallWhoseIntervalIsAMultipleOfAnothersFallsDueWithEachSoManyethOfIt() throws Exception {
        Semaphore often = new Semaphore(0);
        try (Schedule schedule = new Schedule("riding", clock)) {
            schedule.every(Duration.ofMillis(100), "seldom", calls::release);
            schedule.every(Duration.ofMillis(10), "often", often::release);
            schedule.start();
            assertTrue(calls.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS), "at once");
            often.drainPermits();

            assertTrue(calls.tryAcquire(3, PATIENCE_SECONDS, TimeUnit.SECONDS));

            // A busy machine makes one call of several that are due.
            int between = often.availablePermits();
            assertTrue(between >= 10, "three calls of the one, of the other only " + between);
        }
    }

    @Test
    void aCallThatHangsHoldsUpNoOtherAndIsMadeOnceMoreHoweverOftenItFellDue() throws Exception {
        Semaphore hung = new Semaphore(0);
        Semaphore goOn = new Semaphore(0);
        try (Schedule schedule = new Schedule("hung", clock)) {
            schedule.every(Duration.ofMillis(10), "hangs", () -> {
                hung.release();
                goOn.acquireUninterruptibly();
            });
            schedule.every(Duration.ofMillis(10), "works", calls::release);
            schedule.start();

            assertTrue(hung.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertTrue(calls.tryAcquire(5, PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertEquals(0, hung.availablePermits(), "never beside itself");
            goOn.release();
            assertTrue(hung.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertEquals(0, hung.availablePermits());
            goOn.release(1000);
        }
    }

    @Test
    void aCallThatStumblesIsMadeAgain() throws Exception {
        assertMadeAgain(() -> {
            throw new IllegalStateException("thrown by the test");
        });
    }

    @Test
    void aCallThatMeetsAnErrorIsMadeAgain() throws Exception {
        assertMadeAgain(() -> {
            throw new NoClassDefFoundError("thrown by the test");
        });
    }

    private void assertMadeAgain(Runnable stumbling) throws Exception {
        try (Schedule schedule = new Schedule("stumbling", clock)) {
            schedule.every(Duration.ofMillis(10), "stumbles", () -> {
                calls.release();
                stumbling.run();
            });
            schedule.start();

            assertTrue(calls.tryAcquire(3, PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void aCallForWhichNoThreadCouldBeMadeIsMadeAtItsNextTimeAndSoAreThoseBesideIt()
            throws Exception {
        AtomicInteger asked = new AtomicInteger();
        ThreadFactory scarce = body -> {
            if (asked.getAndIncrement() < 2) {
                throw new OutOfMemoryError("unable to create native thread: thrown by the test");
            }
            return new Thread(body);
        };
        Semaphore beside = new Semaphore(0);
        try (Schedule schedule = new Schedule("scarce", clock, scarce)) {
            schedule.every(Duration.ofMillis(10), "scarce", calls::release);
            schedule.every(Duration.ofMillis(10), "beside", beside::release);
            schedule.start();

            assertTrue(calls.tryAcquire(3, PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertTrue(beside.tryAcquire(3, PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void whatIsAskedForNowIsCalledBesideItsSchedule() throws Exception {
        try (Schedule schedule = new Schedule("asked", clock)) {
            schedule.every(Duration.ofHours(1), "hourly", calls::release);
            schedule.start();
            assertTrue(calls.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));

            schedule.now("hourly");

            assertTrue(calls.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
    }
}
