package io.pgha.config;

import io.pgha.config.Settings.Control;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Refuses what contradicts itself within one node. A rule speaks only when all keys that it reads are sound. */
final class NodeRules {

    /** Linux: sun_path has 108 bytes with its terminating zero (unix(7)). */
    private static final int LONGEST_SOCKET = 107;

    private static final Pattern DEBIAN_DATA =
            Pattern.compile("/var/lib/postgresql/(\\d+)/([^/]+)");

    private static final Pattern VERSION_OF_BIN =
            Pattern.compile("/usr/(?:lib/postgresql/|pgsql-)(\\d+)/bin");

    private static final Pattern VERSION_OF_DATA =
            Pattern.compile("/var/lib/(?:postgresql|pgsql)/(\\d+)/.*");

    private final NodePart part;
    private final Values values;
    private final Complaints complaints;

    NodeRules(NodePart part, Complaints complaints) {
        this.part = part;
        this.values = part.values();
        this.complaints = complaints;
    }

    /** Checks one node. */
    void check() {
        control();
        ports();
        gatePorts();
        directories();
        debian();
        versions();
        controlSocket();
        archive();
        new ArbiterRules(values, complaints).check();
    }

    private void control() {
        values.find(PostgresKeys.CONTROL).ifPresent(control -> {
            boolean systemd = control == Control.SYSTEMD;
            if (systemd && !values.isWritten(PostgresKeys.UNIT)) {
                complain(
                        PostgresKeys.UNIT,
                        "is not set, but control = systemd needs it; for example postgresql@15-main (Debian) or"
                                + " postgresql-15 (RHEL)");
            }
            if (!systemd && values.isWritten(PostgresKeys.UNIT)) {
                complain(
                        PostgresKeys.UNIT,
                        "is used with control = systemd only, and control is pg_ctl");
            }
            if (systemd && !values.find(PostgresKeys.OPTIONS).orElse("").isEmpty()) {
                complain(
                        PostgresKeys.OPTIONS,
                        "is used with control = pg_ctl only; with systemd the unit says how PostgreSQL is started");
            }
        });
    }

    private void ports() {
        Map<Integer, String> taken = new LinkedHashMap<>();
        for (Key<Integer> key :
                List.of(PostgresKeys.PORT, PlaceKeys.LINK_PORT, PlaceKeys.HTTP_PORT)) {
            if (values.isOn(key)) {
                values.find(key).ifPresent(port -> {
                    Optional<String> other =
                            Optional.ofNullable(taken.putIfAbsent(port, key.path()));
                    other.ifPresent(name -> complain(
                            key, port + " is the port of " + name + " too; each needs its own"));
                });
            }
        }
    }

    private void gatePorts() {
        part.gatePorts().ifPresent(ports -> {
            values.find(PostgresKeys.PORT)
                    .filter(port -> !ports.contains(port))
                    .ifPresent(port -> complain(
                            PlaceKeys.GATE_PORTS,
                            ports + " does not contain postgres.port " + port
                                    + ": clients could always get in"));
            if (values.isWritten(PlaceKeys.GATE_PORTS)) {
                reachable(PlaceKeys.LINK_PORT, ports);
                reachable(PlaceKeys.HTTP_PORT, ports);
            }
        });
    }

    private void reachable(Key<Integer> key, List<Integer> gated) {
        values.find(key)
                .filter(port -> values.isOn(key) && gated.contains(port))
                .filter(port -> !values.find(PostgresKeys.PORT).equals(Optional.of(port)))
                .ifPresent(port -> complain(
                        PlaceKeys.GATE_PORTS,
                        "contains " + key.path() + " " + port
                                + ", which must be reachable while the gate is closed"));
    }

    private void directories() {
        Optional<Path> data = values.find(PostgresKeys.DATA_DIRECTORY);
        for (Key<Path> key : List.of(
                PlaceKeys.STATE_DIRECTORY,
                PlaceKeys.RUN_DIRECTORY,
                PlaceKeys.KEY_FILE,
                PostgresKeys.PASS_FILE,
                PlaceKeys.ARCHIVE_WRITE)) {
            Optional<Path> path = values.find(key);
            if (values.isOn(key) && data.isPresent() && path.isPresent()) {
                notWithin(key, path.get(), data.get());
            }
        }
        Optional<Path> state = values.find(PlaceKeys.STATE_DIRECTORY);
        if (state.isPresent() && state.equals(values.find(PlaceKeys.RUN_DIRECTORY))) {
            complain(
                    PlaceKeys.RUN_DIRECTORY,
                    "is the state_directory too; it may be emptied at boot, and the state must not be");
        }
    }

    private void notWithin(Key<Path> key, Path path, Path data) {
        if (path.startsWith(data)) {
            complain(
                    key,
                    path + " lies in postgres.data_directory " + data
                            + ", which is replaced as a whole when the node is" + " rebuilt");
        } else if (data.startsWith(path)) {
            complain(
                    key,
                    path + " contains postgres.data_directory " + data
                            + "; name a directory of its own");
        }
    }

    /** Debian's pg_createcluster puts the settings into /etc/postgresql/VERSION/NAME, not into the data directory. */
    private void debian() {
        if (values.isWritten(PostgresKeys.CONFIG_DIRECTORY)) {
            return;
        }
        values.find(PostgresKeys.DATA_DIRECTORY).ifPresent(data -> {
            Matcher m = DEBIAN_DATA.matcher(data.toString());
            if (m.matches()) {
                complain(
                        PostgresKeys.CONFIG_DIRECTORY,
                        "is not set, but " + data
                                + " is a Debian cluster, whose postgresql.conf lies elsewhere: write"
                                + " config_directory = \"/etc/postgresql/" + m.group(1) + "/"
                                + m.group(2)
                                + "\", or the data directory again if it really holds postgresql.conf");
            }
        });
    }

    private void versions() {
        Optional<String> bin =
                values.find(PostgresKeys.BIN).flatMap(p -> version(VERSION_OF_BIN, p));
        Optional<String> data =
                values.find(PostgresKeys.DATA_DIRECTORY).flatMap(p -> version(VERSION_OF_DATA, p));
        if (bin.isPresent() && data.isPresent() && !bin.equals(data)) {
            complain(
                    PostgresKeys.BIN,
                    "holds programs of version " + bin.get()
                            + ", but postgres.data_directory is of version " + data.get());
        }
    }

    private static Optional<String> version(Pattern pattern, Path path) {
        Matcher m = pattern.matcher(path.toString());
        return m.matches() ? Optional.ofNullable(m.group(1)) : Optional.empty();
    }

    private void controlSocket() {
        values.find(PlaceKeys.RUN_DIRECTORY).ifPresent(run -> {
            int length =
                    run.resolve("control.sock").toString().getBytes(StandardCharsets.UTF_8).length;
            if (length > LONGEST_SOCKET) {
                complain(
                        PlaceKeys.RUN_DIRECTORY,
                        "is too long: the control socket's path would have " + length
                                + " bytes, and " + LONGEST_SOCKET
                                + " is the most that Linux takes");
            }
        });
    }

    private void archive() {
        long least = 160L << 20;
        values.find(PlaceKeys.MAXIMUM)
                .filter(cap -> values.isOn(PlaceKeys.MAXIMUM) && cap > 0 && cap < least)
                .ifPresent(cap -> complain(
                        PlaceKeys.MAXIMUM,
                        Quantity.text(cap)
                                + " would hold hardly a segment; write 0B for no cap, or at least "
                                + Quantity.text(least)));
    }

    private void complain(Key<?> key, String message) {
        complaints.add(values.line(key), values.pathOf(key), message);
    }
}
