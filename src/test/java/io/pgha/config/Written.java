package io.pgha.config;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pgha.config.Locality.Where;
import io.pgha.model.NodeId;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A configuration file in a test's directory, read on a machine that has 192.0.2.11/24 (node1) unless said otherwise. */
final class Written {

    /** The least that is accepted. */
    static final String LEAST = """
            guard = failcount
            postgres {
              data_directory = "/srv/pg/data"
              bin = "/srv/pg/bin"
            }
            nodes {
              node1 { host = "192.0.2.11" }
              node2 { host = "192.0.2.12" }
            }
            """;

    private final Path file;

    Written(Path directory, String text) {
        this.file = directory.resolve("pgha.conf");
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The least that is accepted, with lines after it, which win over what it says. */
    static Written with(Path directory, String... lines) {
        return new Written(directory, LEAST + String.join("\n", lines) + "\n");
    }

    Path file() {
        return file;
    }

    Settings load() throws InvalidConfiguration {
        return SettingsFile.load(file, Optional.empty(), new Machine(Set.of("192.0.2.11")));
    }

    Settings load(String node) throws InvalidConfiguration {
        return SettingsFile.load(file, Optional.of(new NodeId(node)), new Machine(Set.of()));
    }

    Settings loadOn(String... addresses) throws InvalidConfiguration {
        return SettingsFile.load(file, Optional.empty(), new Machine(Set.of(addresses)));
    }

    List<Complaint> complaints() {
        return assertThrows(InvalidConfiguration.class, this::load).complaints();
    }

    /** The one complaint about a key; fails when there are others. */
    String complaint(String key) {
        List<Complaint> all = complaints();
        if (all.size() != 1 || !all.get(0).key().equals(key)) {
            throw new AssertionError("expected one complaint about " + key + ", got " + all);
        }
        return all.get(0).message();
    }

    /** A machine with some addresses, each in a /24; names that begin with "unknown" do not resolve. */
    record Machine(Set<String> own) implements Locality {

        @Override
        public Where where(String host) {
            if (host.startsWith("unknown")) {
                return Where.UNRESOLVED;
            }
            return own.contains(host) ? Where.HERE : Where.ELSEWHERE;
        }

        @Override
        public Optional<String> networkOf(InetAddress address, InetAddress place) {
            String network = address.getHostAddress().replaceFirst("\\d+$", "");
            boolean same = own.contains(address.getHostAddress())
                    && place.getHostAddress().startsWith(network);
            return same ? Optional.of(network + "0/24") : Optional.empty();
        }
    }
}
