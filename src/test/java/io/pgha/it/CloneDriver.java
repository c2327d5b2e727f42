package io.pgha.it;

import io.pgha.config.Settings;
import io.pgha.plan.CloneMode;
import io.pgha.postgres.BaseBackup;
import io.pgha.postgres.LongStep;
import io.pgha.postgres.StandbyConfiguration;
import io.pgha.postgres.Swap;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The steps Clone, SwapIn and ConfigureStandby in a process of their own, which can be run as PostgreSQL's owner and ends itself
 * as a kill -9 would, at the report of progress it is told.
 */
final class CloneDriver {

    static final int KILLED = 137;

    private CloneDriver() {}

    /** Arguments: data directory, its port, the primary's port, password file, attempt, mode, report at which to die (0: never). */
    public static void main(String[] arguments) throws Exception {
        Path data = Path.of(arguments[0]);
        String attempt = arguments[4];
        int dieAt = Integer.parseInt(arguments[6]);
        Settings settings = CloneBed.settings(
                data,
                Integer.parseInt(arguments[1]),
                Integer.parseInt(arguments[2]),
                Path.of(arguments[3]));
        AtomicInteger reports = new AtomicInteger();
        LongStep step = new LongStep(progress -> {
            if (reports.incrementAndGet() == dieAt) {
                System.out.println("dies at: " + progress.words());
                Runtime.getRuntime().halt(KILLED);
            }
        });
        new BaseBackup(
                        settings,
                        () -> CloneBed.connect(settings.peer().postgresPort()),
                        step,
                        Duration.ofSeconds(20))
                .run(CloneMode.valueOf(arguments[5]), attempt);
        new Swap(data, step).swapIn(attempt);
        StandbyConfiguration.of(settings, Optional.empty()).write(data);
        System.out.println("reports: " + reports.get());
    }
}
