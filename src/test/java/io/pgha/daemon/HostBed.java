package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.config.SettingsFile;
import io.pgha.engine.Clock;
import io.pgha.model.ArbiterView;
import io.pgha.model.NodeId;
import io.pgha.model.PeerView;
import io.pgha.network.Gates;
import io.pgha.network.Gateways;
import io.pgha.network.Observer;
import io.pgha.postgres.DataDirectory;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.PortProber;
import io.pgha.postgres.PostgresControl;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;

/** A node's sensors and walls over a data directory, a port and a control of the test's. */
final class HostBed implements AutoCloseable {

    static final Duration LIMIT = Duration.ofSeconds(20);

    private final Settings settings;
    private final Clock clock;
    private final GateKeeper gate;
    private final HostSensors.Walls walls;

    HostBed(Path data, int port, PostgresControl control, Clock clock) throws Exception {
        this.clock = clock;
        settings = settings(data, port);
        gate = new GateKeeper(Gates.of(settings), clock, () -> {});
        walls = new HostSensors.Walls(
                new LocalPostgres(settings.postgres(), LIMIT, clock::now),
                control,
                new DataDirectory(data),
                new PortProber(settings.postgres(), LIMIT, clock::now),
                new Observer(settings.self().observerPort(), LIMIT, clock::now),
                new Gateways(List.of(), LIMIT, Executors.newCachedThreadPool()));
    }

    static Settings settings(Path data, int port) throws Exception {
        return SettingsFile.parse(
                data.resolve("pgha.conf"),
                """
                        guard = failcount
                        postgres { data_directory = "%s", bin = "/srv/pg/bin", port = %d }
                        nodes { node1 { host = "192.0.2.11" }, node2 { host = "192.0.2.12" } }
                        """.formatted(data, port),
                Optional.of(new NodeId("node1")));
    }

    Settings settings() {
        return settings;
    }

    HostSensors.Walls walls() {
        return walls;
    }

    GateKeeper gate() {
        return gate;
    }

    HostSensors sensors() {
        return new HostSensors(
                settings,
                "incarnation",
                "boot",
                clock,
                () -> {},
                walls,
                gate,
                () -> new PeerView(
                        Optional.empty(), Optional.empty(), Optional.empty(), List.of(), ""),
                () -> ArbiterView.NONE,
                Optional::empty);
    }

    @Override
    public void close() throws SQLException {
        walls.postgres().close();
        gate.close();
    }
}
