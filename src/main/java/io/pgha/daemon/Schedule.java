package io.pgha.daemon;

import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDataMap;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

import java.time.Duration;
import java.util.Properties;

/** Quartz, holding the daemon's clockwork: each job calls one thing, never beside itself; a late one is not made up for. */
final class Schedule implements AutoCloseable {

    private static final String WORK = "work";

    private final Scheduler scheduler;

    Schedule(String name, int threads) throws SchedulerException {
        Properties properties = new Properties();
        properties.setProperty("org.quartz.scheduler.instanceName", name);
        properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
        properties.setProperty(
                "org.quartz.scheduler.batchTriggerAcquisitionMaxCount", Integer.toString(threads));
        properties.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        properties.setProperty("org.quartz.threadPool.threadCount", Integer.toString(threads));
        properties.setProperty("org.quartz.threadPool.makeThreadsDaemons", "true");
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
