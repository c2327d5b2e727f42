package io.pgha.booted;

import io.pgha.it.Lab;
import io.pgha.it.Machine;
import io.pgha.it.Run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A machine that boots: systemd-nspawn with an init, network, firewall and cgroup of its own on a disk of its own above the
 * {@link BaseImage}. It lives in the bed, a {@link Machine}, and ends with it.
 */
final class BootedMachine {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration COMMAND = Duration.ofSeconds(60);

    private static final String MAKE = """
            set -e
            mkdir -p "$2/root" "$2/upper" "$2/work"
            mount -t overlay overlay -o "lowerdir=$4,upperdir=$2/upper,workdir=$2/work,redirect_dir=on" "$2/root"
            cd "$2/root/etc"
            echo "$1" >hostname
            echo "127.0.1.1 $1" >>hosts
            echo "$1 $2" | md5sum | cut -c 1-32 >machine-id
            printf '[Match]\\nName=host0\\n[Network]\\nAddress=%s/24\\n' "$3" >systemd/network/10-host0.network
            """;

    /** Until it is off; a reboot (exit code 133) is a boot. The commands of a cgroup's end are its members' end. */
    private static final String BOOT = """
            mkdir -p "$3" && echo $$ >"$3/cgroup.procs" || exit 1
            while :; do
                systemd-nspawn -q -D "$2/root" -M "$1" --boot --register=no --keep-unit \\
                    --network-bridge=br0 --resolv-conf=off --timezone=off --link-journal=no \\
                    --kill-signal=SIGRTMIN+3 --console=pipe </dev/null
                [ $? = 133 ] || break
            done
            """;

    private final Machine bed;
    private final String name;
    private final String address;
    private final Path home;
    private final Path cgroup;
    private Optional<Process> nspawn = Optional.empty();

    /** Makes its disk; it is off. */
    BootedMachine(Machine bed, Path lab, String name, String address, BaseImage base) {
        this.bed = bed;
        this.name = name;
        this.address = address;
        this.home = lab.resolve(name);
        this.cgroup = Path.of("/sys/fs/cgroup/" + lab.getFileName() + "/" + name);
        List<String> make = List.of(
                "bash",
                "-c",
                MAKE,
                "make",
                name,
                home.toString(),
                address,
                base.root().toString());
        Run.of(bed.root(make)).orFail();
    }

    String name() {
        return name;
    }

    String address() {
        return address;
    }

    /** This host's way to a file of its disk, also while it is off. */
    Path disk(String path) {
        return bed.root(home + "/root" + path);
    }

    /** This host's way to a file as the machine sees it; empty while the machine is off. */
    Optional<Path> seen(String path) {
        return init().map(pid -> Path.of("/proc/" + pid + "/root" + path));
    }

    /** The same of a machine that runs. */
    Path live(String path) {
        return seen(path).orElseThrow();
    }

    void write(String path, String text) {
        try {
            Files.writeString(disk(path), text);
        } catch (IOException e) {
            throw new IllegalStateException("could not write " + path + " of " + name, e);
        }
    }

    /** Switches it on; returns at once. */
    void powerOn() {
        List<String> boot =
                List.of("bash", "-c", BOOT, "boot", name, home.toString(), cgroup.toString());
        nspawn = Optional.of(bed.spawn(bed.root(boot), home.resolve("console.log")));
    }

    /** Everything of it ends at once, in the middle of whatever it does. */
    void powerCut() {
        try {
            Files.writeString(bed.root(cgroup.resolve("cgroup.kill").toString()), "1");
        } catch (IOException e) {
            throw new IllegalStateException("could not cut the power of " + name, e);
        }
        Path events = bed.root(cgroup.resolve("cgroup.events").toString());
        Lab.await(
                name + " is off",
                PATIENCE,
                () -> !isOn() && Files.readString(events).contains("populated 0"));
        List<String> plug = List.of("ip", "link", "show", "vb-" + name);
        Lab.await(name + " is unplugged", PATIENCE, () -> Run.of(bed.root(plug)).code() != 0);
    }

    boolean isOn() {
        return nspawn.filter(Process::isAlive).isPresent();
    }

    /** Asks its init for a reboot; returns at once. */
    void reboot() {
        // The command may end with the machine that it is given in.
        run("systemctl", "reboot");
    }

    /** Its first process as this host numbers it; empty while it is off or between two boots. */
    Optional<Long> init() {
        return processes().stream().filter(BootedMachine::isInit).findFirst();
    }

    private static boolean isInit(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.anyMatch(line -> line.matches("NSpid:\\s+\\d+\\s+.*\\s1"));
        } catch (IOException | UncheckedIOException e) {
            return false; // It ended meanwhile.
        }
    }

    private List<Long> processes() {
        List<Long> found = new ArrayList<>();
        for (String group : List.of("", "/payload", "/payload/init.scope", "/supervisor")) {
            Path file = bed.root(cgroup + group + "/cgroup.procs");
            try (Stream<String> lines = Files.lines(file)) {
                lines.map(Long::parseLong).forEach(found::add);
            } catch (IOException | UncheckedIOException e) {
                // There is no such group now.
            }
        }
        return found;
    }

    /** Whether it has come through its boot; a unit that failed does not matter here. */
    boolean isUp() {
        return init().isPresent()
                && List.of("running", "degraded")
                        .contains(run("systemctl", "is-system-running").out().strip());
    }

    void awaitUp() {
        Lab.await(name + " is up", PATIENCE, this::isUp);
    }

    /** Runs a command in it as root. */
    Run run(String... command) {
        return run(List.of(command));
    }

    Run run(List<String> command) {
        return Run.within(COMMAND, inside(command));
    }

    private List<String> inside(List<String> command) {
        List<String> all = new ArrayList<>();
        all.addAll(List.of("nsenter", "-t", Long.toString(init().orElseThrow())));
        all.addAll(List.of("-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"));
        all.addAll(List.of("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"));
        all.add("DEBIAN_FRONTEND=noninteractive");
        all.addAll(command);
        return all;
    }

    /** Types a command at a terminal of it, as root at home, and what it asks is answered by these lines. */
    Run typed(String command, String answers) {
        List<String> script = List.of(
                "env",
                "-C",
                "/root",
                "HOME=/root",
                "TERM=dumb",
                "script",
                "-qefc",
                command,
                "/dev/null");
        return Run.fed(answers, COMMAND.multipliedBy(3), inside(script));
    }

    /** Runs a script in it as root. */
    Run shell(String script) {
        return run("bash", "-euc", script);
    }

    /** The same as PostgreSQL's owner. */
    Run postgres(String script) {
        return run("runuser", "-u", "postgres", "--", "bash", "-euc", "cd; " + script);
    }

    /** The end of what this boot and the one before logged. */
    String diagnosis() {
        String said = init().isEmpty()
                ? Run.of(List.of("tail", "-n", "20", home.resolve("console.log").toString()))
                        .out()
                : run("journalctl", "--no-pager", "-n", "90", "-o", "short-precise")
                                .out()
                        + run("systemctl", "--failed", "--no-pager").out();
        return "--- " + name + "\n" + said;
    }

    /** Takes its power and leaves nothing in the kernel. */
    void end() {
        if (isOn()) {
            powerCut();
        }
        nspawn.ifPresent(process -> {
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
