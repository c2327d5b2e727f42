package io.pgha.config;

import static io.pgha.config.Key.shared;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The keys of the witness's own file; {@code config/witness.conf} lists exactly these. */
final class WitnessKeys {

    static final int PORT_NUMBER = 7433;

    static final Key<List<Path>> PAIRS = shared(
            "pairs",
            Forms.list(Forms.path(), 256, Forms.Repeats.REFUSED),
            new Default.Required<>(),
            "Key files of the pairs that this witness serves, each made by pgha keygen --for-witness on a node. A register"
                    + " belongs to the file's name: do not rename one.");

    static final Key<String> LISTEN = shared(
            "listen",
            Hosts.host(),
            new Default.Fixed<>("0.0.0.0"),
            "Address on which the nodes ask. :: takes IPv6 and IPv4.");

    static final Key<Integer> PORT = shared(
            "port",
            Forms.port(),
            new Default.Fixed<>(PORT_NUMBER),
            "Port on which the nodes ask: witness.port in their pgha.conf. Firewalls must let it pass from both nodes.");

    static final Key<Path> STATE_DIRECTORY = shared(
            "state_directory",
            Forms.path(),
            new Default.Fixed<>(Path.of("/var/lib/pgha-witness")),
            "The registers. Never restore it from a copy: an empty one is filled by the nodes themselves.");

    static final Key<Duration> LEASE_MARGIN = shared(
            "lease_margin",
            Forms.time("50ms", "10s"),
            new Default.Fixed<>(Duration.ofMillis(300)),
            "After a lease and a tenth of it the witness waits this much longer before it moves an epoch. At least the"
                    + " lease_margin of every pair: 150ms with profile fast, 300ms normal, 1s wan.");

    static final Key<Duration> CLAIM_TIMEOUT = shared(
            "claim_timeout",
            Forms.time("5s", "1h"),
            new Default.Fixed<>(Duration.ofMinutes(1)),
            "A node that claimed the role and did not open for this long loses the claim to the old primary. As in the"
                    + " pairs' pgha.conf.");

    static final Key<Duration> LONGEST_LEASE = shared(
            "longest_lease",
            Forms.time("1s", "2m"),
            new Default.Fixed<>(Duration.ofSeconds(30)),
            "No lease above this is granted; at least the handover_lease of every pair. A witness whose register is new or"
                    + " lost waits for one of these before it moves an epoch without a cede.");

    private WitnessKeys() {}

    static List<Key<?>> all() {
        return List.of(
                PAIRS, LISTEN, PORT, STATE_DIRECTORY, LEASE_MARGIN, CLAIM_TIMEOUT, LONGEST_LEASE);
    }
}
