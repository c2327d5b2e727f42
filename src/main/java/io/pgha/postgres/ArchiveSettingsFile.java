package io.pgha.postgres;

import io.pgha.config.Settings;
import io.pgha.config.Settings.ArchiveSettings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What pgha-archive and pgha-restore need to know, as a file of key=value lines. These programs start no JVM and cannot read
 * HOCON; they check each line and evaluate nothing.
 *
 * @param file where it lies; must be absolute
 */
public record ArchiveSettingsFile(Path file) {

    /** The path the two programs look at without {@code --settings}. */
    public static final Path DEFAULT = Path.of("/var/lib/pgha/archive.env");

    /**
     * @throws IllegalArgumentException when the path is not absolute: PostgreSQL runs the programs in its data directory
     */
    public ArchiveSettingsFile {
        if (!file.isAbsolute()) {
            throw new IllegalArgumentException(
                    "the archive settings file needs an absolute path: " + file);
        }
        plain(file);
    }

    /** The one in this node's state directory. */
    public static ArchiveSettingsFile in(Path stateDirectory) {
        return new ArchiveSettingsFile(
                stateDirectory.toAbsolutePath().normalize().resolve("archive.env"));
    }

    /**
     * Writes it, also when no archive is configured, so that an archive that was taken out of the configuration is no longer
     * written to. The file holds the old content or the new one; it is on disk when this returns.
     *
     * @throws IOException when it cannot be written; the old content then still holds
     */
    public void write(Optional<ArchiveSettings> archive) throws IOException {
        DurableFiles.replace(file, render(archive).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The content of the file.
     *
     * @throws IllegalArgumentException when a location is not absolute or holds a control character
     */
    public static String render(Optional<ArchiveSettings> archive) {
        StringBuilder text = new StringBuilder("# Written by the pgha daemon; edit pgha.conf.\n");
        text.append("version=1\n");
        text.append("archive=").append(archive.isPresent() ? "on" : "off").append('\n');
        archive.ifPresent(a -> text.append("write=")
                .append(location(a.write()))
                .append("\nread=")
                .append(location(a.read()))
                .append("\nrequire_mount=")
                .append(a.requireMount() ? "on" : "off")
                .append('\n'));
        return text.toString();
    }

    /** What belongs into postgresql.conf as archive_command. */
    public String archiveCommand() {
        return "pgha-archive" + option() + " %p %f";
    }

    /** What belongs into postgresql.conf as restore_command. */
    public String restoreCommand() {
        return "pgha-restore" + option() + " %f %p";
    }

    /** The restore_command of a standby that pgha makes; empty without an archive. */
    public static Optional<String> restoreCommand(Settings settings) {
        return settings.archive().map(archive -> in(settings.stateDirectory()).restoreCommand());
    }

    private String option() {
        if (file.equals(DEFAULT)) {
            return "";
        }
        // PostgreSQL puts values in for %p and %f first, then a shell reads the line.
        return " --settings '" + file.toString().replace("%", "%%").replace("'", "'\\''") + "'";
    }

    private static Path location(Path path) {
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("an archive location must be absolute: " + path);
        }
        return plain(path);
    }

    private static Path plain(Path path) {
        if (path.toString().chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "a path with a control character cannot be used: " + path);
        }
        return path;
    }
}
