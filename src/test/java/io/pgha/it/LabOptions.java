package io.pgha.it;

import java.util.List;

/**
 * What a lab is made of.
 *
 * @param daemons whether pgha runs on the nodes
 * @param guard of the configuration
 * @param profile of the configuration
 * @param backend of the gate: nftables or iptables
 * @param links between the nodes, one or two
 * @param durable whether PostgreSQL waits for the disk; a bed can do without where nothing depends on it
 * @param disks whether each node has a {@link LabDisk}, which can hang
 * @param more lines at the end of the configuration file, which win
 * @param settings lines at the end of both nodes' postgresql.conf, which win
 */
record LabOptions(
        boolean daemons,
        String guard,
        String profile,
        String backend,
        int links,
        boolean durable,
        boolean disks,
        List<String> more,
        List<String> settings) {

    LabOptions {
        more = List.copyOf(more);
        settings = List.copyOf(settings);
    }

    /** Two nodes with pgha as it is shipped, guard failcount. */
    static LabOptions shipped() {
        return new LabOptions(
                true, "failcount", "normal", "nftables", 1, true, false, List.of(), List.of());
    }

    /** Two nodes without pgha. */
    static LabOptions bare() {
        LabOptions o = shipped();
        return new LabOptions(
                false, o.guard, o.profile, o.backend, 1, true, false, List.of(), List.of());
    }

    /** Whether a third host is needed. */
    boolean isLeased() {
        return guard.equals("witness") || guard.equals("etcd");
    }

    LabOptions withGuard(String other) {
        return new LabOptions(
                daemons, other, profile, backend, links, durable, disks, more, settings);
    }

    LabOptions withProfile(String other) {
        return new LabOptions(
                daemons, guard, other, backend, links, durable, disks, more, settings);
    }

    LabOptions withBackend(String other) {
        return new LabOptions(
                daemons, guard, profile, other, links, durable, disks, more, settings);
    }

    LabOptions withLinks(int other) {
        return new LabOptions(
                daemons, guard, profile, backend, other, durable, disks, more, settings);
    }

    LabOptions with(List<String> lines) {
        return new LabOptions(
                daemons, guard, profile, backend, links, durable, disks, lines, settings);
    }

    LabOptions withDisks() {
        return new LabOptions(
                daemons, guard, profile, backend, links, durable, true, more, settings);
    }

    LabOptions withSettings(List<String> lines) {
        return new LabOptions(daemons, guard, profile, backend, links, durable, disks, more, lines);
    }
}
