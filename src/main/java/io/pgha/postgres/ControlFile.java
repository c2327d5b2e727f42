package io.pgha.postgres;

import io.pgha.model.ControlData;
import io.pgha.model.Lsn;
import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * global/pg_control: the one source on a database that does not run. Read by pg_controldata, and where that would cost clients
 * time, by {@link ControlImage}, as far as that knows its shape.
 */
final class ControlFile {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Programs programs;

    ControlFile(Programs programs) {
        this.programs = programs;
    }

    /** Reads it; works whether the server runs or not. */
    ControlData read() throws ControlFailed {
        Optional<ControlData> known = ControlImage.read(programs.data());
        return known.isPresent() ? known.get() : byProgram();
    }

    /** The same, always by pg_controldata. */
    ControlData byProgram() throws ControlFailed {
        return understood(ControlFile::parse);
    }

    /** Size of a segment of WAL. */
    long segmentBytes() throws ControlFailed {
        return understood(text -> Long.parseLong(value(values(text), "Bytes per WAL segment")));
    }

    /** Whether changes of hint bits are in the WAL, without which pg_rewind would miss pages. */
    boolean isRewindable() throws ControlFailed {
        return understood(text -> value(values(text), "wal_log_hints setting").equals("on")
                || !value(values(text), "Data page checksum version").equals("0"));
    }

    private <T> T understood(Function<String, T> parser) throws ControlFailed {
        try {
            // Its words are translated; only the untranslated ones can be read.
            Command.Result result = programs.command(
                            "pg_controldata", "-D", programs.data().toString())
                    .withEnvironment(Map.of("LC_ALL", "C"))
                    .runOk(LIMIT);
            return parser.apply(result.wholeOut());
        } catch (CommandFailed e) {
            throw new ControlFailed(e.words(), e);
        } catch (IllegalArgumentException e) {
            throw new ControlFailed(
                    "pg_controldata of " + programs.data() + " cannot be understood: "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * Understands pg_controldata's output.
     *
     * @throws IllegalArgumentException when a line is missing
     */
    static ControlData parse(String output) {
        Map<String, String> values = values(output);
        Lsn checkpoint = Lsn.parse(value(values, "Latest checkpoint location"));
        Lsn recovered = Lsn.parse(value(values, "Minimum recovery ending location"));
        int timeline = Integer.parseInt(value(values, "Latest checkpoint's TimeLineID"));
        int recoveredTimeline =
                Integer.parseInt(value(values, "Min recovery ending loc's timeline"));
        return new ControlData(
                value(values, "Database system identifier"),
                value(values, "Database cluster state"),
                Math.max(timeline, recoveredTimeline),
                checkpoint,
                recovered.compareTo(checkpoint) > 0 ? recovered : checkpoint);
    }

    private static Map<String, String> values(String output) {
        Map<String, String> values = new HashMap<>();
        output.lines().forEach(line -> {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                values.putIfAbsent(
                        line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return values;
    }

    private static String value(Map<String, String> values, String key) {
        return Optional.ofNullable(values.get(key))
                .orElseThrow(() -> new IllegalArgumentException("it has no line '" + key + "'"));
    }
}
