package io.pgha.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

class SeedImportTest {

    private static final List<String> SYSCONFIG = List.of(
            "# settings of the scripts",
            "PRIMARY_HOST=192.0.2.11",
            "export STANDBY_HOST=\"192.0.2.12\"  # the other one",
            "PGSQL_SQL_USER='cloudforms'",
            "PGSQL_SSH_USER=copier",
            "MAX_PRIMARY_FAILCOUNT=3",
            "PGSQL_HOME=/opt/rh/rh-postgresql13/root/var/lib/pgsql",
            "WAL_ARCHIVE_WRITE=${PGSQL_HOME}/wal-archive-write",
            "WAL_ARCHIVE_READ=$PGSQL_HOME/wal-archive-read",
            "BACKUP_DIR=/tmp/pgbackup");

    @TempDir
    Path directory;

    @Test
    void theResultIsAcceptedOnceGuardAndProgramsAreChosen() throws InvalidConfiguration {
        String text = SeedImport.convert(SYSCONFIG).text();

        List<String> missing = new Written(directory, text)
                .complaints().stream().map(Complaint::key).sorted().toList();
        Settings settings = new Written(
                        directory,
                        text.replace("#guard = failcount", "guard = failcount")
                                .replace("#bin", "bin"))
                .load();

        assertEquals(List.of("guard", "postgres.bin"), missing);
        assertEquals("192.0.2.11", settings.self().host());
        assertEquals("192.0.2.12", settings.peer().host());
        assertEquals("cloudforms", settings.postgres().user());
        assertEquals(3, settings.policy().maxPrimaryFailcount());
        Path home = Path.of("/opt/rh/rh-postgresql13/root/var/lib/pgsql");
        assertEquals(home.resolve("data"), settings.postgres().dataDirectory());
        assertEquals(
                List.of("scl", "enable", "rh-postgresql13", "--"),
                settings.postgres().wrapper());
        assertEquals(
                Optional.of(home.resolve("wal-archive-write")),
                settings.archive().map(Settings.ArchiveSettings::write));
        assertEquals(
                Optional.of(home.resolve("wal-archive-read")),
                settings.archive().map(Settings.ArchiveSettings::read));
    }

    @Test
    void whatMeansSomethingElseNowIsSaid() {
        SeedImport.Imported imported = SeedImport.convert(SYSCONFIG);

        for (String start : List.of(
                "guard is not chosen",
                "max_primary_failcount = 3 now counts probes a second apart",
                "postgres.bin is not known",
                "PGSQL_SSH_USER is not needed any more",
                "BACKUP_DIR is not needed any more")) {
            assertTrue(
                    imported.warnings().stream().anyMatch(w -> w.startsWith(start)),
                    () -> start + " is missing in " + imported.warnings());
            assertTrue(imported.text().contains("# WARNING: " + start));
        }
    }

    @Test
    void nothingIsExecutedAndNothingIsLostSilently() {
        SeedImport.Imported imported = SeedImport.convert(List.of(
                "PRIMARY_HOST=$(touch /tmp/never)",
                "STANDBY_HOST=`hostname`",
                "PGSQL_PASSWORD=hunter2",
                "MAX_PRIMARY_FAILCOUT=4",
                ". /etc/other",
                "MAX_PRIMARY_FAILCOUNT=1"));

        String warnings = String.join("\n", imported.warnings());
        assertTrue(warnings.contains("line 1: PRIMARY_HOST is computed by the shell"), warnings);
        assertTrue(warnings.contains("line 2: STANDBY_HOST is computed by the shell"), warnings);
        assertTrue(warnings.contains("line 3: PGSQL_PASSWORD looks like a password"), warnings);
        assertTrue(warnings.contains("did the scripts mean MAX_PRIMARY_FAILCOUNT?"), warnings);
        assertTrue(warnings.contains("line 5 is no assignment"), warnings);
        assertTrue(
                warnings.contains("MAX_PRIMARY_FAILCOUNT = 1 is out of range and became 2"),
                warnings);
        assertTrue(warnings.contains("PRIMARY_HOST is not set"), warnings);
        assertFalse(imported.text().contains("hunter2") || imported.text().contains("touch"));
    }
}
