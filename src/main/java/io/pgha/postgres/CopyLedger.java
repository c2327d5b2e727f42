package io.pgha.postgres;

import io.pgha.plan.CloneMode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How far the exchange of one data directory is, on disk beside it (or in it, where PGDATA is a mount point). Written before
 * the deed it announces, so that whoever comes after a crash knows which copy is where, and {@code check-start} knows
 * whether PGDATA may be started.
 *
 * @param attempt names the exchange and everything that lies aside for it
 * @param mode whether the old copy is kept
 * @param phase what is being done or has been done
 * @param oldMajor PostgreSQL's major version of the old copy; {@link #NO_VERSION} when there is none
 * @param newMajor PostgreSQL's major version of the new copy
 * @param places what is exchanged; the data directory first
 */
record CopyLedger(
        String attempt,
        CloneMode mode,
        Phase phase,
        String oldMajor,
        String newMajor,
        List<Place> places) {

    static final String NO_VERSION = "-";

    private static final String FIRST_LINE = "pgha copy ledger 1";
    private static final Pattern ATTEMPT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    /** In the order in which they are gone through; the last four only when a copy is taken back. */
    enum Phase {
        /** IN_PLACE: the old copy is being removed. */
        ERASING,
        /** The new copy is incomplete. */
        COPYING,
        /** The new copy is complete, verified and on disk, beside the old one. */
        COMPLETE,
        /** The old copy is being moved aside. */
        SETTING_ASIDE,
        /** The new copy is being moved into place. */
        MOVING_IN,
        /** The new copy is in place; the old one lies aside. */
        SWAPPED,
        /** The old copy is being removed. */
        DROPPING,
        /** The new copy did not prove itself and is being moved out again. */
        TAKING_OUT,
        /** The old copy is being moved back. */
        RETURNING,
        /** The old copy is back in place; the new one is of no use. */
        REJECTED
    }

    CopyLedger {
        places = List.copyOf(places);
        checkAttempt(attempt);
        if (places.isEmpty() || places.get(0).kind() != Place.Kind.DATA) {
            throw new IllegalArgumentException("the first place must be the data directory");
        }
    }

    static void checkAttempt(String attempt) {
        if (!ATTEMPT.matcher(attempt).matches()) {
            throw new IllegalArgumentException("'" + attempt
                    + "' cannot name an attempt: use at most 64 letters, digits, '.', '_', '-'");
        }
    }

    Place data() {
        return places.get(0);
    }

    /** True while PGDATA is not a whole database, whatever it looks like. */
    boolean forbidsStart() {
        return switch (phase) {
            case ERASING, SETTING_ASIDE, MOVING_IN, TAKING_OUT, RETURNING -> true;
            case COPYING, COMPLETE -> mode == CloneMode.IN_PLACE;
            case SWAPPED, DROPPING, REJECTED -> false;
        };
    }

    /** Writes the ledger with the next phase; on disk when it returns. */
    CopyLedger enter(Phase next) throws IOException {
        CopyLedger moved = new CopyLedger(attempt, mode, next, oldMajor, newMajor, places);
        moved.write();
        return moved;
    }

    void write() throws IOException {
        DurableFiles.replace(file(), text().getBytes(StandardCharsets.UTF_8));
    }

    void remove() throws IOException {
        DurableFiles.delete(file());
    }

    Path file() {
        return data().named("ledger-" + attempt);
    }

    private String text() {
        StringBuilder text = new StringBuilder(FIRST_LINE + "\n");
        text.append("attempt ").append(attempt).append('\n');
        text.append("mode ").append(mode).append('\n');
        text.append("phase ").append(phase).append('\n');
        text.append("old-major ").append(oldMajor).append('\n');
        text.append("new-major ").append(newMajor).append('\n');
        for (Place place : places) {
            text.append(String.format(
                    Locale.ROOT,
                    "place %s %s %s %d %s%n",
                    place.kind(),
                    place.manner(),
                    place.presence(),
                    place.oid(),
                    place.root()));
        }
        return text.append("end\n").toString();
    }

    /**
     * Every exchange of this data directory that is not over.
     *
     * @throws DataDirectoryException when a ledger cannot be read: not knowing which copy is where, nobody may start or
     *     remove anything
     */
    static List<CopyLedger> find(Path data) throws DataDirectoryException {
        List<CopyLedger> found = new ArrayList<>();
        Path above = DurableFiles.parent(data);
        try {
            if (Files.isDirectory(above) && Files.isReadable(above)) {
                collect(above, data.getFileName() + ".pgha-ledger-", found);
            }
            collect(data, Place.INSIDE_PREFIX + "ledger-", found);
        } catch (IOException e) {
            throw DataDirectoryException.failed(
                    "looking for unfinished copies of " + data + " failed", e);
        }
        return found;
    }

    private static void collect(Path directory, String prefix, List<CopyLedger> found)
            throws IOException {
        for (Path file : DurableFiles.entries(directory)) {
            String name = file.getFileName().toString();
            if (name.startsWith(prefix) && !name.endsWith(".pgha-tmp")) {
                found.add(parse(file, Files.readAllLines(file)));
            }
        }
    }

    private static CopyLedger parse(Path file, List<String> lines) throws IOException {
        try {
            if (!lines.get(0).equals(FIRST_LINE) || !lines.get(lines.size() - 1).equals("end")) {
                throw new IllegalArgumentException("first or last line");
            }
            List<Place> places = new ArrayList<>();
            for (String line : lines.subList(6, lines.size() - 1)) {
                places.add(place(line));
            }
            return new CopyLedger(
                    value(lines.get(1), "attempt"),
                    CloneMode.valueOf(value(lines.get(2), "mode")),
                    Phase.valueOf(value(lines.get(3), "phase")),
                    value(lines.get(4), "old-major"),
                    value(lines.get(5), "new-major"),
                    places);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(
                    file + " is damaged (" + e.getMessage()
                            + "): it tells which copy of the database is where; look at the"
                            + " directories it stands beside before anything is removed",
                    e);
        }
    }

    private static Place place(String line) {
        String[] fields = value(line, "place").split(" ", 5);
        return new Place(
                Place.Kind.valueOf(fields[0]),
                Place.Manner.valueOf(fields[1]),
                Place.Presence.valueOf(fields[2]),
                Long.parseLong(fields[3]),
                Path.of(fields[4]));
    }

    private static String value(String line, String key) {
        if (!line.startsWith(key + " ")) {
            throw new IllegalArgumentException("'" + line + "' is not a line of " + key);
        }
        return line.substring(key.length() + 1);
    }
}
