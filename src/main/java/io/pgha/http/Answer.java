package io.pgha.http;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One line of the daemon's answer on the control socket.
 *
 * @param kind what to do with it
 * @param text what to print; may hold several lines; empty with {@link Kind#END}
 * @param exitCode as the command would end if this were the last line
 * @param planId with {@link Kind#REPLY}: the workflow that was begun, or that has to end before a refused request is asked again
 */
public record Answer(Kind kind, String text, int exitCode, Optional<String> planId) {

    /** What an answer is. */
    public enum Kind {
        /** A page or a line to print; more may follow. */
        TEXT,
        /** The verdict on a request; END follows. */
        REPLY,
        /** A workflow has come to another step. */
        STEP,
        /** How far the step is: replaces the last one on a terminal. */
        PROGRESS,
        /** The request was not carried out, and why; END does not follow. */
        ERROR,
        /** Nothing more comes. */
        END
    }

    static Answer text(String text) {
        return new Answer(Kind.TEXT, text, 0, Optional.empty());
    }

    static Answer step(String text) {
        return new Answer(Kind.STEP, text, 0, Optional.empty());
    }

    static Answer progress(String text) {
        return new Answer(Kind.PROGRESS, text, 0, Optional.empty());
    }

    static Answer error(int exitCode, String text) {
        return new Answer(Kind.ERROR, text, exitCode, Optional.empty());
    }

    /** What {@code --json} prints when nobody could be asked: an object, so that a parser is not left with nothing. */
    public static String unknown(int exitCode, String why) {
        return error(exitCode, why).toLine();
    }

    static Answer end(int exitCode) {
        return new Answer(Kind.END, "", exitCode, Optional.empty());
    }

    /** True when nothing follows. */
    public boolean isLast() {
        return kind == Kind.END || kind == Kind.ERROR;
    }

    /** The line as it travels; also what {@code --json} prints. */
    public String toLine() {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kind", Names.lower(kind));
        line.put("exit", exitCode);
        planId.ifPresent(id -> line.put("plan", id));
        if (!text.isEmpty()) {
            line.put("text", text);
        }
        return FlatLine.write(line);
    }

    static Answer parse(String line) throws IOException {
        Map<String, String> values = FlatLine.read(line);
        try {
            return new Answer(
                    Names.parse(Kind.class, values.getOrDefault("kind", "")),
                    values.getOrDefault("text", ""),
                    Integer.parseInt(values.getOrDefault("exit", "1")),
                    Optional.ofNullable(values.get("plan")));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "an answer of the daemon is not understood: " + e.getMessage(), e);
        }
    }
}
