package io.pgha.setup;

import io.pgha.config.Settings.Control;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.setup.Postmasters.Postmaster;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of the configuration that say where this machine's PostgreSQL is.
 *
 * @param keys by their names in the block postgres, the values as HOCON
 */
record Local(Map<String, String> keys) {

    private static final int USUAL_PORT = 5432;

    Local {
        keys = new LinkedHashMap<>(keys);
    }

    static Local of(Server server) {
        Postmaster found = server.postmaster();
        return of(
                found.port(),
                found.data(),
                server.configFile().resolveSibling(""),
                found.bin(),
                found.unit(),
                Optional.of(found.socketDirectory()));
    }

    /** As a configuration says it. */
    static Local of(PostgresSettings own) {
        return of(
                own.port(),
                own.dataDirectory(),
                own.configDirectory(),
                own.bin(),
                own.control() == Control.SYSTEMD ? own.unit() : Optional.empty(),
                own.socketDirectory());
    }

    private static Local of(
            int port,
            Path data,
            Path files,
            Path bin,
            Optional<String> unit,
            Optional<Path> sockets) {
        Map<String, String> keys = new LinkedHashMap<>();
        if (port != USUAL_PORT) {
            keys.put("port", Integer.toString(port));
        }
        keys.put("data_directory", Answers.quoted(data.toString()));
        if (!files.equals(data)) {
            keys.put("config_directory", Answers.quoted(files.toString()));
        }
        keys.put("bin", Answers.quoted(bin.toString()));
        keys.put("control", unit.isPresent() ? "systemd" : "pg_ctl");
        unit.ifPresent(name -> keys.put("unit", Answers.quoted(name)));
        sockets.ifPresent(d -> keys.put("socket_directory", Answers.quoted(d.toString())));
        return new Local(keys);
    }

    /** One line a key. */
    String lines(String prefix) {
        StringBuilder text = new StringBuilder();
        keys.forEach((key, value) ->
                text.append(prefix).append(key).append(" = ").append(value).append('\n'));
        return text.toString();
    }

    /** What is other here than there, so that this node needs lines of its own; empty when nothing is. */
    Local beside(Local there) {
        Map<String, String> other = new LinkedHashMap<>(keys);
        other.entrySet().removeAll(there.keys().entrySet());
        return new Local(other);
    }
}
