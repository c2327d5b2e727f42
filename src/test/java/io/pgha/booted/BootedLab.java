package io.pgha.booted;

import io.pgha.it.Lab;
import io.pgha.it.LabDirectory;
import io.pgha.it.Machine;
import io.pgha.it.Run;
import io.pgha.it.Wires;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Two nodes and, where wanted, a witness, booted, on one bridge in a network of the lab's own, where the clients are too: a third party to
 * both nodes. All of it ends with this JVM, however it ends; a janitor takes away what is left then, a directory and empty
 * cgroups.
 */
final class BootedLab implements AutoCloseable {

    /** Who is there beside the nodes. */
    enum Thirds {
        NOBODY,
        WITNESS
    }

    static final String WITNESS = "10.77.0.13";
    static final String PEER = Wires.address(2);
    static final String CLIENT = "10.77.0.100";

    private static final String BED = """
            set -e
            umount -R /sys/fs/cgroup
            mount -t cgroup2 cgroup2 /sys/fs/cgroup
            for old in /sys/fs/cgroup/pgha-lab-*; do
                if grep -qs 'populated 0' "$old/cgroup.events"; then
                    find "$old" -depth -type d -exec rmdir {} +
                fi
            done
            ip link add br0 type bridge
            ip addr add "$1/24" dev br0
            ip link set br0 up
            """;

    /** Reads until this JVM is gone. The machines end by then too, each with the bed. */
    private static final String JANITOR = """
            read -r _
            umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup
            group=/sys/fs/cgroup/${1##*/}
            for ((i = 0; i < 100; i++)); do
                if ! grep -qs 'populated 1' "$group/cgroup.events"; then break; fi
                sleep 0.1
            done
            if [ -d "$group" ]; then find "$group" -depth -type d -exec rmdir {} +; fi
            rm -rf "$1"
            """;

    private final LabDirectory directory;
    private final Process janitor;
    private final Machine bed;
    private final BootedNode node1;
    private final BootedNode node2;
    private final Optional<BootedMachine> witness;
    private final Thread hook = new Thread(this::dismantle, "dismantle the booted lab");

    private BootedLab(BaseImage base, Thirds thirds) {
        LabDirectory.sweep();
        directory = LabDirectory.make("booted");
        janitor = janitor(directory.path());
        Runtime.getRuntime().addShutdownHook(hook);
        bed = Machine.boot("bed");
        Run.of(bed.root(List.of("bash", "-c", BED, "bed", CLIENT))).orFail();
        node1 = node(1, base);
        node2 = node(2, base);
        witness = thirds == Thirds.WITNESS ? Optional.of(third(base)) : Optional.empty();
    }

    /** In a session of its own, so that an interrupt at the terminal leaves it, and before anything is mounted. */
    private static Process janitor(Path directory) {
        List<String> clean = List.of("bash", "-c", JANITOR, "janitor", directory.toString());
        List<String> apart = List.of("setsid", "unshare", "--mount", "--propagation", "private");
        try {
            return new ProcessBuilder(
                            Stream.of(apart, clean).flatMap(List::stream).toList())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException("nobody would clean up " + directory, e);
        }
    }

    private BootedMachine third(BaseImage base) {
        BootedMachine machine = new BootedMachine(bed, home(), "witness", WITNESS, base);
        // The image has a cluster, which a third host has not.
        machine.write("/etc/postgresql/15/main/start.conf", "manual\n");
        return machine;
    }

    private BootedNode node(int number, BaseImage base) {
        String address = Wires.address(number);
        return new BootedNode(
                number, new BootedMachine(bed, home(), "node" + number, address, base));
    }

    /** Boots all of them, with nothing of pgha on them yet. */
    static BootedLab open(Thirds thirds) {
        BootedLab lab = new BootedLab(BaseImage.get(), thirds);
        try {
            lab.machines().forEach(BootedMachine::powerOn);
            lab.machines().forEach(BootedMachine::awaitUp);
            return lab;
        } catch (RuntimeException | AssertionError e) {
            lab.close();
            throw e;
        }
    }

    Path home() {
        return directory.path();
    }

    /** Where the clients and the observers are. */
    Machine clients() {
        return bed;
    }

    BootedNode node1() {
        return node1;
    }

    BootedNode node2() {
        return node2;
    }

    /** The third host; not in every lab. */
    BootedMachine witness() {
        return witness.orElseThrow();
    }

    List<BootedNode> nodes() {
        return List.of(node1, node2);
    }

    BootedNode other(BootedNode node) {
        return node.number() == 1 ? node2 : node1;
    }

    List<BootedMachine> machines() {
        return Stream.concat(nodes().stream().map(BootedNode::machine), witness.stream())
                .toList();
    }

    /** As {@link Lab#await}; what the machines logged is printed before the failure, so that a report ends with that. */
    void expect(String what, Duration limit, Callable<Boolean> condition) {
        try {
            Lab.await(what, limit, condition);
        } catch (AssertionError e) {
            System.out.println(diagnosis());
            throw e;
        }
    }

    /** Nothing of the kind was found; else it is said as by {@link #expect}. */
    void assertNone(String what, List<?> found) {
        if (!found.isEmpty()) {
            System.out.println(diagnosis());
            throw new AssertionError(what + ": " + found);
        }
    }

    /** Looks for that long, as often as {@link Lab#await} asks, that it stays so. */
    void watch(String what, Duration time, BooleanSupplier condition) {
        long begun = System.nanoTime();
        expect(what, time.multipliedBy(2), () -> {
            if (!condition.getAsBoolean()) {
                throw new AssertionError("no longer so: " + what); // not asked again
            }
            return System.nanoTime() - begun > time.toNanos();
        });
    }

    /** The ends of all logs. */
    String diagnosis() {
        StringBuilder all = new StringBuilder();
        machines().forEach(machine -> all.append(machine.diagnosis()));
        return all.toString();
    }

    @Override
    public void close() {
        dismantle();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs anyway and finds nothing left to do.
        }
    }

    private synchronized void dismantle() {
        if (bed.runs()) {
            machines().forEach(BootedMachine::end);
            String group = "/sys/fs/cgroup/" + home().getFileName();
            Run.of(bed.root(
                    List.of("find", group, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+")));
            bed.die();
        }
        directory.remove();
        try {
            janitor.getOutputStream().close();
        } catch (IOException e) {
            return; // It is gone.
        }
    }
}
