package io.pgha.daemon;

import io.pgha.engine.Clock;

import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDataMap;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.TriggerKey;
import org.quartz.impl.StdSchedulerFactory;
import org.quartz.impl.matchers.GroupMatcher;
import org.quartz.simpl.SimpleJobFactory;

import java.time.Duration;
import java.util.Optional;
import java.util.Properties;

/**
 * Quartz, holding the daemon's clockwork: each job calls one thing, never beside itself; a late one is not made up for.
 *
 * <p>Quartz counts by the wall clock. Were that put back by an hour, nobody would look at PostgreSQL for that hour; so steps
 * are looked for, and after one every call is due again at once ({@link #heedSteps}).
 */
final class Schedule implements AutoCloseable {

    private static final String WORK = "work";
    /** Less is what NTP slews away, and what a call may be early or late without harm. */
    private static final long STEP_MILLIS = 250;

    private final Scheduler scheduler;
    private final Clock clock;
    private long lag;

    /** @param clock whose wall clock is Quartz's, this host's */
    Schedule(String name, int threads, Clock clock) throws SchedulerException {
        this.clock = clock;
        this.lag = lag();
        Properties properties = new Properties();
        properties.setProperty("org.quartz.scheduler.instanceName", name);
        properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
        properties.setProperty(
                "org.quartz.scheduler.batchTriggerAcquisitionMaxCount", Integer.toString(threads));
        properties.setProperty("org.quartz.threadPool.class", ScheduleThreads.class.getName());
        properties.setProperty("org.quartz.threadPool.threadCount", Integer.toString(threads));
        // Quartz's default looks by reflection at every call for properties of the job to set.
        properties.setProperty(
                "org.quartz.scheduler.jobFactory.class", SimpleJobFactory.class.getName());
        properties.setProperty("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
        scheduler = new StdSchedulerFactory(properties).getScheduler();
    }

    /** Calls {@code work} every {@code interval}, the first time at once. */
    void every(Duration interval, String name, Runnable work) throws SchedulerException {
        JobDataMap data = new JobDataMap();
        data.put(WORK, work);
        JobDetail job = JobBuilder.newJob(Call.class)
                .withIdentity(name)
                .usingJobData(data)
                .build();
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

    /** Calls the work of that name as soon as a thread is free, beside its schedule; returns at once. Any thread. */
    void now(String name) {
        try {
            scheduler.triggerJob(JobKey.jobKey(name));
        } catch (SchedulerException e) {
            // It is shut down, or the next regular call does it.
            return;
        }
    }

    /** Looks whether the wall clock was stepped since the last look; to be called more often than any of the intervals. */
    void heedSteps() throws SchedulerException {
        long now = lag();
        if (Math.abs(now - lag) < STEP_MILLIS) {
            return;
        }
        lag = now;
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
        scheduler.start();
    }

    @Override
    public void close() throws SchedulerException {
        scheduler.shutdown(false);
    }

    /** The one job class: what it calls is in its data. */
    @DisallowConcurrentExecution
    public static final class Call implements Job {
        @Override
        public void execute(JobExecutionContext context) {
            if (context.getMergedJobDataMap().get(WORK) instanceof Runnable work) {
                work.run();
            }
        }
    }
}
