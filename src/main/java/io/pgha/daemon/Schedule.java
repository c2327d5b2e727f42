package io.pgha.daemon;

import io.pgha.engine.Clock;

import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.TriggerKey;
import org.quartz.impl.DirectSchedulerFactory;
import org.quartz.impl.matchers.GroupMatcher;
import org.quartz.simpl.RAMJobStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Quartz, holding the daemon's clockwork: each call is made again and again, never beside itself; however often it fell due
 * meanwhile, it is made once more right after. Calls of one interval fall due together, on a thread each, and those of a multiple
 * of it with each so many-th: Quartz's own work for a time is several times that of most calls.
 *
 * <p>Quartz counts by the wall clock. Were that put back by an hour, nobody would look at PostgreSQL for that hour; so steps
 * are looked for, and after one every call is due again at once ({@link #heedSteps}).
 */
final class Schedule implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("pgha");
    private static final int IDLE_SECONDS = 60;
    /** Less is what NTP slews away, and what a call may be early or late without harm. */
    private static final long STEP_MILLIS = 250;

    private final Scheduler scheduler;
    private final Clock clock;
    private final Map<String, Turn> calls = new ConcurrentHashMap<>();
    private final Map<Duration, List<Rider>> wanted = new TreeMap<>();
    private final Map<JobKey, Job> jobs = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor threads;
    private long lag;

    /** @param clock whose wall clock is Quartz's, this host's */
    Schedule(String name, Clock clock) throws SchedulerException {
        this(name, clock, body -> {
            Thread thread = new Thread(body, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** @param made the threads that calls are made on */
    Schedule(String name, Clock clock, ThreadFactory made) throws SchedulerException {
        this.clock = clock;
        this.lag = lag();
        // No more than there are calls.
        this.threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                made);
        DirectSchedulerFactory quartz = DirectSchedulerFactory.getInstance();
        quartz.createScheduler(name, name, new ScheduleThread(), new RAMJobStore());
        scheduler = quartz.getScheduler(name);
        // One that is made once: Quartz's own make one for each firing, by reflection.
        scheduler.setJobFactory((fired, by) -> job(fired.getJobDetail().getKey()));
    }

    private Job job(JobKey key) throws SchedulerException {
        Job job = jobs.get(key);
        if (job == null) {
            throw new SchedulerException("nothing is to be done for " + key);
        }
        return job;
    }

    /** Calls {@code work} every {@code interval} from {@link #start} on, the first time at once. To be said before. */
    void every(Duration interval, String name, Runnable work) {
        Turn turn = new Turn(name, work);
        calls.put(name, turn);
        wanted.computeIfAbsent(interval, i -> new ArrayList<>()).add(new Rider(turn, interval));
    }

    private void trigger(Duration interval, List<Rider> riders) throws SchedulerException {
        String name = riders.get(0).turn.name;
        riders.forEach(rider -> rider.rideOn(interval));
        JobDetail job = JobBuilder.newJob(Call.class).withIdentity(name).build();
        jobs.put(job.getKey(), new Call(riders));
        scheduler.scheduleJob(
                job,
                TriggerBuilder.newTrigger()
                        .withIdentity(name)
                        .withSchedule(SimpleScheduleBuilder.simpleSchedule()
                                .withIntervalInMilliseconds(interval.toMillis())
                                .repeatForever()
                                .withMisfireHandlingInstructionNextWithRemainingCount())
                        .startNow()
                        .build());
    }

    /** A call that falls due with a trigger of its interval, or of one that its interval is a multiple of. */
    private static final class Rider {
        private final Turn turn;
        private final Duration interval;
        /** Of its trigger, since the call was due at once. */
        private final AtomicLong firings = new AtomicLong();
        /** Of its trigger, to a call. */
        private long each = 1;

        Rider(Turn turn, Duration interval) {
            this.turn = turn;
            this.interval = interval;
        }

        boolean ridesOn(Duration other) {
            return interval.toNanos() % other.toNanos() == 0;
        }

        void rideOn(Duration other) {
            each = interval.toNanos() / other.toNanos();
        }

        /** Its trigger fired. */
        void fall() {
            if (firings.getAndIncrement() % each == 0) {
                turn.due();
            }
        }

        void dueAtOnce() {
            firings.set(0);
        }
    }

    /** Makes the call of that name now, or once more when it is being made, beside its schedule; returns at once. Any thread. */
    void now(String name) {
        Optional.ofNullable(calls.get(name)).ifPresent(Turn::due);
    }

    /** One call that is made again and again. */
    private final class Turn implements Runnable {
        private static final int IDLE = 0;
        private static final int AT_WORK = 1;
        private static final int DUE_AGAIN = 2;

        private final String name;
        private final Runnable work;
        private final AtomicInteger state = new AtomicInteger(IDLE);

        Turn(String name, Runnable work) {
            this.name = name;
            this.work = work;
        }

        void due() {
            if (state.getAndUpdate(now -> now == IDLE ? AT_WORK : DUE_AGAIN) != IDLE) {
                return;
            }
            try {
                threads.execute(this);
            } catch (RejectedExecutionException e) {
                // It is shut down.
                return;
            } catch (OutOfMemoryError e) {
                // "unable to create native thread": nobody is at work.
                state.set(IDLE);
                stumbled(e);
            }
        }

        @Override
        public void run() {
            do {
                state.set(AT_WORK);
                try {
                    work.run();
                } catch (RuntimeException | Error e) {
                    stumbled(e);
                }
            } while (!state.compareAndSet(AT_WORK, IDLE));
        }

        private void stumbled(Throwable e) {
            LOG.error("'{}' stumbled and is tried again at its next time", name, e);
        }
    }

    /** Looks whether the wall clock was stepped since the last look; to be called more often than any of the intervals. */
    void heedSteps() throws SchedulerException {
        long now = lag();
        if (Math.abs(now - lag) < STEP_MILLIS) {
            return;
        }
        lag = now;
        wanted.values().forEach(riders -> riders.forEach(Rider::dueAtOnce));
        for (TriggerKey key : scheduler.getTriggerKeys(GroupMatcher.anyTriggerGroup())) {
            Optional<Trigger> trigger = Optional.ofNullable(scheduler.getTrigger(key));
            if (trigger.isPresent()) {
                scheduler.rescheduleJob(
                        key, trigger.get().getTriggerBuilder().startNow().build());
            }
        }
    }

    /** The wall clock's reading at the beginning of the monotonic one's count; changes with every step, and only then. */
    private long lag() {
        return clock.wallClockMillis() - clock.now().nanos() / 1_000_000;
    }

    void start() throws SchedulerException {
        Map<Duration, List<Rider>> triggers = new TreeMap<>();
        for (List<Rider> riders : wanted.values()) {
            for (Rider rider : riders) {
                // The shortest first, since fewer others can ride on those.
                Duration on = triggers.keySet().stream()
                        .filter(rider::ridesOn)
                        .findFirst()
                        .orElse(rider.interval);
                triggers.computeIfAbsent(on, i -> new ArrayList<>()).add(rider);
            }
        }
        for (Map.Entry<Duration, List<Rider>> trigger : triggers.entrySet()) {
            trigger(trigger.getKey(), List.copyOf(trigger.getValue()));
        }
        scheduler.start();
    }

    @Override
    public void close() throws SchedulerException {
        scheduler.shutdown(false);
        threads.shutdown();
    }

    /** The one job class. */
    private record Call(List<Rider> riders) implements Job {
        @Override
        public void execute(JobExecutionContext context) {
            for (Rider rider : riders) {
                rider.fall();
            }
        }
    }
}
