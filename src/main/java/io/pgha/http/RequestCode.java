package io.pgha.http;

import io.pgha.engine.Request;
import io.pgha.plan.TargetWal;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A {@link Request} as keys of a control line, and back. Every key of a request is always written, so none is guessed. */
final class RequestCode {

    private RequestCode() {}

    static void write(Request request, Map<String, Object> line) {
        if (request instanceof Request.Promote r) {
            line.put("request", "promote");
            line.put("accept_loss", r.acceptLoss());
            line.put("force", r.force());
        } else if (request instanceof Request.Switchover) {
            line.put("request", "switchover");
        } else if (request instanceof Request.Release r) {
            line.put("request", "release");
            r.archive().ifPresent(file -> line.put("archive", file));
        } else if (request instanceof Request.CancelRelease r) {
            line.put("request", "cancel_release");
            line.put("force", r.force());
        } else if (request instanceof Request.Initialize r) {
            line.put("request", "initialize");
            line.put("as", Names.lower(r.as()));
            r.from().ifPresent(file -> line.put("from", file));
            line.put("in_place", r.inPlace());
        } else if (request instanceof Request.Rejoin r) {
            line.put("request", "rejoin");
            line.put("wal", Names.lower(r.wal()));
        } else if (request instanceof Request.GateClose r) {
            line.put("request", "gate_close");
            line.put("why", r.why());
        } else if (request instanceof Request.GateOpen) {
            line.put("request", "gate_open");
        } else if (request instanceof Request.Pause r) {
            line.put("request", "pause");
            line.put("by", r.by());
            line.put("why", r.why());
            line.put("for_ms", r.forMillis());
        } else if (request instanceof Request.Resume r) {
            line.put("request", "resume");
            line.put("by", r.by());
        } else if (request instanceof Request.Standby r) {
            line.put("request", "standby");
            line.put("why", r.why());
        } else if (request instanceof Request.Unstandby) {
            line.put("request", "unstandby");
        } else if (request instanceof Request.Acknowledge r) {
            line.put("request", "acknowledge");
            line.put("by", r.by());
        } else if (request instanceof Request.CheckStart) {
            line.put("request", "check_start");
        } else if (request instanceof Request.CheckAccess) {
            line.put("request", "check_access");
        } else {
            throw new IllegalArgumentException("no code for " + request);
        }
        line.put("dry_run", request.dryRun());
    }

    /** The keys that belong to this request. */
    static Set<String> keys(Request request) {
        Map<String, Object> line = new LinkedHashMap<>();
        write(request, line);
        return line.keySet();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException that names the key that is missing or wrong
     */
    static Request read(Map<String, String> line) {
        boolean dryRun = flag(line, "dry_run");
        String name = line.getOrDefault("request", "");
        return switch (name) {
            case "promote" ->
                new Request.Promote(flag(line, "accept_loss"), flag(line, "force"), dryRun);
            case "switchover" -> new Request.Switchover(dryRun);
            case "release" -> new Request.Release(path(line, "archive"), dryRun);
            case "cancel_release" -> new Request.CancelRelease(flag(line, "force"), dryRun);
            case "initialize" ->
                new Request.Initialize(
                        Names.parse(Request.As.class, line.getOrDefault("as", "")),
                        path(line, "from"),
                        flag(line, "in_place"),
                        dryRun);
            case "rejoin" ->
                new Request.Rejoin(
                        Names.parse(TargetWal.class, line.getOrDefault("wal", "")), dryRun);
            case "gate_close" -> new Request.GateClose(line.getOrDefault("why", ""), dryRun);
            case "gate_open" -> new Request.GateOpen(dryRun);
            case "pause" ->
                new Request.Pause(
                        text(line, "by"), text(line, "why"), number(line, "for_ms"), dryRun);
            case "resume" -> new Request.Resume(text(line, "by"), dryRun);
            case "standby" -> new Request.Standby(text(line, "why"), dryRun);
            case "unstandby" -> new Request.Unstandby(dryRun);
            case "acknowledge" -> new Request.Acknowledge(text(line, "by"), dryRun);
            case "check_start" -> new Request.CheckStart(dryRun);
            case "check_access" -> new Request.CheckAccess(dryRun);
            default -> throw new IllegalArgumentException("there is no request '" + name + "'");
        };
    }

    private static String text(Map<String, String> line, String key) {
        return line.getOrDefault(key, "");
    }

    private static long number(Map<String, String> line, String key) {
        try {
            return Long.parseLong(text(line, key));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("key '" + key + "' must be a whole number", e);
        }
    }

    private static boolean flag(Map<String, String> line, String key) {
        return switch (line.getOrDefault(key, "missing")) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException("key '" + key + "' must be true or false");
        };
    }

    private static Optional<Path> path(Map<String, String> line, String key) {
        return Optional.ofNullable(line.get(key)).map(Path::of);
    }
}
