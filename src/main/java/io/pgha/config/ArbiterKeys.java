package io.pgha.config;

import static io.pgha.config.Key.perNode;
import static io.pgha.config.Key.shared;

import java.nio.file.Path;
import java.util.List;

/** The keys that say where the witness or etcd is asked. */
final class ArbiterKeys {

    static final Key<String> WITNESS_HOST = perNode(
            "witness.host",
            Hosts.host(),
            new Default.Unset<>("none"),
            "Name or address of the third host that runs pgha witness. Needed with guard = witness, refused otherwise. A name"
                    + " with several addresses is asked at one after the other.");

    static final Key<Integer> WITNESS_PORT = perNode(
            "witness.port",
            Forms.port(),
            new Default.Fixed<>(WitnessKeys.PORT_NUMBER),
            "Its port, as in its witness.conf.");

    static final Key<List<String>> ENDPOINTS = perNode(
            "etcd.endpoints",
            Forms.list(
                    Forms.text(
                            "https?://(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):\\d{1,5}",
                            "http://host:port or https://host:port"),
                    16,
                    Forms.Repeats.REFUSED),
            new Default.Unset<>("none"),
            "Where etcd 3.4 or newer takes clients, every member of the cluster. Needed with guard = etcd, refused otherwise."
                    + " One that does not answer is followed by the next.");

    static final Key<String> PREFIX = shared(
            "etcd.prefix",
            Forms.text("/[A-Za-z0-9._/-]{0,199}", "a path: / and then letters, digits and . _ / -"),
            new Default.Fixed<>("/pgha"),
            "The pair's register is the key PREFIX/NODE1+NODE2. Two pairs with equally named nodes need a prefix each.");

    static final Key<String> USER = perNode(
            "etcd.user",
            Forms.text("[^\\p{Cntrl}]{1,63}", "a name of 1 to 63 characters"),
            new Default.Unset<>("none, etcd is asked without authentication"),
            "etcd's user, with the right to read and write that key and nothing else. Needs etcd.password_file.");

    static final Key<Path> PASSWORD_FILE = perNode(
            "etcd.password_file",
            Forms.path(),
            new Default.Unset<>("none"),
            "Its first line is that user's password; readable for PostgreSQL's owner alone.");

    static final Key<Path> CA_FILE = perNode(
            "etcd.ca_file",
            Forms.path(),
            new Default.Unset<>("none, those that this host trusts"),
            "Certificates (PEM) that etcd's are signed by, for https.");

    private ArbiterKeys() {}

    static List<Key<?>> all() {
        return List.of(WITNESS_HOST, WITNESS_PORT, ENDPOINTS, PREFIX, USER, PASSWORD_FILE, CA_FILE);
    }
}
