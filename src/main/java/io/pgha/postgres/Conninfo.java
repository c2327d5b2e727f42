package io.pgha.postgres;

import io.pgha.config.Settings;
import io.pgha.config.Settings.Node;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.NodeId;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A libpq connection string that holds no secret: passwords come from the password file it names.
 *
 * @param parameters libpq's keywords and values, unquoted
 */
public record Conninfo(Map<String, String> parameters) {

    public Conninfo {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** To the peer's PostgreSQL with the replication role, as this node. */
    public static Conninfo toPeer(Settings settings) {
        return to(settings.peer(), settings.self().id(), settings.postgres());
    }

    /**
     * To a node's PostgreSQL with the replication role.
     *
     * @param node whose it is
     * @param self under whose name
     * @param postgres role, sslmode and password file
     */
    public static Conninfo to(Node node, NodeId self, PostgresSettings postgres) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("host", node.host());
        parameters.put("port", Integer.toString(node.postgresPort()));
        parameters.put("user", postgres.replicationUser());
        parameters.put("sslmode", postgres.sslMode());
        postgres.passFile().ifPresent(f -> parameters.put("passfile", f.toString()));
        parameters.put("application_name", self.name());
        parameters.put("connect_timeout", "5");
        // A peer that lost power sends nothing, not even a reset: without these the receiver would
        // wait for hours.
        parameters.put("keepalives", "1");
        parameters.put("keepalives_idle", "5");
        parameters.put("keepalives_interval", "2");
        parameters.put("keepalives_count", "3");
        parameters.put("tcp_user_timeout", "10000");
        return new Conninfo(parameters);
    }

    /** The same under another name: a backup must not count as the synchronous standby that bears this node's name. */
    Conninfo as(String applicationName) {
        Map<String, String> changed = new LinkedHashMap<>(parameters);
        changed.put("application_name", applicationName);
        return new Conninfo(changed);
    }

    /** The same to a database of that name, for what is no replication connection. */
    Conninfo in(String database) {
        Map<String, String> changed = new LinkedHashMap<>(parameters);
        changed.put("dbname", database);
        return new Conninfo(changed);
    }

    /** In libpq's form ("Connection Strings"): values in quotes where needed, quotes and backslashes escaped. */
    public String text() {
        return parameters.entrySet().stream()
                .map(e -> e.getKey() + "=" + quote(e.getValue()))
                .collect(Collectors.joining(" "));
    }

    /** Host and port, for messages. */
    String address() {
        return parameters.get("host") + ":" + parameters.get("port");
    }

    private static String quote(String value) {
        if (value.matches("[A-Za-z0-9_./:@%+-]+")) {
            return value;
        }
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
