package io.pgha.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.config.Settings.ArchiveSettings;
import io.pgha.config.Settings.Backend;
import io.pgha.config.Settings.Control;
import io.pgha.config.Settings.GateSettings;
import io.pgha.config.Settings.HttpSettings;
import io.pgha.config.Settings.LinkSettings;
import io.pgha.config.Settings.Node;
import io.pgha.config.Settings.PoolerPlace;
import io.pgha.config.Settings.PoolerSettings;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.CrashPolicy;
import io.pgha.model.Guard;
import io.pgha.model.NodeId;
import io.pgha.model.Policy;
import io.pgha.model.Policy.OnCleanStop;
import io.pgha.model.SyncPolicy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

class SettingsFileTest {

    @TempDir
    Path directory;

    @Test
    void theLeastFileGivesTheDefaults() throws InvalidConfiguration {
        Written written = Written.with(directory);

        Settings settings = written.load();

        Path data = Path.of("/srv/pg/data");
        assertEquals(written.file(), settings.file());
        assertEquals(node("node1", "192.0.2.11"), settings.self());
        assertEquals(node("node2", "192.0.2.12"), settings.peer());
        assertEquals(
                new PostgresSettings(
                        5432,
                        Optional.empty(),
                        data,
                        data,
                        Path.of("/srv/pg/bin"),
                        List.of(),
                        Control.PG_CTL,
                        Optional.empty(),
                        "",
                        "pgha",
                        "postgres",
                        "replicator",
                        Optional.empty(),
                        "prefer",
                        "pgha",
                        10L << 30),
                settings.postgres());
        assertEquals(
                new GateSettings(Backend.NFTABLES, List.of(5432), List.of(), "pgha"),
                settings.gate());
        assertEquals(
                new LinkSettings(Path.of("/etc/pgha/pair.key"), List.of("192.0.2.11"), 7432),
                settings.link());
        assertEquals(List.of(), settings.gateways());
        assertEquals(Optional.empty(), settings.http());
        assertEquals(Optional.empty(), settings.archive());
        assertEquals(Path.of("/var/lib/pgha"), settings.stateDirectory());
        assertEquals(Path.of("/run/pgha/control.sock"), settings.controlSocket());
        assertEquals(List.of(), settings.onEvent());
        assertEquals(Duration.ofSeconds(10), settings.onEventTimeout());
    }

    @Test
    void theDefaultPolicyIsThatOfProfileNormal() throws InvalidConfiguration {
        Policy expected = new Policy(
                        "normal",
                        Guard.FAILCOUNT,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        4,
                        Duration.ofMillis(500),
                        Duration.ofMillis(1500),
                        Duration.ofMillis(500),
                        Duration.ofMillis(300),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(30),
                        OnCleanStop.FAILOVER,
                        Duration.ofSeconds(15),
                        16L << 20,
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(15),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(10),
                        3,
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(3),
                        Duration.ofMillis(300),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(1),
                        Duration.ofHours(1))
                .withSync(new SyncPolicy(SyncPolicy.Mode.OFF, Duration.ofSeconds(11)))
                .withCrash(new CrashPolicy(CrashPolicy.Mode.FAILOVER, Duration.ofSeconds(10), 3));

        assertEquals(expected, Written.with(directory).load().policy());
    }

    @Test
    void everyPolicyKeyReachesItsPlace() throws InvalidConfiguration {
        Policy policy = Written.with(
                        directory,
                        "guard = gateway, gateways = [\"198.51.100.1\", \"gtm.example.com:443\", \"[2001:db8::1]:80\"]",
                        "profile = wan",
                        "sync = strict, sync_timeout = 45s",
                        "wal_rescue_timeout = 25s, rejoin = manual",
                        "on_crash = restart_then_failover, restart_budget = 45s",
                        "interval = 2s, probe_timeout = 1500ms, max_primary_failcount = 7",
                        "heartbeat = 700ms, fence_after = 4s, gateway_timeout = 800ms, close_timeout = 200ms",
                        "stream_timeout = 6s, boot_peer_wait = 40s, on_clean_stop = hold",
                        "clean_stop_grace = 20s, maximum_lag_on_failover = 32MB, promote_timeout = 90s",
                        "start_timeout = 100s, stop_timeout = 50s, ladder_timeout = 2s, cede_validity = 11s",
                        "restart_attempts = 2, workflow_timeout = 2h",
                        "failover_block = 7m, lease = 4s, lease_margin = 400ms, handover_lease = 20s, claim_timeout = 2m")
                .load()
                .policy();

        assertEquals(
                new Policy(
                                "wan, changed",
                                Guard.GATEWAY,
                                Duration.ofSeconds(2),
                                Duration.ofMillis(1500),
                                7,
                                Duration.ofMillis(700),
                                Duration.ofSeconds(4),
                                Duration.ofMillis(800),
                                Duration.ofMillis(200),
                                Duration.ofSeconds(6),
                                Duration.ofSeconds(40),
                                OnCleanStop.HOLD,
                                Duration.ofSeconds(20),
                                32L << 20,
                                Duration.ofSeconds(90),
                                Duration.ofSeconds(100),
                                Duration.ofSeconds(50),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(11),
                                2,
                                Duration.ofMinutes(7),
                                Duration.ofSeconds(4),
                                Duration.ofMillis(400),
                                Duration.ofSeconds(20),
                                Duration.ofMinutes(2),
                                Duration.ofHours(2))
                        .withSync(new SyncPolicy(SyncPolicy.Mode.STRICT, Duration.ofSeconds(45)))
                        .withWalRescueTimeout(Duration.ofSeconds(25))
                        .withRejoining(Policy.Rejoining.MANUAL)
                        .withCrash(new CrashPolicy(
                                CrashPolicy.Mode.RESTART_THEN_FAILOVER, Duration.ofSeconds(45), 2)),
                policy);
    }

    @Test
    void everyPlaceKeyReachesItsPlaceAndANodesBlockWins()
            throws InvalidConfiguration, UnknownHostException {
        Settings settings = Written.with(
                        directory,
                        "postgres { port = 5433, config_directory = \"/etc/pg\", wrapper = [scl, enable, pg, \"--\"]",
                        "  control = systemd, unit = \"postgresql@15-main\", socket_directory = /run/postgresql",
                        "  user = prober, database = app, replication_user = repl, pass_file = /srv/pass",
                        "  ssl_mode = verify-full, slot = slot_1, max_slot_wal_keep_size = 2GB }",
                        "gate { backend = iptables, ports = [6432, 5433], allow = [\"198.51.100.9\"], name = lab1 }",
                        "link { key_file = /srv/key, listen = [\"0.0.0.0\"], port = 7000 }",
                        "http { listen = \"192.0.2.11\", port = 8080 }",
                        "archive { write = /srv/w, read = /srv/r, require_mount = off, keep = 3d",
                        "  minimum_free = 5GB, maximum = 100GB }",
                        "state_directory = /srv/state, run_directory = /srv/run",
                        "on_event = [/bin/logger, -t, pgha], on_event_timeout = 3s",
                        "nodes.node1 { addresses = [\"192.0.2.11\", \"198.51.100.11\"], postgres.bin = /opt/bin }",
                        "nodes.node2 { postgres.port = 5434, gate.ports = [5434], link.port = 7001 }")
                .load();

        assertEquals(
                new Node(
                        new NodeId("node1"),
                        "192.0.2.11",
                        List.of("192.0.2.11", "198.51.100.11"),
                        5433,
                        7000,
                        "slot_1"),
                settings.self());
        assertEquals(
                new Node(
                        new NodeId("node2"),
                        "192.0.2.12",
                        List.of("192.0.2.12"),
                        5434,
                        7001,
                        "slot_1"),
                settings.peer());
        assertEquals(
                new PostgresSettings(
                        5433,
                        Optional.of(Path.of("/run/postgresql")),
                        Path.of("/srv/pg/data"),
                        Path.of("/etc/pg"),
                        Path.of("/opt/bin"),
                        List.of("scl", "enable", "pg", "--"),
                        Control.SYSTEMD,
                        Optional.of("postgresql@15-main"),
                        "",
                        "prober",
                        "app",
                        "repl",
                        Optional.of(Path.of("/srv/pass")),
                        "verify-full",
                        "slot_1",
                        2L << 30),
                settings.postgres());
        assertEquals(
                new GateSettings(
                        Backend.IPTABLES,
                        List.of(5433, 6432),
                        List.of(InetAddress.getByName("198.51.100.9")),
                        "lab1"),
                settings.gate());
        assertEquals(
                new LinkSettings(Path.of("/srv/key"), List.of("0.0.0.0"), 7000), settings.link());
        assertEquals(Optional.of(new HttpSettings("192.0.2.11", 8080)), settings.http());
        assertEquals(
                Optional.of(new ArchiveSettings(
                        Path.of("/srv/w"),
                        Path.of("/srv/r"),
                        false,
                        Duration.ofDays(3),
                        5L << 30,
                        100L << 30)),
                settings.archive());
        assertEquals(Path.of("/srv/state"), settings.stateDirectory());
        assertEquals(Path.of("/srv/run"), settings.runDirectory());
        assertEquals(List.of("/bin/logger", "-t", "pgha"), settings.onEvent());
        assertEquals(Duration.ofSeconds(3), settings.onEventTimeout());
    }

    @Test
    void optionsForTheServerAreOneText() throws InvalidConfiguration {
        Settings settings = Written.with(directory, "postgres.options = \"-c work_mem=8MB\"")
                .load();

        assertEquals("-c work_mem=8MB", settings.postgres().options());
    }

    @Test
    void anEmptyHttpBlockTurnsItOn() throws InvalidConfiguration {
        Settings settings = Written.with(directory, "nodes.node1.http {}").load();

        assertEquals(Optional.of(new HttpSettings("0.0.0.0", 7480)), settings.http());
        assertEquals(
                Optional.empty(),
                Written.with(directory, "nodes.node2.http {}").load().http());
    }

    @Test
    void pgBouncersAreNamedWithOrWithoutTheirPort() throws InvalidConfiguration {
        Settings settings = Written.with(
                        directory,
                        "pgbouncer { hosts = [\"198.51.100.7\", \"[2001:db8::7]:6433\"], user = boss",
                        "  pause_timeout = 2s }")
                .load();

        assertEquals(
                Optional.of(new PoolerSettings(
                        List.of(
                                new PoolerPlace("198.51.100.7", 6432),
                                new PoolerPlace("2001:db8::7", 6433)),
                        "boss",
                        Duration.ofSeconds(2))),
                settings.pooler());
        assertEquals(Duration.ofSeconds(2), settings.policy().pauseTimeout());
        assertEquals(Optional.empty(), Written.with(directory).load().pooler());
    }

    @Test
    void eachProfileKeepsItsPromise() throws InvalidConfiguration {
        assertTakesOver("fast", Duration.ofSeconds(2));
        assertTakesOver("normal", Duration.ofSeconds(5));
        assertTakesOver("wan", Duration.ofSeconds(18));
    }

    private void assertTakesOver(String profile, Duration latest) throws InvalidConfiguration {
        Policy p = Written.with(
                        directory,
                        "guard = gateway, gateways = [\"198.51.100.1\"]",
                        "profile = " + profile)
                .load()
                .policy();

        assertEquals(profile, p.profile());
        assertEquals(latest, p.latestTakeover());
        assertTrue(p.latestFence().compareTo(p.earliestTakeover()) < 0, "fenced before taken over");
        assertTrue(
                p.streamTimeout().compareTo(p.earliestTakeover()) <= 0,
                "the stream is never what is waited for");
    }

    private static Node node(String name, String host) {
        return new Node(new NodeId(name), host, List.of(host), 5432, 7432, "pgha");
    }
}
