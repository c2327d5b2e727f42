package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A recovery from the archive to its end: PostgreSQL opens at the first file that it is told is not there. */
@Tag("netns")
@NeedsNamespaces
class ArchiveRecoveryIT {

    private static final String OPEN = "database system is ready to accept connections";
    private static final String ENDED = "database system is shut down";

    @Test
    void aRecoveryWhoseArchiveIsNotThereOpensNothingAndGoesOnWhenItIs() throws IOException {
        try (PgInstance primary = PgInstance.create("archive_mode = on")) {
            ArchivePrograms programs = new ArchivePrograms(primary);
            Path archive = programs.directory("archive");
            Path settings = programs.settings("archive.env", archive, archive, "off");
            primary.configure("archive_command = '" + programs.archiveCommand(settings) + "'");
            primary.start();
            primary.sql("create table t (i int)");
            try (PgInstance copy = primary.standby("archive_mode = off")) {
                primary.sql("insert into t values (1)", "select pg_switch_wal()");
                primary.sql("insert into t values (2)");
                // It archives its last segment.
                primary.stop("fast");
                Files.delete(copy.data().resolve("standby.signal"));
                Path signal = copy.data().resolve("recovery.signal");
                copy.run("touch", signal.toString());
                Files.writeString(
                        copy.data().resolve("postgresql.auto.conf"),
                        "restore_command = '" + programs.restoreCommand(settings) + "'\n");
                // As a mount point on which nothing is mounted.
                Path elsewhere = archive.resolveSibling("elsewhere");
                Files.move(archive, elsewhere);
                programs.directory("archive");

                copy.startWithoutWaiting();
                PgInstance.await(
                        "it to open or to end",
                        () -> log(copy).contains(OPEN) || log(copy).contains(ENDED));

                assertFalse(log(copy).contains(OPEN), log(copy));
                assertTrue(log(copy).contains("PostgreSQL stops, because"), log(copy));
                assertTrue(Files.exists(signal));

                Files.delete(archive);
                Files.move(elsewhere, archive);
                copy.start();
                PgInstance.await(
                        "the end of the recovery",
                        () -> copy.ask("select pg_is_in_recovery()").equals("f"));
                assertEquals("2", copy.ask("select count(*) from t"));
            }
        }
    }

    @Test
    void aPromotionDoesNotWaitForADeadArchiveThatWasFoundSilentBefore() throws IOException {
        try (PgInstance primary = PgInstance.started()) {
            ArchivePrograms programs = new ArchivePrograms(primary);
            Path archive = programs.directory("archive");
            Path settings = programs.settings("archive.env", archive, archive, "off");
            // Opening a pipe without a writer waits for ever, as a look at a dead mount does.
            primary.run("mkfifo", archive.resolve(".pgha-archive").toString());
            Files.writeString(archive.resolve("00000001.history"), "x");
            Files.writeString(archive.resolve("00000002.history"), "x");
            try (PgInstance standby = primary.standby(
                    "restore_command = '" + programs.restoreCommand(settings) + "'")) {
                standby.start();
                assertTrue(log(standby).contains("did not answer in 2 s"), log(standby));
                primary.stop("fast");
                long begun = System.nanoTime();

                standby.promote();

                long ms = (System.nanoTime() - begun) / 1_000_000;
                System.out.printf("promotion beside a dead archive: %d ms%n", ms);
                assertTrue(ms < 20_000, ms + " ms, " + log(standby));
                assertEquals("f", standby.ask("select pg_is_in_recovery()"));
            }
        }
    }

    private static String log(PgInstance server) {
        try {
            return Files.exists(server.log()) ? Files.readString(server.log()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
