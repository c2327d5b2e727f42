package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The WAL archive in the hands of PostgreSQL itself: primary, standby, promotion, recovery. */
@Tag("netns")
@NeedsNamespaces
class ArchiveIT {

    private static final String ROWS = "select count(*) from t";
    private static final String SWITCH = "select pg_switch_wal()";

    @Test
    void aStandbyLivesByTheArchiveAloneAndArchivesAsSoonAsItIsPromoted() throws IOException {
        try (PgInstance primary = PgInstance.create("archive_mode = on", "wal_keep_size = 0")) {
            ArchivePrograms programs = new ArchivePrograms(primary);
            Path archive = programs.directory("archive");
            Path settings = programs.settings("archive.env", archive, archive, "off");
            primary.configure("archive_command = '" + programs.archiveCommand(settings) + "'");
            primary.start();
            primary.sql("create table t (i int)", "insert into t values (1)");
            try (PgInstance standby = primary.standby("archive_mode = on")) {
                onlyByArchive(standby, programs.restoreCommand(settings));
                primary.sql("insert into t select generate_series(2, 1000)", SWITCH);
                standby.start();
                PgInstance.await(
                        "the rows to come through the archive",
                        () -> standby.ask(ROWS).equals("1000"));
                assertEquals("0", standby.ask("select count(*) from pg_stat_wal_receiver"));

                // A fast stop switches to a new segment and archives the last one; the shutdown
                // checkpoint comes after that.
                primary.sql("insert into t values (1001)");
                primary.stop("fast");
                PgInstance.await(
                        "the last row to come through the archive",
                        () -> standby.ask(ROWS).equals("1001"));
                long before = segments(archive, "00000002");
                assertEquals(0, before);
                standby.promote();
                standby.sql("insert into t values (1002)", SWITCH);
                PgInstance.await(
                        "the promoted node to archive",
                        () -> segments(archive, "00000002") > 0
                                && Files.exists(archive.resolve("00000002.history")));
                assertNothingHalf(archive);
            }
        }
    }

    @Test
    void onAStandbyNothingIsWrittenAndWhatThePrimaryCouldNotArchiveIsArchivedAfterPromotion()
            throws IOException {
        // The primary cannot archive, the standby is asked to by archive_mode = always.
        try (PgInstance primary =
                PgInstance.started("archive_mode = on", "archive_command = 'false'")) {
            primary.sql("create table t (i int)", "insert into t values (1)");
            try (PgInstance standby = primary.standby("archive_mode = always")) {
                ArchivePrograms programs = new ArchivePrograms(standby);
                Path archive = programs.directory("archive");
                Path settings = programs.settings("archive.env", archive, archive, "off");
                standby.configure("archive_command = '" + programs.archiveCommand(settings) + "'");
                standby.start();
                for (int i = 0; i < 3; i++) {
                    primary.sql("insert into t values (2)", SWITCH);
                }
                // The end lies inside a segment, so that the promotion leaves a .partial.
                primary.sql("insert into t values (3)");
                PgInstance.await(
                        "the standby to have streamed and been asked",
                        () -> standby.ask(ROWS).equals("5")
                                && !standby.ask("select failed_count from pg_stat_archiver")
                                        .equals("0"));
                assertEquals(List.of(), ArchivePrograms.names(archive));
                assertFalse(Files.exists(archive.resolve(".pgha-archive")));
                assertEquals("0", standby.ask("select archived_count from pg_stat_archiver"));
                List<String> ready = ready(standby);
                assertFalse(ready.isEmpty());
                assertTrue(Files.readString(standby.log()).contains("which writes nothing"));

                primary.kill();
                standby.promote();
                standby.sql("insert into t values (5)", SWITCH);
                PgInstance.await(
                        "everything the primary left behind to be archived",
                        () -> ready(standby).isEmpty() && segments(archive, "00000002") > 0);
                List<String> names = ArchivePrograms.names(archive);
                assertTrue(names.containsAll(ready), names + " lacks some of " + ready);
                assertTrue(names.contains("00000002.history"), names.toString());
                assertTrue(names.stream().anyMatch(n -> n.endsWith(".partial")), names.toString());
                assertNothingHalf(archive);
            }
        }
    }

    @Test
    void aStandbyLetsGoWhatThePrimaryHasArchivedInTheSharedArchive() throws IOException {
        try (PgInstance primary = PgInstance.create("archive_mode = on")) {
            ArchivePrograms programs = new ArchivePrograms(primary);
            Path archive = programs.directory("archive");
            Path settings = programs.settings("archive.env", archive, archive, "off");
            primary.configure("archive_command = '" + programs.archiveCommand(settings) + "'");
            primary.start();
            primary.sql("create table t (i int)");
            try (PgInstance standby = primary.standby("archive_mode = always")) {
                standby.start();
                for (int i = 0; i < 3; i++) {
                    primary.sql("insert into t values (2)", SWITCH);
                }
                PgInstance.await(
                        "the standby to see all of it archived",
                        () -> standby.ask(ROWS).equals("3")
                                && ready(standby).isEmpty()
                                && !standby.ask("select archived_count from pg_stat_archiver")
                                        .equals("0"));
                String last = standby.ask("select last_archived_wal from pg_stat_archiver");
                assertTrue(Files.exists(archive.resolve(last)));
                assertNothingHalf(archive);
            }
        }
    }

    @Test
    void recoveryToAPointInTimeFindsItsWalInTheArchive() throws IOException {
        try (PgInstance primary = PgInstance.create("archive_mode = on")) {
            ArchivePrograms programs = new ArchivePrograms(primary);
            Path archive = programs.directory("archive");
            Path settings = programs.settings("archive.env", archive, archive, "off");
            primary.configure("archive_command = '" + programs.archiveCommand(settings) + "'");
            primary.start();
            primary.sql("create table t (i int)");
            try (PgInstance copy = primary.standby("archive_mode = off")) {
                primary.sql(
                        "insert into t select generate_series(1, 10)",
                        "select pg_create_restore_point('here')",
                        "insert into t select generate_series(1, 10)",
                        SWITCH);
                PgInstance.await(
                        "the last segment to be archived",
                        () -> segments(archive, "00000001") >= 3);
                primary.stop("fast");
                Files.delete(copy.data().resolve("standby.signal"));
                copy.run("touch", copy.data().resolve("recovery.signal").toString());
                Files.writeString(
                        copy.data().resolve("postgresql.auto.conf"),
                        "restore_command = '" + programs.restoreCommand(settings) + "'\n"
                                + "recovery_target_name = 'here'\n"
                                + "recovery_target_action = 'promote'\n");
                copy.start();
                PgInstance.await(
                        "the end of the recovery",
                        () -> copy.ask("select pg_is_in_recovery()").equals("f"));
                assertEquals("10", copy.ask(ROWS));
            }
        }
    }

    /** No streaming: the archive is the only way. */
    private static void onlyByArchive(PgInstance standby, String restoreCommand)
            throws IOException {
        Files.writeString(
                standby.data().resolve("postgresql.auto.conf"),
                "restore_command = '" + restoreCommand + "'\n");
    }

    private static long segments(Path archive, String timeline) {
        return ArchivePrograms.names(archive).stream()
                .filter(n -> n.length() == 24 && n.startsWith(timeline))
                .count();
    }

    private static List<String> ready(PgInstance postgres) {
        return ArchivePrograms.names(postgres.data().resolve("pg_wal/archive_status")).stream()
                .filter(n -> n.endsWith(".ready"))
                .map(n -> n.substring(0, n.length() - ".ready".length()))
                .toList();
    }

    private static void assertNothingHalf(Path archive) throws IOException {
        // A living archiver may be in the middle of the next file; what it writes aside goes when
        // it is done.
        PgInstance.await(
                "what is written aside to go",
                () -> ArchivePrograms.names(archive).stream()
                        .noneMatch(n -> n.startsWith(".pgha-tmp")));
        for (String name : ArchivePrograms.names(archive)) {
            boolean isAside = name.startsWith(".pgha-tmp");
            if (name.length() >= 24 && !name.endsWith(".backup") && !isAside) {
                assertEquals(16 << 20, Files.size(archive.resolve(name)), name);
            }
        }
    }
}
