package io.pgha.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Debian's etcd, a cluster of three members on one host of a test. */
final class LabEtcd {

    static final int MEMBERS = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Machine machine;
    private final String address;
    private final Path home;
    private final Map<Integer, Process> members = new TreeMap<>();

    /** On the lab's third host. */
    LabEtcd(Machine machine, Path lab) {
        this(machine, Wires.THIRD, lab.resolve("etcd"));
    }

    /** At an address of the machine, with its files in {@code home}. */
    LabEtcd(Machine machine, String address, Path home) {
        this.machine = machine;
        this.address = address;
        this.home = home;
    }

    /** Where the lab's nodes reach it, as it is written in the configuration. */
    static String endpoints() {
        List<String> all = new ArrayList<>();
        for (int member = 1; member <= MEMBERS; member++) {
            all.add("\"" + endpoint(Wires.THIRD, member) + "\"");
        }
        return "[" + String.join(", ", all) + "]";
    }

    /** Where one member, 1 to 3, takes clients. */
    String endpoint(int member) {
        return endpoint(address, member);
    }

    private static String endpoint(String address, int member) {
        return "http://" + address + ":" + (2379 + 10 * member);
    }

    private String peer(int member) {
        return "http://" + address + ":" + (2380 + 10 * member);
    }

    /** Starts all members and waits until they have a leader. */
    void start() {
        for (int member = 1; member <= MEMBERS; member++) {
            start(member);
        }
        Lab.await("etcd has a leader", PATIENCE, () -> isHealthy(1));
    }

    /** Starts one member, with the data it has. */
    void start(int member) {
        List<String> cluster = new ArrayList<>();
        for (int one = 1; one <= MEMBERS; one++) {
            cluster.add("m" + one + "=" + peer(one));
        }
        List<String> command = new ArrayList<>(List.of("etcd", "--name", "m" + member));
        command.addAll(List.of("--data-dir", home.resolve("m" + member).toString()));
        command.addAll(List.of("--listen-client-urls", endpoint(member)));
        command.addAll(List.of("--advertise-client-urls", endpoint(member)));
        command.addAll(List.of("--listen-peer-urls", peer(member)));
        command.addAll(List.of("--initial-advertise-peer-urls", peer(member)));
        command.addAll(List.of("--initial-cluster", String.join(",", cluster)));
        command.addAll(List.of("--initial-cluster-state", "new", "--log-level", "warn"));
        try {
            Files.createDirectories(home);
        } catch (IOException e) {
            throw new IllegalStateException("could not make " + home, e);
        }
        // Debian's build names the architectures it was tested on; on others it wants this word.
        List<String> all = new ArrayList<>(List.of("env", "ETCD_UNSUPPORTED_ARCH=arm64"));
        all.addAll(command);
        members.put(
                member, machine.spawn(machine.root(all), home.resolve("etcd" + member + ".log")));
    }

    /** Whether a member answers a linearizable read: it sees a leader, and the leader a majority. */
    boolean isHealthy(int member) {
        return etcdctl(member, List.of("endpoint", "health")).code() == 0;
    }

    /** The member that leads. */
    int leader() {
        for (int member = 1; member <= MEMBERS; member++) {
            Run status = etcdctl(member, List.of("endpoint", "status"));
            List<String> fields = List.of(status.out().strip().split(", ", -1));
            if (status.code() == 0 && fields.size() > 4 && fields.get(4).equals("true")) {
                return member;
            }
        }
        throw new IllegalStateException("etcd has no leader");
    }

    /** Runs etcdctl against one member. */
    Run etcdctl(int member, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("env", "ETCDCTL_API=3", "etcdctl"));
        command.addAll(List.of("--endpoints", endpoint(member), "--command-timeout=2s"));
        command.addAll(arguments);
        return Run.of(machine.root(command));
    }

    /** SIGKILL; what it holds on disk stays. */
    void kill(int member) {
        signal("-KILL", member);
        Lab.await(
                "etcd " + member + " is dead", PATIENCE, () -> !process(member).isAlive());
    }

    /** SIGSTOP: it takes connections and answers nothing. */
    void freeze(int member) {
        signal("-STOP", member);
    }

    /** SIGCONT. */
    void thaw(int member) {
        signal("-CONT", member);
    }

    private Process process(int member) {
        return java.util.Objects.requireNonNull(members.get(member), "member " + member);
    }

    private void signal(String signal, int member) {
        Machine.signal(signal, process(member));
    }
}
