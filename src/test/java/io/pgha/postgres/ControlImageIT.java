package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.it.PgInstance;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What is read from pg_control's bytes is what pg_controldata says of them, or nothing. */
@Timeout(180)
final class ControlImageIT {

    private static void agree(PgInstance server, String state) throws Exception {
        PostgresSettings settings = server.settings();
        assertEquals(
                Optional.of(new ControlFile(new Programs(settings)).byProgram()),
                ControlImage.read(server.data()));
        assertEquals(state, ControlImage.read(server.data()).orElseThrow().clusterState());
    }

    @Test
    void bytesAndProgramAgreeInEveryStateThatCountsAtATakeover() throws Exception {
        try (PgInstance primary = PgInstance.started();
                PgInstance standby = primary.standby()) {
            standby.start();
            primary.sql("create table t as select generate_series(1, 1000) as i", "checkpoint");
            agree(primary, "in production");
            PgInstance.await(
                    "the table to arrive",
                    () -> standby.ask("select count(*) from pg_class where relname = 't'")
                            .equals("1"));
            standby.sql("checkpoint");
            agree(standby, "in archive recovery");
            primary.kill();
            agree(primary, "in production");
            standby.promote();
            standby.sql("checkpoint");
            agree(standby, "in production");
            standby.stop("fast");
            agree(standby, "shut down");
        }
    }

    @Test
    void ofAFileThatIsNotWholeNothingIsSaid() throws Exception {
        try (PgInstance server = PgInstance.create()) {
            Path file = server.data().resolve("global/pg_control");
            byte[] whole = Files.readAllBytes(file);
            byte[] torn = whole.clone();
            torn[40] ^= 1;
            byte[] newer = whole.clone();
            newer[8] ^= 1;
            for (byte[] bytes : new byte[][] {torn, newer, {}, new byte[100]}) {
                Files.write(file, bytes);
                assertEquals(Optional.empty(), ControlImage.read(server.data()));
            }
            Files.delete(file);
            assertEquals(Optional.empty(), ControlImage.read(server.data()));
        }
    }
}
