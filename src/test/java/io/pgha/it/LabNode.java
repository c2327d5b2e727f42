package io.pgha.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One node of a lab: a disk that survives, and a machine that is booted and dies.
 *
 * <p>Both nodes see their own disk at the same path, so that one configuration file serves both.
 */
final class LabNode {

    private final int number;
    private final Path disk;
    private final Path mountPoint;
    private final Wires wires;
    private final LabPostgres postgres;
    private final LabDaemon daemon;
    private Machine machine;

    private LabNode(int number, Path lab, Wires wires) {
        this.number = number;
        this.disk = lab.resolve("node" + number);
        this.mountPoint = lab.resolve("disk");
        this.wires = wires;
        this.postgres = new LabPostgres(this);
        this.daemon = new LabDaemon(this);
        this.machine = boot();
    }

    /** Makes the node's disk, boots its machine and plugs it in. */
    static LabNode make(int number, Path lab, Wires wires, boolean disks) {
        Path disk = lab.resolve("node" + number);
        if (disks) {
            LabDisk.mount(disk);
        }
        try {
            for (String part : List.of("log", "state", "archive")) {
                Files.createDirectories(disk.resolve(part));
            }
            Files.writeString(disk.resolve("pgpass"), "*:*:*:*:" + Template.PASSWORD + "\n");
        } catch (IOException e) {
            throw new IllegalStateException("could not make the disk of node " + number, e);
        }
        Run.of(List.of("chmod", "600", disk.resolve("pgpass").toString())).orFail();
        Run.of(List.of("chown", "-R", "postgres:postgres", disk.toString())).orFail();
        return new LabNode(number, lab, wires);
    }

    private Machine boot() {
        Machine booted = Machine.boot(name(), disk, mountPoint);
        wires.plug(number, booted);
        return booted;
    }

    int number() {
        return number;
    }

    String name() {
        return "node" + number;
    }

    String address() {
        return Wires.address(number);
    }

    Path disk() {
        return disk;
    }

    Path mountPoint() {
        return mountPoint;
    }

    Path passFile() {
        return mountPoint.resolve("pgpass");
    }

    Machine machine() {
        return machine;
    }

    /** The disk as something that can hang; only with {@link LabOptions#withDisks}. */
    LabDisk storage() {
        return new LabDisk(disk);
    }

    LabPostgres postgres() {
        return postgres;
    }

    LabDaemon daemon() {
        return daemon;
    }

    /** Cuts this node off from a side, both ways, in the network. */
    void cut(Wires.Side side) {
        wires.cut(number, side);
    }

    /** What this node sends to that side gets lost; it still hears it. */
    void silence(Wires.Side side) {
        wires.silence(number, side);
    }

    /** What that side sends gets lost; this node is still heard. */
    void deafen(Wires.Side side) {
        wires.deafen(number, side);
    }

    /** Pulls the cables. */
    void unplug() {
        wires.unplug(number);
    }

    void replug() {
        wires.replug(number);
    }

    /** Power cut: the cables die first, so that nothing a dying process does leaves the node, then every process. */
    long powerOff() {
        long now = System.nanoTime();
        wires.unplug(number);
        machine.die();
        wires.remove(number);
        return now;
    }

    /** Power on: a new machine with the old disk; no rule, no socket, no process of before. Nothing is started. */
    void powerOn() {
        machine = boot();
    }
}
