package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.pgha.model.MonoTime;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.LongStep;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.sql.SQLException;
import java.time.Duration;

/** The last step of a takeover, which whatever closes this node overtakes. */
@Tag("netns")
class CheckpointIT {

    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void aCheckpointThatHangsIsGivenUpWhenTheStepIsToldToStop() throws Exception {
        try (PgInstance server = PgInstance.create()) {
            server.start();
            long checkpointer = Long.parseLong(server.ask(
                    "select pid from pg_stat_activity where backend_type = 'checkpointer'"));
            server.signal(checkpointer, "STOP");
            LongStep step = new LongStep(progress -> {});
            try (LocalPostgres local = new LocalPostgres(
                    server.settings(),
                    Duration.ofSeconds(20),
                    () -> new MonoTime(System.nanoTime()))) {
                Thread thread = new Thread(() -> checkpoint(local, step));
                thread.start();
                PgInstance.await(
                        "the checkpoint to be under way",
                        () -> server.ask(
                                        "select count(*) from pg_stat_activity where query = 'checkpoint' and state = 'active'")
                                .equals("1"));

                step.cancel();

                thread.join(Duration.ofSeconds(10).toMillis());
                assertFalse(thread.isAlive());
            } finally {
                server.signal(checkpointer, "CONT");
            }
        }
    }

    private static void checkpoint(LocalPostgres local, LongStep step) {
        try {
            local.checkpoint(HOUR, step);
        } catch (SQLException expected) {
            // The connection was given up.
        }
    }
}
