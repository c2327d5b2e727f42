package io.pgha.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * What switches a lab's node off, beyond every network: agents of the lab's nodes leave an order, and this carries it out.
 * The plug reads "off" only when nothing of the machine is left.
 */
final class PowerStrip implements AutoCloseable {

    private static final long LOOK_NANOS = 5_000_000;

    /** Takes an order at once; its status is what the plug reads. */
    private static final String WORKS = """
            off) touch "$plug/order"; exit 0 ;;
            """;

    /** Takes the order to heart after a long time, with a child that would outlive it. */
    private static final String SLOW = """
            off) (sleep 987; touch "$plug/order") & wait; exit 0 ;;
            """;

    private static final String AGENT = """
            #!/bin/bash
            while IFS='=' read -r key value; do
                case "$key" in action) action=$value ;; plug) plug=$value ;; esac
            done
            [ $# -eq 0 ] || exit 1
            case "$action" in
            %sstatus) if [ -e "$plug/off" ]; then exit 2; else exit 0; fi ;;
            monitor) exit 0 ;;
            esac
            exit 1
            """;

    private final Path home;
    private final Thread thread;
    private volatile boolean over;
    private volatile Optional<Lab> lab = Optional.empty();

    private PowerStrip(Path home) {
        this.home = home;
        this.thread = new Thread(this::watch, "power strip");
    }

    /** Makes the agents and a directory for each plug; they are read by the lab's nodes, as PostgreSQL's owner. */
    static PowerStrip make(Path home) throws IOException {
        for (int node = 1; node <= 2; node++) {
            Files.createDirectories(home.resolve("plug" + node));
            Files.writeString(home.resolve("dummy" + node), "on");
        }
        PowerStrip strip = new PowerStrip(home);
        strip.agent("works", WORKS);
        strip.agent("slow", SLOW);
        for (int node = 1; node <= 2; node++) {
            for (String agent : List.of("works", "slow")) {
                strip.device(
                        agent + node,
                        "agent=" + home.resolve(agent) + "\nplug=" + home.resolve("plug" + node));
            }
            strip.device(
                    "real" + node,
                    "agent=fence_dummy\nstatus_file=" + home.resolve("dummy" + node));
            strip.device("broken" + node, "agent=fence_dummy\ntype=fail\nplug=1\npower_timeout=1");
        }
        Run.of(List.of("chown", "-R", "postgres:postgres", home.toString())).orFail();
        Run.of(List.of("chmod", "711", home.toString())).orFail();
        return strip;
    }

    private void agent(String name, String off) throws IOException {
        Path file = Files.writeString(home.resolve(name), AGENT.formatted(off));
        Run.of(List.of("chmod", "755", file.toString())).orFail();
    }

    private void device(String name, String text) throws IOException {
        Path file = Files.writeString(home.resolve(name), text + "\n");
        Run.of(List.of("chmod", "600", file.toString())).orFail();
    }

    /** The lines of a configuration in which both nodes have these devices, a level each. */
    List<String> levels(String... devices) {
        return List.of(line(1, devices), line(2, devices), "fence.timeout = 8s");
    }

    private String line(int node, String... devices) {
        StringBuilder text = new StringBuilder("nodes.node" + node + ".fence.levels = [");
        for (String device : devices) {
            text.append('"').append(home.resolve(device + node)).append("\", ");
        }
        return text.append("]").toString();
    }

    /** From now on orders are carried out. */
    void serve(Lab served) {
        lab = Optional.of(served);
        thread.start();
    }

    /** Whether an agent gave the order to switch that node off. */
    boolean isOrdered(int node) {
        return Files.exists(home.resolve("plug" + node + "/order"));
    }

    /** Whether the dummy device of that node was told to go off. */
    boolean isDummyOff(int node) throws IOException {
        return Files.readString(home.resolve("dummy" + node)).equals("off");
    }

    private void watch() {
        while (!over) {
            for (LabNode node : nodes()) {
                Path off = home.resolve("plug" + node.number() + "/off");
                if (isOrdered(node.number()) && !Files.exists(off)) {
                    node.powerOff();
                    write(off);
                }
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private List<LabNode> nodes() {
        return lab.map(served -> List.of(served.node1(), served.node2())).orElse(List.of());
    }

    private static void write(Path file) {
        try {
            Files.writeString(file, "");
        } catch (IOException e) {
            throw new IllegalStateException("could not write " + file, e);
        }
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join(15_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
