package io.pgha.config;

import static io.pgha.config.Key.perNode;

import io.pgha.config.Settings.Backend;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The keys of gate, link, http and archive, of directories and events, and of the nodes themselves. */
final class PlaceKeys {

    static final Key<String> HOST = new Key<>(
            "host",
            Hosts.host(),
            new Default.Required<>(),
            "Name or address at which clients, probes and replication reach the node's PostgreSQL. This machine is the node"
                    + " whose host or addresses are its own; otherwise type --node.",
            Key.Scope.NODE,
            Key.Effect.RESTART);

    static final Key<List<String>> ADDRESSES = new Key<>(
            "addresses",
            Forms.list(Hosts.host(), 4, Forms.Repeats.REFUSED),
            new Default.Derived<>("the host"),
            "Where the node's daemon is reached, one link for each. A second one over another network keeps the daemons in"
                    + " contact when one network fails.",
            Key.Scope.NODE,
            Key.Effect.RESTART);

    static final Key<Backend> BACKEND = perNode(
            "gate.backend",
            Forms.choice(Backend.class),
            new Default.Fixed<>(Backend.NFTABLES),
            "Firewall that holds the gate. iptables needs ipset as well; choose it where iptables rules are managed already.");

    static final Key<List<Integer>> GATE_PORTS = perNode(
            "gate.ports",
            Forms.list(Forms.port(), 8, Forms.Repeats.REFUSED),
            new Default.Derived<>("postgres.port"),
            "Ports that are closed to clients unless this node is the open primary; PostgreSQL's among them. Name a local"
                    + " pooler here, or clients get in through it.");

    static final Key<List<InetAddress>> ALLOW = perNode(
            "gate.allow",
            Forms.list(Hosts.literal(), 64, Forms.Repeats.REFUSED),
            new Default.Fixed<>(List.of()),
            "Addresses that always pass, beside loopback and the peer's. Writes from there are not fenced: name backup and"
                    + " monitoring hosts only.");

    static final Key<String> GATE_NAME = perNode(
            "gate.name",
            Forms.text(
                    "[a-z][a-z0-9_]{0,14}",
                    "a name: a lower-case letter, then letters, digits, _; at most 15"),
            new Default.Fixed<>("pgha"),
            "Name of the firewall's table, chains and sets. Several nodes on one machine need a name each.");

    static final Key<Path> KEY_FILE = perNode(
            "link.key_file",
            Forms.path(),
            new Default.Fixed<>(Path.of("/etc/pgha/pair.key")),
            "The pair's key file, made once by pgha keygen and copied to the other node. Who can read it can speak as a"
                    + " node.");

    static final Key<List<String>> LINK_LISTEN = perNode(
            "link.listen",
            Forms.list(Hosts.host(), 8, Forms.Repeats.REFUSED),
            new Default.Derived<>("the node's addresses"),
            "Addresses on which the daemon listens for its peer.");

    static final Key<Integer> LINK_PORT = perNode(
            "link.port",
            Forms.port(),
            new Default.Fixed<>(7432),
            "Port of the peer link. Firewalls between the nodes must let it pass in both directions. From the port below it a"
                    + " node looks at the other's gate as a client does, so nothing else may use that one.");

    static final Key<String> HTTP_LISTEN = perNode(
            "http.listen",
            Hosts.host(),
            new Default.Fixed<>("0.0.0.0"),
            "Address of the read-only HTTP endpoint (/primary, /standby, /health, /metrics). The block http turns it on;"
                    + " without the block there is none.");

    static final Key<Integer> HTTP_PORT = perNode(
            "http.port",
            Forms.port(),
            new Default.Fixed<>(7480),
            "Port of the HTTP endpoint. The gate does not cover it, since a traffic manager must reach a closed node too.");

    static final Key<Path> ARCHIVE_WRITE = perNode(
            "archive.write",
            Forms.path(),
            new Default.Required<>(),
            "Where pgha-archive puts WAL, needed when the block archive is there; without the block there is no archive."
                    + " Never inside the data directory.");

    static final Key<Path> ARCHIVE_READ = perNode(
            "archive.read",
            Forms.path(),
            new Default.Derived<>("archive.write"),
            "Where pgha-restore finds WAL; differs from write when the archive is read through a mirror.");

    static final Key<Boolean> REQUIRE_MOUNT = perNode(
            "archive.require_mount",
            Forms.yesOrNo(),
            new Default.Fixed<>(true),
            "Refuse to archive while the location is on the root file system, which is where WAL would land when a mount is"
                    + " missing.");

    static final Key<Duration> KEEP = perNode(
            "archive.keep",
            Forms.time("1h", "3650d"),
            new Default.Fixed<>(Duration.ofDays(7)),
            "Age before a segment may be deleted. One that a standby, a slot or a base backup needs stays longer.");

    static final Key<Long> MINIMUM_FREE = perNode(
            "archive.minimum_free",
            Forms.size(0, 1L << 50),
            new Default.Fixed<>(1L << 30),
            "With less free space than this, segments younger than keep may go, if nobody needs them; 0B turns that off.");

    static final Key<Long> MAXIMUM = perNode(
            "archive.maximum",
            Forms.size(0, 1L << 50),
            new Default.Fixed<>(0L),
            "Cap of the archive; above it the oldest segments go even if a standby still needs them, which must then be"
                    + " rebuilt. 0B is no cap: a full archive stops archiving, and in the end the primary.");

    static final Key<Path> STATE_DIRECTORY = perNode(
            "state_directory",
            Forms.path(),
            new Default.Fixed<>(Path.of("/var/lib/pgha")),
            "Journal, epoch and fail count. It must survive a reboot: without it a node no longer knows whom it voted for."
                    + " pgha-gate.service, which closes the gate at boot, looks in the default: for another, pgha check"
                    + " says what to type.");

    static final Key<Path> RUN_DIRECTORY = perNode(
            "run_directory",
            Forms.path(),
            new Default.Fixed<>(Path.of("/run/pgha")),
            "Control socket, at most 94 bytes long since a socket's path ends at 107. Need not survive a reboot.");

    static final Key<List<String>> ON_EVENT = perNode(
                    "on_event",
                    Forms.list(Forms.text("[^\\p{Cntrl}]*", "text"), 32, Forms.Repeats.ALLOWED),
                    new Default.Fixed<>(List.of()),
                    "Command that gets every event as JSON on its standard input; one list element an argument, no shell. It never"
                            + " delays a failover.")
            .live();

    static final Key<Duration> ON_EVENT_TIMEOUT = perNode(
                    "on_event_timeout",
                    Forms.time("100ms", "1h"),
                    new Default.Fixed<>(Duration.ofSeconds(10)),
                    "The event command is ended after this time. Events wait in line behind a slow one.")
            .live();

    private PlaceKeys() {}

    static List<Key<?>> all() {
        return List.of(
                BACKEND,
                GATE_PORTS,
                ALLOW,
                GATE_NAME,
                KEY_FILE,
                LINK_LISTEN,
                LINK_PORT,
                HTTP_LISTEN,
                HTTP_PORT,
                ARCHIVE_WRITE,
                ARCHIVE_READ,
                REQUIRE_MOUNT,
                KEEP,
                MINIMUM_FREE,
                MAXIMUM,
                STATE_DIRECTORY,
                RUN_DIRECTORY,
                ON_EVENT,
                ON_EVENT_TIMEOUT,
                HOST,
                ADDRESSES,
                FenceKeys.LEVELS);
    }
}
