package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pgha.config.Settings.ArchiveSettings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

class ArchiveSettingsFileTest {

    private static final ArchiveSettings ARCHIVE = new ArchiveSettings(
            Path.of("/mnt/wal write"), Path.of("/mnt/wal"), true, Duration.ofDays(7), 0, 0);

    @Test
    void everySettingIsOneLine() {
        assertEquals("""
                # Written by the pgha daemon; edit pgha.conf.
                version=1
                archive=on
                write=/mnt/wal write
                read=/mnt/wal
                require_mount=on
                """, ArchiveSettingsFile.render(Optional.of(ARCHIVE)));
    }

    @Test
    void anArchiveTakenOutOfTheConfigurationIsWrittenDownAsOff(@TempDir Path directory)
            throws IOException {
        ArchiveSettingsFile file = ArchiveSettingsFile.in(directory);
        file.write(Optional.of(ARCHIVE));
        file.write(Optional.empty());
        assertEquals(
                "# Written by the pgha daemon; edit pgha.conf.\nversion=1\narchive=off\n",
                Files.readString(file.file()));
    }

    @Test
    void theCommandsNameTheFileOnlyWhereItIsNotTheDefault() {
        ArchiveSettingsFile standard = new ArchiveSettingsFile(ArchiveSettingsFile.DEFAULT);
        assertEquals("pgha-archive %p %f", standard.archiveCommand());
        assertEquals("pgha-restore %f %p", standard.restoreCommand());
        ArchiveSettingsFile odd = new ArchiveSettingsFile(Path.of("/lab/it's 5%/archive.env"));
        assertEquals(
                "pgha-restore --settings '/lab/it'\\''s 5%%/archive.env' %f %p",
                odd.restoreCommand());
    }

    @Test
    void aPathThatCouldBreakALineIsRefused() {
        ArchiveSettings bad = new ArchiveSettings(
                Path.of("/mnt/a\nread=/x"), Path.of("/r"), true, Duration.ofDays(7), 0, 0);
        assertThrows(
                IllegalArgumentException.class, () -> ArchiveSettingsFile.render(Optional.of(bad)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ArchiveSettingsFile(Path.of("state/archive.env")));
    }
}
