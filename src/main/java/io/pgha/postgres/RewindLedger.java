package io.pgha.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How far the rewind of a data directory is, on disk beside it, since pg_rewind removes what it finds in it. While there is
 * one, PGDATA must not be started.
 *
 * @param data PGDATA, resolved
 * @param attempt whose it is
 * @param phase what is being done
 */
record RewindLedger(Path data, String attempt, Phase phase) {

    private static final String FIRST_LINE = "pgha rewind ledger 1";

    /** In the order in which they are gone through. */
    enum Phase {
        /** Still the old copy, whole, perhaps without standby.signal. */
        PREPARING,
        /** pg_rewind writes: neither the old copy nor the new one. */
        REWRITING,
        /** Rewound; this node's own configuration is being put back. */
        REWRITTEN
    }

    /** It is written, and on disk when this returns. */
    RewindLedger enter(Phase next) throws IOException {
        RewindLedger moved = new RewindLedger(data, attempt, next);
        String text = FIRST_LINE + "\nattempt " + attempt + "\nphase " + next + "\nend\n";
        DurableFiles.replace(file(data), text.getBytes(StandardCharsets.UTF_8));
        return moved;
    }

    /** The copy of which it spoke is whole, or is PGDATA no more. */
    static void forget(Path data) throws IOException {
        DurableFiles.delete(file(data));
        OwnFiles.ofRewound(data).discard();
    }

    private static Path file(Path data) {
        return data.resolveSibling(data.getFileName() + ".pgha-rewind");
    }

    /**
     * The one of this data directory.
     *
     * @throws DataDirectoryException when there is one and it cannot be understood: nobody may start anything then
     */
    static Optional<RewindLedger> find(Path data) throws DataDirectoryException {
        Path file = file(data);
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            List<String> lines = Files.readAllLines(file);
            if (lines.size() != 4 || !lines.get(0).equals(FIRST_LINE)) {
                throw new IOException(file + " is damaged: whether " + data
                        + " was rewound to its end is not known; pgha initialize copies it anew");
            }
            return Optional.of(new RewindLedger(
                    data,
                    lines.get(1).substring("attempt ".length()),
                    Phase.valueOf(lines.get(2).substring("phase ".length()))));
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw DataDirectoryException.failed("looking for an unfinished rewind of " + data, e);
        }
    }

    /** Why PGDATA must not be started. */
    String words() {
        return switch (phase) {
            case PREPARING -> data + " is about to be rewound, and has not been given up yet";
            case REWRITING ->
                data + " is not a whole database: pg_rewind was interrupted in the midst of it";
            case REWRITTEN -> data + " has been rewound, and its configuration is the peer's";
        };
    }
}
