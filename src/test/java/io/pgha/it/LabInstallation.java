package io.pgha.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is installed in a lab: the program, the key, and the configuration of both nodes and of the witness. */
final class LabInstallation {

    private LabInstallation() {}

    static void install(Path lab, LabOptions options) {
        LabProgram.install(lab, key(lab));
        Template.write(lab.resolve("pgha.conf"), configuration(lab, options));
    }

    /** The witness's part of an installed pgha: its copy of the key, and its configuration. */
    static void installWitness(Path lab, LabOptions options) {
        Path home = lab.resolve("witness");
        Path copy = home.resolve("lab.key");
        try {
            Files.createDirectories(home);
        } catch (IOException e) {
            throw new IllegalStateException("could not make the witness's directory", e);
        }
        LabProgram.installWitness(copy);
        String margin = options.profile().equals("wan") ? "1s" : "300ms";
        Template.write(home.resolve("witness.conf"), """
                pairs = ["%s"]
                listen = "%s"
                state_directory = "%s"
                longest_lease = %s
                lease_margin = %s
                """.formatted(
                copy, Wires.THIRD, home.resolve("state"), LabWitness.LONGEST_LEASE, margin));
        Run.of(List.of("chown", "-R", "postgres:postgres", home.toString())).orFail();
    }

    /** One file for both nodes: their disks and sockets have the same paths on each. */
    private static String configuration(Path lab, LabOptions options) {
        Path disk = lab.resolve("disk");
        StringBuilder text = new StringBuilder();
        text.append("guard = ").append(options.guard()).append('\n');
        // The tests break one thing after the other; the block between two failovers has tests of
        // its own.
        text.append("failover_block = 0s\n");
        text.append("profile = ").append(options.profile()).append('\n');
        if (options.guard().equals("gateway")) {
            text.append("gateways = [\"").append(Wires.GATEWAY).append("\"]\n");
        }
        if (options.guard().equals("witness")) {
            // As the witness's longest lease: a new one moves no epoch before that is over.
            text.append("handover_lease = ").append(LabWitness.LONGEST_LEASE).append('\n');
            text.append("witness.host = \"").append(Wires.THIRD).append("\"\n");
        }
        if (options.guard().equals("etcd")) {
            text.append("etcd.endpoints = ").append(LabEtcd.endpoints()).append('\n');
        }
        for (int node = 1; node <= 2; node++) {
            List<String> addresses = new ArrayList<>();
            for (int link = 0; link < options.links(); link++) {
                addresses.add('"' + Wires.address(node, link) + '"');
            }
            text.append("nodes.node%d { host = \"%s\", addresses = [%s] }\n"
                    .formatted(node, Wires.address(node), String.join(", ", addresses)));
        }
        text.append("""
                postgres {
                  data_directory = "%1$s/data"
                  bin = "%2$s"
                  control = pg_ctl
                  socket_directory = "/run/postgresql"
                  pass_file = "%1$s/pgpass"
                  max_slot_wal_keep_size = 1GB
                }
                gate.backend = %3$s
                link.key_file = "%4$s"
                state_directory = "%1$s/state"
                """.formatted(disk, Template.bin(), options.backend(), key(lab)));
        options.more().forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static Path key(Path lab) {
        return lab.resolve("pair.key");
    }
}
