package io.pgha.postgres;

import io.pgha.model.Fork;
import io.pgha.model.Lsn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The history file of a timeline: one line a timeline that was left, with the position at which it was. */
public final class TimelineHistory {

    private TimelineHistory() {}

    /**
     * Reads it from pg_wal; timeline 1 has none and no forks.
     *
     * @throws IOException when it is missing or not of PostgreSQL's form
     */
    public static List<Fork> read(Path dataDirectory, int timeline) throws IOException {
        List<Fork> forks = new ArrayList<>();
        if (timeline == 1) {
            return forks;
        }
        Path file = dataDirectory
                .resolve("pg_wal")
                .resolve(String.format(Locale.ROOT, "%08X.history", timeline));
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.strip().startsWith("#")) {
                continue;
            }
            String[] words = line.strip().split("\\s+", 3);
            try {
                forks.add(new Fork(Integer.parseInt(words[0]), Lsn.parse(words[1])));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new IOException(
                        file + ": '" + line + "' is not a line of a timeline history", e);
            }
        }
        return forks;
    }
}
