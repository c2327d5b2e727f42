package io.pgha.http;

import io.pgha.engine.Request;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One question to the daemon on the control socket: the only line a client sends.
 *
 * <p>Unknown keys are refused, not skipped: a newer client's {@code dry_run} must never be lost on an older daemon.
 *
 * @param command what is asked
 * @param form how the answer is to be written
 * @param count EVENTS: how many; WATCH: milliseconds between two pages
 * @param plan FOLLOW: the workflow; otherwise empty
 * @param request ASK: the request
 * @param limit ASK: how long the engine may take to accept or refuse
 */
public record Call(
        Command command,
        Form form,
        int count,
        Optional<String> plan,
        Optional<Request> request,
        Duration limit) {

    /** Version of this protocol; client and daemon come from one package, so there is no skew to tolerate. */
    public static final int PROTOCOL = 1;

    /** What can be asked. */
    public enum Command {
        STATUS,
        WATCH,
        IS_PRIMARY,
        GATE_STATUS,
        EVENTS,
        FOLLOW_EVENTS,
        EXPLAIN,
        FOLLOW,
        ASK
    }

    /** How answers are written. */
    public enum Form {
        TEXT,
        /** Text with ANSI colours. */
        COLOR,
        JSON
    }

    /** A look: nothing but the command and the form. */
    public static Call look(Command command, Form form) {
        return new Call(
                command, form, 0, Optional.empty(), Optional.empty(), Duration.ofSeconds(5));
    }

    /** The newest events, {@code last} of them; with {@code follow} then each new one as it comes. */
    public static Call events(int last, boolean follow, Form form) {
        Command command = follow ? Command.FOLLOW_EVENTS : Command.EVENTS;
        return new Call(
                command, form, last, Optional.empty(), Optional.empty(), Duration.ofSeconds(5));
    }

    /** The status page again and again. */
    public static Call watch(Duration every, Form form) {
        return new Call(
                Command.WATCH,
                form,
                (int) every.toMillis(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(5));
    }

    /** A workflow's progress until it ends. */
    public static Call follow(String plan) {
        return new Call(
                Command.FOLLOW,
                Form.TEXT,
                0,
                Optional.of(plan),
                Optional.empty(),
                Duration.ofSeconds(5));
    }

    /** A request to the engine. */
    public static Call ask(Request request, Duration limit) {
        return new Call(Command.ASK, Form.TEXT, 0, Optional.empty(), Optional.of(request), limit);
    }

    /** True when carrying it out changes something. */
    boolean isChanging() {
        return request.isPresent() && !request.get().dryRun();
    }

    String toLine() {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("protocol", PROTOCOL);
        line.put("command", Names.lower(command));
        line.put("form", Names.lower(form));
        if (count != 0) {
            line.put("count", count);
        }
        plan.ifPresent(id -> line.put("plan", id));
        request.ifPresent(r -> {
            line.put("limit_ms", limit.toMillis());
            RequestCode.write(r, line);
        });
        return FlatLine.write(line);
    }

    /**
     * Reads a client's line.
     *
     * @throws IOException that says what is wrong with it
     */
    static Call parse(String line) throws IOException {
        Map<String, String> values = FlatLine.read(line);
        String protocol = values.getOrDefault("protocol", "none");
        if (!protocol.equals(Integer.toString(PROTOCOL))) {
            throw new IOException("the client speaks control protocol " + protocol
                    + " and this daemon " + PROTOCOL
                    + ": they come from different versions of pgha. Restart the daemon after an upgrade:"
                    + " systemctl restart pgha (clients keep their connections)");
        }
        try {
            Command command = Names.parse(Command.class, values.getOrDefault("command", ""));
            Optional<Request> request = command == Command.ASK
                    ? Optional.of(RequestCode.read(values))
                    : Optional.empty();
            Set<String> known = new LinkedHashSet<>(
                    Set.of("protocol", "command", "form", "count", "plan", "limit_ms"));
            request.ifPresent(r -> known.addAll(RequestCode.keys(r)));
            for (String key : values.keySet()) {
                if (!known.contains(key)) {
                    throw new IOException("key '" + key + "' is not known to command " + command);
                }
            }
            return new Call(
                    command,
                    Names.parse(Form.class, values.getOrDefault("form", "text")),
                    Integer.parseInt(values.getOrDefault("count", "0")),
                    Optional.ofNullable(values.get("plan")),
                    request,
                    Duration.ofMillis(Long.parseLong(values.getOrDefault("limit_ms", "5000"))));
        } catch (IllegalArgumentException e) {
            throw new IOException("the request is not understood: " + e.getMessage(), e);
        }
    }
}
