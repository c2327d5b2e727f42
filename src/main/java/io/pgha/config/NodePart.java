package io.pgha.config;

import io.pgha.config.Settings.ArchiveSettings;
import io.pgha.config.Settings.EtcdPlace;
import io.pgha.config.Settings.FenceSettings;
import io.pgha.config.Settings.GateSettings;
import io.pgha.config.Settings.HttpSettings;
import io.pgha.config.Settings.LinkSettings;
import io.pgha.config.Settings.Node;
import io.pgha.config.Settings.PoolerPlace;
import io.pgha.config.Settings.PoolerSettings;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.config.Settings.WitnessPlace;
import io.pgha.model.Guard;
import io.pgha.model.NodeId;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One node's part of the settings, with the defaults that follow from other keys. */
final class NodePart {

    private static final int POOLER_PORT = 6432;

    private final Values values;

    NodePart(Values values) {
        this.values = values;
    }

    Values values() {
        return values;
    }

    String name() {
        return values.node();
    }

    /** A value that another one stands in for when it is not written; empty when what is written does not fit. */
    private <T> Optional<T> orFrom(Key<T> key, Optional<T> other) {
        return values.isWritten(key) ? values.find(key) : other;
    }

    Optional<List<String>> addresses() {
        return orFrom(PlaceKeys.ADDRESSES, values.find(PlaceKeys.HOST).map(List::of));
    }

    Optional<List<String>> listen() {
        return orFrom(PlaceKeys.LINK_LISTEN, addresses());
    }

    /** What the gate guards, PostgreSQL's port first. */
    Optional<List<Integer>> gatePorts() {
        Optional<Integer> port = values.find(PostgresKeys.PORT);
        Optional<List<Integer>> ports = orFrom(PlaceKeys.GATE_PORTS, port.map(List::of));
        return port.flatMap(first -> ports.map(all -> all.contains(first)
                ? Stream.concat(Stream.of(first), all.stream().filter(p -> !p.equals(first)))
                        .toList()
                : all));
    }

    Optional<Path> configDirectory() {
        return orFrom(PostgresKeys.CONFIG_DIRECTORY, values.find(PostgresKeys.DATA_DIRECTORY));
    }

    Optional<Path> archiveRead() {
        return orFrom(PlaceKeys.ARCHIVE_READ, values.find(PlaceKeys.ARCHIVE_WRITE));
    }

    /** How this node is reached; only after the checks had no complaint, as all that follow. */
    Node node() {
        return new Node(
                new NodeId(name()),
                values.get(PlaceKeys.HOST),
                addresses().orElseThrow(),
                values.get(PostgresKeys.PORT),
                values.get(PlaceKeys.LINK_PORT),
                values.get(PostgresKeys.SLOT));
    }

    PostgresSettings postgres() {
        return new PostgresSettings(
                values.get(PostgresKeys.PORT),
                values.find(PostgresKeys.SOCKET_DIRECTORY),
                values.get(PostgresKeys.DATA_DIRECTORY),
                configDirectory().orElseThrow(),
                values.get(PostgresKeys.BIN),
                values.get(PostgresKeys.WRAPPER),
                values.get(PostgresKeys.CONTROL),
                values.find(PostgresKeys.UNIT),
                values.get(PostgresKeys.OPTIONS),
                values.get(PostgresKeys.USER),
                values.get(PostgresKeys.DATABASE),
                values.get(PostgresKeys.REPLICATION_USER),
                values.find(PostgresKeys.PASS_FILE),
                values.get(PostgresKeys.SSL_MODE),
                values.get(PostgresKeys.SLOT),
                values.get(PostgresKeys.MAX_SLOT_WAL_KEEP_SIZE));
    }

    GateSettings gate() {
        return new GateSettings(
                values.get(PlaceKeys.BACKEND),
                gatePorts().orElseThrow(),
                values.get(PlaceKeys.ALLOW),
                values.get(PlaceKeys.GATE_NAME));
    }

    LinkSettings link() {
        return new LinkSettings(
                values.get(PlaceKeys.KEY_FILE),
                listen().orElseThrow(),
                values.get(PlaceKeys.LINK_PORT));
    }

    Optional<WitnessPlace> witness() {
        return values.get(TimingKeys.GUARD) == Guard.WITNESS
                ? Optional.of(new WitnessPlace(
                        values.get(ArbiterKeys.WITNESS_HOST), values.get(ArbiterKeys.WITNESS_PORT)))
                : Optional.empty();
    }

    Optional<EtcdPlace> etcd() {
        return values.get(TimingKeys.GUARD) == Guard.ETCD
                ? Optional.of(new EtcdPlace(
                        values.get(ArbiterKeys.ENDPOINTS),
                        values.get(ArbiterKeys.PREFIX),
                        values.find(ArbiterKeys.USER),
                        values.find(ArbiterKeys.PASSWORD_FILE),
                        values.find(ArbiterKeys.CA_FILE)))
                : Optional.empty();
    }

    /** How this node is switched off; empty when nobody can. */
    List<List<Path>> fenceLevels() {
        return values.find(FenceKeys.LEVELS).orElse(List.of());
    }

    /** How the peer is switched off; empty when neither node can switch the other off. */
    Optional<FenceSettings> fence(NodePart peer) {
        return peer.fenceLevels().isEmpty()
                ? Optional.empty()
                : Optional.of(new FenceSettings(
                        values.get(FenceKeys.TIMEOUT),
                        values.get(FenceKeys.MONITOR_INTERVAL),
                        values.get(FenceKeys.REQUIRED),
                        fenceLevels(),
                        peer.fenceLevels()));
    }

    /** Empty when no PgBouncer is named. */
    Optional<PoolerSettings> pooler() {
        List<PoolerPlace> places = values.get(PoolerKeys.HOSTS).stream()
                .map(p -> new PoolerPlace(Hosts.placeHost(p), Hosts.placePort(p, POOLER_PORT)))
                .toList();
        return places.isEmpty()
                ? Optional.empty()
                : Optional.of(new PoolerSettings(
                        places, values.get(PoolerKeys.USER), values.get(PoolerKeys.PAUSE_TIMEOUT)));
    }

    Optional<HttpSettings> http() {
        if (!values.isOn(PlaceKeys.HTTP_PORT)) {
            return Optional.empty();
        }
        return Optional.of(new HttpSettings(
                values.get(PlaceKeys.HTTP_LISTEN), values.get(PlaceKeys.HTTP_PORT)));
    }

    Optional<ArchiveSettings> archive() {
        if (!values.isOn(PlaceKeys.ARCHIVE_WRITE)) {
            return Optional.empty();
        }
        return Optional.of(new ArchiveSettings(
                values.get(PlaceKeys.ARCHIVE_WRITE),
                archiveRead().orElseThrow(),
                values.get(PlaceKeys.REQUIRE_MOUNT),
                values.get(PlaceKeys.KEEP),
                values.get(PlaceKeys.MINIMUM_FREE),
                values.get(PlaceKeys.MAXIMUM)));
    }

    /** The text of a key's value in force, with what follows from other keys filled in; empty when it has none. */
    <T> Optional<String> text(Key<T> key) {
        if (key.equals(PlaceKeys.ADDRESSES)) {
            return addresses().map(PlaceKeys.ADDRESSES.form()::write);
        }
        if (key.equals(PlaceKeys.LINK_LISTEN)) {
            return listen().map(PlaceKeys.LINK_LISTEN.form()::write);
        }
        if (key.equals(PlaceKeys.GATE_PORTS)) {
            return gatePorts().map(PlaceKeys.GATE_PORTS.form()::write);
        }
        if (key.equals(PostgresKeys.CONFIG_DIRECTORY)) {
            return configDirectory().map(PostgresKeys.CONFIG_DIRECTORY.form()::write);
        }
        if (key.equals(PlaceKeys.ARCHIVE_READ)) {
            return archiveRead().map(PlaceKeys.ARCHIVE_READ.form()::write);
        }
        return values.find(key).map(key.form()::write);
    }
}
