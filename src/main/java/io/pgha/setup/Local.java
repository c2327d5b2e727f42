package io.pgha.setup;

import io.pgha.config.Settings.Control;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.setup.Postmasters.Postmaster;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

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
        Path files = server.configFile().resolveSibling("");
        Map<String, String> keys = new LinkedHashMap<>();
        if (found.port() != USUAL_PORT) {
            keys.put("port", Integer.toString(found.port()));
        }
        keys.put("data_directory", Answers.quoted(found.data().toString()));
        if (!files.equals(found.data())) {
            keys.put("config_directory", Answers.quoted(files.toString()));
        }
        keys.put("bin", Answers.quoted(found.bin().toString()));
        keys.put("control", found.unit().isPresent() ? "systemd" : "pg_ctl");
        found.unit().ifPresent(unit -> keys.put("unit", Answers.quoted(unit)));
        keys.put("socket_directory", Answers.quoted(found.socketDirectory().toString()));
        return new Local(keys);
    }

    /** As a configuration says it. */
    static Local of(PostgresSettings own) {
        Map<String, String> keys = new LinkedHashMap<>();
        if (own.port() != USUAL_PORT) {
            keys.put("port", Integer.toString(own.port()));
        }
        keys.put("data_directory", Answers.quoted(own.dataDirectory().toString()));
        if (!own.configDirectory().equals(own.dataDirectory())) {
            keys.put("config_directory", Answers.quoted(own.configDirectory().toString()));
        }
        keys.put("bin", Answers.quoted(own.bin().toString()));
        keys.put("control", own.control() == Control.SYSTEMD ? "systemd" : "pg_ctl");
        own.unit().ifPresent(unit -> keys.put("unit", Answers.quoted(unit)));
        own.socketDirectory()
                .ifPresent(d -> keys.put("socket_directory", Answers.quoted(d.toString())));
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
