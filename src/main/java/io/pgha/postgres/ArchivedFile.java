package io.pgha.postgres;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file in the WAL archive, by its name one of PostgreSQL's.
 *
 * @param name its name without the directory
 * @param bytes its size
 * @param age since it was written, by the clock of the file server that holds it
 */
public record ArchivedFile(String name, long bytes, Duration age) {

    private static final Pattern SEGMENT = Pattern.compile("[0-9A-F]{24}(\\.partial)?");

    private static final Pattern BACKUP = Pattern.compile("[0-9A-F]{24}\\.[0-9A-F]{8}\\.backup");

    private static final Pattern START =
            Pattern.compile("([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8}).*");

    /** What a file is for; a name that is none of these is somebody else's. */
    public enum Kind {
        /** A segment, or the last segment of a timeline that another one follows. */
        WAL,
        /** The history file of a base backup. */
        BACKUP
    }

    /** What the name says; empty for timeline history files, which always stay, and for foreign names. */
    public static Optional<Kind> kind(String name) {
        if (SEGMENT.matcher(name).matches()) {
            return Optional.of(Kind.WAL);
        }
        return BACKUP.matcher(name).matches() ? Optional.of(Kind.BACKUP) : Optional.empty();
    }

    /** What this file is for. */
    public Optional<Kind> kind() {
        return kind(name);
    }

    /** A whole segment, so that its size is the segment size of the cluster. */
    boolean isWhole() {
        return name.length() == 24;
    }

    /**
     * The running number of the segment it holds or, for a base backup, begins in. Timelines share the numbers, as in
     * pg_archivecleanup.
     */
    long number(long segmentBytes) {
        Matcher parts = START.matcher(name);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a WAL file");
        }
        long perLog = (1L << 32) / segmentBytes;
        return Long.parseLong(parts.group(2), 16) * perLog + Long.parseLong(parts.group(3), 16);
    }
}
