package io.pgha.it;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.plan.CloneMode;
import io.pgha.postgres.BaseBackup;
import io.pgha.postgres.Conninfo;
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
        int primaryPort = Integer.parseInt(arguments[2]);
        PostgresSettings postgres =
                CloneBed.settings(data, Integer.parseInt(arguments[1]), Path.of(arguments[3]));
        Conninfo conninfo = CloneBed.conninfo(primaryPort, postgres);
        AtomicInteger reports = new AtomicInteger();
        LongStep step = new LongStep(progress -> {
            if (reports.incrementAndGet() == dieAt) {
                System.out.println("dies at: " + progress.words());
                Runtime.getRuntime().halt(KILLED);
            }
        });
        new BaseBackup(
                        postgres,
                        conninfo,
                        () -> CloneBed.connect(primaryPort),
                        step,
                        Duration.ofSeconds(20))
                .run(CloneMode.valueOf(arguments[5]), attempt);
        new Swap(data, step).swapIn(attempt);
        new StandbyConfiguration(conninfo, postgres.slot(), Optional.empty()).write(data);
        System.out.println("reports: " + reports.get());
    }
}
