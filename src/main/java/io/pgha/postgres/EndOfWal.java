package io.pgha.postgres;

import io.pgha.config.Settings;
import io.pgha.model.ControlData;
import io.pgha.model.Lsn;
import io.pgha.os.Deadline;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where the WAL of a PostgreSQL that does not run really ends: pg_control only names its last checkpoint. What is known from
 * the time when it ran, or from an earlier look, makes the walk short.
 */
public final class EndOfWal {

    /** Steps back from a position that was seen, until a record is found that can be checked. */
    private static final long[] BACK = {WalWalk.PAGE, 1 << 17, 1 << 21, 1 << 24, 1 << 27};

    private final Path dataDirectory;
    private final Duration limit;
    private volatile Optional<Lsn> seen = Optional.empty();

    /** For this node. */
    public EndOfWal(Settings settings) {
        this(settings.postgres().dataDirectory(), settings.policy().walRescueTimeout());
    }

    /**
     * For a data directory.
     *
     * @param limit of one walk; what was reached by then is the answer
     */
    public EndOfWal(Path dataDirectory, Duration limit) {
        this.dataDirectory = dataDirectory;
        this.limit = limit;
    }

    /** The running PostgreSQL was at that position. */
    public void saw(Lsn position) {
        seen = Optional.of(position);
    }

    /**
     * What pg_control says, with the end of the last whole record instead of the checkpoint. pg_control is read once after each
     * end of the server; the WAL is looked at each time, since what outlives a postmaster still writes.
     *
     * @param known what was said since it ended
     */
    public ControlData of(PostgresControl server, Optional<ControlData> known)
            throws ControlFailed {
        return of(known.isPresent() ? known.get() : server.controlData());
    }

    /** WAL that cannot be read reaches at least as far as it was seen; whether it goes on is not known then. */
    ControlData of(ControlData control) {
        Deadline deadline = Deadline.in(limit);
        try (WalSegments segments = WalSegments.of(dataDirectory, control.timeline())) {
            Lsn end = find(segments, control, deadline);
            seen = Optional.of(end);
            return deadline.hasPassed()
                    ? control.unreadAfter(
                            end,
                            "WAL was read for " + Waiting.words(limit) + ", and not to its end")
                    : control.endingAt(end);
        } catch (IOException e) {
            Lsn end = seen.filter(position -> position.compareTo(control.end()) > 0)
                    .orElse(control.end());
            return control.unreadAfter(
                    end,
                    "WAL cannot be read: " + e.getClass().getSimpleName() + ", " + e.getMessage());
        }
    }

    private Lsn find(WalSegments segments, ControlData control, Deadline deadline)
            throws IOException {
        long checkpoint = control.checkpoint().value();
        if (seen.isPresent()) {
            for (long back : BACK) {
                long from = seen.get().value() - back;
                if (from <= checkpoint) {
                    break;
                }
                WalWalk walk = walk(segments, control).until(deadline);
                OptionalLong start = walk.firstRecord(from);
                long end = start.isPresent() ? walk.end(start.getAsLong()) : 0;
                // Without one whole record nothing proves that what was stepped over is whole.
                if (start.isPresent()
                        && end > start.getAsLong()
                        && end >= control.end().value()) {
                    return new Lsn(end);
                }
            }
        }
        long end = walk(segments, control).until(deadline).end(checkpoint);
        return end > control.end().value() ? new Lsn(end) : control.end();
    }

    private static WalWalk walk(WalSegments segments, ControlData control) {
        return new WalWalk(segments, control.timeline(), segments.size());
    }
}
