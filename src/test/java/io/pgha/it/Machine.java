package io.pgha.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A machine on this host: network, processes, mounts, IPC and host name of its own (see namespaces(7)).
 *
 * <p>Its first process reaps orphans as a real init does and lives as long as this JVM holds its standard input open.
 * When it ends, for whatever reason, the kernel kills every process of the machine at once and drops its network,
 * firewall and mounts, so a killed test run leaves no process and no interface behind. {@code /run} and
 * {@code /dev/shm} are empty at each boot. Its own name is known without a name server, as on any real machine: programs
 * that ask for it at their start would otherwise wait for one.
 */
public final class Machine {

    private static final String INIT = """
            set -e
            hostname "$1"
            ip link set lo up
            mount -t tmpfs -o mode=755 run /run
            mount -t tmpfs -o mode=1777 shm /dev/shm
            install -d -o postgres -g postgres /run/postgresql /run/pgha
            echo 1 >/proc/sys/net/ipv4/ip_forward
            { cat /etc/hosts; echo "127.0.1.1 $1"; } >/run/hosts
            mount --bind /run/hosts /etc/hosts
            if [ -n "$2" ]; then mount --bind "$2" "$3"; fi
            echo ready
            while read -r _; do :; done
            """;

    private final String name;
    private final Process unshare;
    private final long pid;
    private final String processes;

    private final List<Process> spawned = new ArrayList<>();

    private Machine(String name, Process unshare, long pid, String processes) {
        this.name = name;
        this.unshare = unshare;
        this.pid = pid;
        this.processes = processes;
    }

    /** Boots a machine without a disk of its own. */
    public static Machine boot(String name) {
        return boot(name, "", "");
    }

    /** Boots a machine that sees the directory {@code disk} at the path {@code mountPoint}. */
    static Machine boot(String name, Path disk, Path mountPoint) {
        return boot(name, disk.toString(), mountPoint.toString());
    }

    private static Machine boot(String name, String disk, String mountPoint) {
        List<String> command = new ArrayList<>(List.of("unshare", "-n", "-p", "-m", "-i", "-u"));
        command.addAll(List.of("--fork", "--mount-proc", "--kill-child", "bash", "-c", INIT));
        command.addAll(List.of("init", name, disk, mountPoint));
        try {
            Process unshare =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            BufferedReader said = unshare.inputReader(StandardCharsets.UTF_8);
            Lab.await(
                    name + " boots",
                    Duration.ofSeconds(10),
                    () -> said.ready() || !unshare.isAlive());
            String line = Optional.ofNullable(said.readLine()).orElse("nothing");
            if (!line.equals("ready")) {
                unshare.destroyForcibly();
                throw new IllegalStateException(name + " did not boot, it said: " + line);
            }
            long pid = unshare.toHandle().children().findFirst().orElseThrow().pid();
            String processes =
                    Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid")).toString();
            return new Machine(name, unshare, pid, processes);
        } catch (IOException e) {
            throw new IllegalStateException(name + " did not boot", e);
        }
    }

    String name() {
        return name;
    }

    /** The first process, as the host numbers it. */
    public long pid() {
        return pid;
    }

    /** The machine's view of a path: how the host reaches its {@code /run}. */
    public Path root(String path) {
        return Path.of("/proc/" + pid + "/root" + path);
    }

    /** The arguments that run a command in this machine as root. */
    public List<String> root(List<String> command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid)));
        all.addAll(List.of("-n", "-p", "-m", "-i", "-u"));
        all.addAll(command);
        return all;
    }

    /** The same as PostgreSQL's owner, without any capability. */
    List<String> postgres(List<String> command) {
        return root(asPostgres("-all", command));
    }

    /** The same with the two ambient capabilities that pgha's unit gives its daemon, and no way to gain more. */
    List<String> daemon(List<String> command) {
        return root(asPostgres("-all,+net_admin,+net_raw", command));
    }

    static List<String> asPostgres(String capabilities, List<String> command) {
        List<String> all = new ArrayList<>(List.of("setpriv", "--reuid=postgres"));
        all.addAll(List.of("--regid=postgres", "--clear-groups", "--no-new-privs"));
        all.add("--bounding-set=" + capabilities);
        all.add("--inh-caps=" + capabilities);
        all.add("--ambient-caps=" + capabilities);
        all.addAll(List.of("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"));
        all.addAll(command);
        return all;
    }

    /** Starts a long-running command; its output goes to the end of {@code log}. */
    public Process spawn(List<String> command, Path log) {
        try {
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            spawned.add(started);
            return started;
        } catch (IOException e) {
            throw new IllegalStateException("could not start " + String.join(" ", command), e);
        }
    }

    /**
     * Signals a command that was started by {@link #spawn}. Between it and this JVM stands nsenter, which stops itself when
     * its child is stopped and is not woken with it: left so, it would never reap the child, and its machine could not die.
     */
    static void signal(String signal, Process spawned) {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        command.add(Long.toString(child(spawned)));
        if (signal.equals("-CONT")) {
            command.add(Long.toString(spawned.pid()));
        }
        Run.of(command).orFail();
    }

    /** The number on this host of a command that was started by {@link #spawn}. */
    static long child(Process spawned) {
        return spawned.children()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("it does not run any more"))
                .pid();
    }

    /** Every process of this machine but its first, as the host numbers them. */
    List<Long> processes() {
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
            for (Path process : all) {
                long number = Long.parseLong(String.valueOf(process.getFileName()));
                if (number != pid && isHere(process)) {
                    found.add(number);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("could not list the processes of " + name, e);
        }
        return found;
    }

    private boolean isHere(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("ns/pid")).toString().equals(processes);
        } catch (IOException e) {
            return false; // It ended meanwhile; a dead process has no namespaces.
        }
    }

    /** Translates a process number of this machine into the host's; empty when there is no such process. */
    Optional<Long> onHost(long inside) {
        return processes().stream().filter(p -> numberInside(p) == inside).findFirst();
    }

    private static long numberInside(long onHost) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + onHost + "/status"))) {
                if (line.startsWith("NSpid:")) {
                    return Long.parseLong(
                            line.substring(line.lastIndexOf('\t') + 1).strip());
                }
            }
        } catch (IOException e) {
            return -1; // It ended meanwhile.
        }
        return -1;
    }

    /** Whether it has not died. */
    public boolean runs() {
        return unshare.isAlive();
    }

    /** Stops everything in this machine at once, as a power cut does. Returns when nothing of it is left. */
    public void die() {
        // unshare ends by itself once it has reaped the first process.
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        spawned.stream()
                .filter(Process::isAlive)
                .forEach(p -> Run.of(List.of("kill", "-CONT", Long.toString(p.pid()))));
        Lab.await(
                name + " is dead",
                Duration.ofSeconds(10),
                () -> !unshare.isAlive() && !Files.exists(Path.of("/proc/" + pid + "/ns/pid")));
    }
}
