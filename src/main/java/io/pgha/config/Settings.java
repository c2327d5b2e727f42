package io.pgha.config;

import io.pgha.model.NodeId;
import io.pgha.model.Policy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One configuration file as one node reads it: checked, complete, immutable.
 *
 * @param file where it was read
 * @param digest of every setting that both nodes must share; carried in heartbeats
 * @param self this node
 * @param peer the other node
 * @param policy what the decision core needs
 * @param postgres the local PostgreSQL
 * @param gate the firewall
 * @param link the peer link
 * @param gateways host:port or host (ping) of places that carry no state; empty unless guard is gateway
 * @param http read-only HTTP endpoint; empty when off
 * @param archive the WAL archive; empty when off
 * @param stateDirectory journal and lock; survives a reboot
 * @param runDirectory control socket; need not survive a reboot
 * @param onEvent argv of the event command; empty when none
 * @param onEventTimeout its deadline
 * @param witness where the witness is asked; present with guard witness only
 * @param etcd where etcd is asked; present with guard etcd only
 * @param fence how the peer is switched off; empty when neither node can switch the other off
 * @param pooler the PgBouncers between the clients and the traffic manager; empty when none
 * @param shown every key with its value in force and where that came from, in the order of the table; for {@code pgha
 *     config show}
 */
public record Settings(
        Path file,
        String digest,
        Node self,
        Node peer,
        Policy policy,
        PostgresSettings postgres,
        GateSettings gate,
        LinkSettings link,
        List<String> gateways,
        Optional<HttpSettings> http,
        Optional<ArchiveSettings> archive,
        Path stateDirectory,
        Path runDirectory,
        List<String> onEvent,
        Duration onEventTimeout,
        Optional<WitnessPlace> witness,
        Optional<EtcdPlace> etcd,
        Optional<FenceSettings> fence,
        Optional<PoolerSettings> pooler,
        List<Shown> shown) {

    public Settings {
        gateways = List.copyOf(gateways);
        onEvent = List.copyOf(onEvent);
        shown = List.copyOf(shown);
    }

    /** Settings that were not read from a file, so that no value has an origin; without an arbiter. */
    public Settings(
            Path file,
            String digest,
            Node self,
            Node peer,
            Policy policy,
            PostgresSettings postgres,
            GateSettings gate,
            LinkSettings link,
            List<String> gateways,
            Optional<HttpSettings> http,
            Optional<ArchiveSettings> archive,
            Path stateDirectory,
            Path runDirectory,
            List<String> onEvent,
            Duration onEventTimeout) {
        this(
                file,
                digest,
                self,
                peer,
                policy,
                postgres,
                gate,
                link,
                gateways,
                http,
                archive,
                stateDirectory,
                runDirectory,
                onEvent,
                onEventTimeout,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /**
     * One key as it is in force.
     *
     * @param key its path, "postgres.port"; a key of the nodes block is written with the node's name
     * @param value as it would be written in the file; never a secret
     * @param origin "default", "profile normal" or "file:line"
     */
    public record Shown(String key, String value, String origin) {}

    /** The unix socket on which the daemon takes commands. */
    public Path controlSocket() {
        return controlSocketIn(runDirectory);
    }

    /** What the daemon said when it last refused to start; gone once it has started. One line, for people. */
    public Path refusalFile() {
        return runDirectory.resolve("not-started");
    }

    static Path controlSocketIn(Path runDirectory) {
        return runDirectory.resolve("control.sock");
    }

    /**
     * A node of the pair.
     *
     * @param id its name
     * @param host where clients, probes and replication reach its PostgreSQL
     * @param addresses where its daemon is reached, one link each; never empty
     * @param postgresPort its PostgreSQL's port
     * @param linkPort its daemon's port
     * @param slot name of the physical replication slot that it uses at the other node
     */
    public record Node(
            NodeId id,
            String host,
            List<String> addresses,
            int postgresPort,
            int linkPort,
            String slot) {
        public Node {
            addresses = List.copyOf(addresses);
        }

        /** The source port from which it sees the other node's gate as a client does; that gate exempts all others. */
        public int observerPort() {
            return linkPort > 1 ? linkPort - 1 : linkPort + 1;
        }
    }

    /**
     * The local PostgreSQL, and how to reach the peer's.
     *
     * @param port local port
     * @param socketDirectory directory of the unix socket, for tools that need one; empty: TCP loopback only
     * @param dataDirectory PGDATA
     * @param configDirectory where postgresql.conf and pg_hba.conf live; the data directory unless Debian's split
     * @param bin directory of the PostgreSQL programs
     * @param wrapper argv put before every PostgreSQL program (software collections); usually empty
     * @param control how to start and stop
     * @param unit systemd unit; only with control SYSTEMD
     * @param options extra options for the postmaster with control PG_CTL (pg_ctl -o)
     * @param user role for probes and control (pg_monitor and the functions listed in the README)
     * @param database database to connect to
     * @param replicationUser role for streaming and base backups
     * @param passFile libpq password file, also put into primary_conninfo; empty: none
     * @param sslMode libpq's sslmode for the peer
     * @param slot name of the physical replication slot this node uses at its peer
     * @param maxSlotWalKeepBytes proposed max_slot_wal_keep_size
     */
    public record PostgresSettings(
            int port,
            Optional<Path> socketDirectory,
            Path dataDirectory,
            Path configDirectory,
            Path bin,
            List<String> wrapper,
            Control control,
            Optional<String> unit,
            String options,
            String user,
            String database,
            String replicationUser,
            Optional<Path> passFile,
            String sslMode,
            String slot,
            long maxSlotWalKeepBytes) {
        public PostgresSettings {
            wrapper = List.copyOf(wrapper);
        }
    }

    /** How PostgreSQL is started and stopped. */
    public enum Control {
        PG_CTL,
        SYSTEMD
    }

    /**
     * The gate.
     *
     * @param backend which firewall
     * @param ports what it guards; the PostgreSQL port first
     * @param allow addresses that always pass, beside loopback and the peer's
     * @param name table or chain name, so that several nodes can share a machine
     */
    public record GateSettings(
            Backend backend, List<Integer> ports, List<InetAddress> allow, String name) {
        public GateSettings {
            ports = List.copyOf(ports);
            allow = List.copyOf(allow);
        }
    }

    /** The two firewalls. */
    public enum Backend {
        NFTABLES,
        IPTABLES
    }

    /**
     * The peer link.
     *
     * @param keyFile the pair's key file made by {@code pgha keygen}
     * @param listen addresses to listen on
     * @param port to listen on
     */
    public record LinkSettings(Path keyFile, List<String> listen, int port) {
        public LinkSettings {
            listen = List.copyOf(listen);
        }
    }

    /**
     * Where the witness is asked.
     *
     * @param host name or address
     * @param port its port
     */
    public record WitnessPlace(String host, int port) {}

    /**
     * Where etcd is asked.
     *
     * @param endpoints such as {@code https://192.0.2.3:2379}; never empty
     * @param prefix of the pair's key
     * @param user empty without authentication
     * @param passwordFile its first line is the user's password; present exactly with a user
     * @param caFile certificates that etcd's are signed by; empty: those that this host trusts
     */
    public record EtcdPlace(
            List<String> endpoints,
            String prefix,
            Optional<String> user,
            Optional<Path> passwordFile,
            Optional<Path> caFile) {
        public EtcdPlace {
            endpoints = List.copyOf(endpoints);
        }
    }

    /**
     * Fencing.
     *
     * @param timeout of one attempt, all levels together
     * @param monitorInterval from one look at the devices to the next
     * @param required no takeover on silence without it
     * @param self the devices, level by level, by which the peer switches this node off
     * @param peer the devices by which this node switches the peer off; never empty
     */
    public record FenceSettings(
            Duration timeout,
            Duration monitorInterval,
            boolean required,
            List<List<Path>> self,
            List<List<Path>> peer) {
        public FenceSettings {
            self = List.copyOf(self);
            peer = List.copyOf(peer);
        }
    }

    /**
     * The PgBouncers.
     *
     * @param places their admin consoles; never empty
     * @param user one of their admin_users
     * @param pauseTimeout within which their clients must have come to rest
     */
    public record PoolerSettings(List<PoolerPlace> places, String user, Duration pauseTimeout) {
        public PoolerSettings {
            places = List.copyOf(places);
        }
    }

    /**
     * Where a PgBouncer listens.
     *
     * @param host name or address
     * @param port its port
     */
    public record PoolerPlace(String host, int port) {}

    /**
     * The HTTP endpoint.
     *
     * @param listen address
     * @param port port
     */
    public record HttpSettings(String listen, int port) {}

    /**
     * The WAL archive.
     *
     * @param write where pgha-archive writes; must be mounted
     * @param read where pgha-restore reads
     * @param requireMount refuse when the location is on the root file system
     * @param keep minimum age before a segment may be deleted
     * @param minimumFreeBytes below this, segments younger than {@code keep} may go, if nobody needs them
     * @param maximumBytes stated cap: above it the oldest go even if a standby or slot still needs them; 0: no cap
     */
    public record ArchiveSettings(
            Path write,
            Path read,
            boolean requireMount,
            Duration keep,
            long minimumFreeBytes,
            long maximumBytes) {}
}
