package io.pgha.cli;

import io.pgha.config.Settings;
import io.pgha.config.Settings.Backend;
import io.pgha.os.Command;
import io.pgha.os.Command.Result;
import io.pgha.os.CommandFailed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of the distribution may stand between pgha and its work: SELinux, firewalld, and a boot that looks for the gate elsewhere.
 * Nothing is said where they are not.
 */
final class PlatformChecks {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final String SELINUX = "SELinux";
    private static final String FIREWALLD = "firewalld";

    private static final String GATE_UNIT = "pgha-gate.service";
    private static final Pattern GATE_DIRECTORY =
            Pattern.compile("argv\\[]=\\S+ close (.+?) *; ignore_errors=");

    /** firewall-cmd(1): the daemon does not run. */
    private static final int NOT_RUNNING = 252;

    /** firewall-cmd(1): a query's no. */
    private static final int NO = 1;

    private final Settings settings;
    private final Path root;
    private final Programs programs;

    /** Runs a program. */
    interface Programs {
        Result run(List<String> argv) throws CommandFailed;
    }

    PlatformChecks(Settings settings) {
        this(settings, Path.of("/"), argv -> Command.of(argv).run(LIMIT));
    }

    /** @param root where this machine's files are looked for */
    PlatformChecks(Settings settings, Path root, Programs programs) {
        this.settings = settings;
        this.root = root;
        this.programs = programs;
    }

    List<Finding> all() {
        List<Finding> found = new ArrayList<>();
        seLinux().ifPresent(found::add);
        firewalld().ifPresent(found::add);
        gateUnit().ifPresent(found::add);
        return found;
    }

    /** The unit that closes the gate at boot runs without a JVM and reads no configuration: it looks in one place. */
    private Optional<Finding> gateUnit() {
        Path state = settings.stateDirectory();
        Result unit;
        try {
            unit = programs.run(
                    List.of("systemctl", "show", "-p", "LoadState,ExecStart", GATE_UNIT));
        } catch (CommandFailed e) {
            return Optional.empty(); // No systemd, hence no unit of pgha's.
        }
        if (!unit.isOk() || !unit.out().contains("LoadState=loaded")) {
            return Optional.empty();
        }
        Matcher loads = GATE_DIRECTORY.matcher(unit.out());
        String place = loads.find() ? loads.group(1) : "no directory";
        return Optional.of(
                place.equals(state.toString())
                        ? Finding.ok(GATE_UNIT, "closes the gate at boot by what is in " + state)
                        : Finding.fail(
                                GATE_UNIT,
                                "looks for the gate in " + place + ", and state_directory is "
                                        + state
                                        + ": a boot leaves the port open until the daemon has started",
                                dropIn(state)));
    }

    private static String dropIn(Path state) {
        String lines = String.join(
                "\\n",
                "[Unit]",
                "RequiresMountsFor=" + state,
                "ConditionPathExists=",
                "ConditionPathExists=|" + state + "/gate.nft",
                "ConditionPathExists=|" + state + "/gate.iptables",
                "[Service]",
                "ExecStart=",
                "ExecStart=/usr/sbin/pgha-boot close " + state);
        String directory = "/etc/systemd/system/" + GATE_UNIT + ".d";
        return "mkdir -p " + directory + " && printf '" + lines + "\\n' >" + directory
                + "/state.conf && systemctl daemon-reload";
    }

    /** Archive and restore commands run in PostgreSQL's domain, and need what lies in the state directory. */
    private Optional<Finding> seLinux() {
        String enforce;
        try {
            enforce = Files.readString(root.resolve("sys/fs/selinux/enforce")).strip();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(Finding.warn(
                    SELINUX, "whether it enforces could not be found out: " + e, "getenforce"));
        }
        if (!enforce.equals("1")) {
            return Optional.of(Finding.ok(SELINUX, "permissive"));
        }
        Path state = settings.stateDirectory();
        String label;
        try {
            label = programs.run(List.of("ls", "-dZ", state.toString())).out().strip();
        } catch (CommandFailed e) {
            label = "not known, " + e.words();
        }
        return Optional.of(
                label.contains(":postgresql_db_t:")
                        ? Finding.ok(SELINUX, "enforcing, " + state + " is PostgreSQL's")
                        : Finding.warn(
                                SELINUX,
                                "enforcing, and PostgreSQL's archive and restore commands need "
                                        + state + " (its label: " + label + ")",
                                "semanage fcontext -a -t postgresql_db_t '" + state
                                        + "(/.*)?' && restorecon -R " + state
                                        + "; what else is denied: ausearch -m avc -ts recent"));
    }

    /** It closes what nobody opened: PostgreSQL's port and the link's. */
    private Optional<Finding> firewalld() {
        if (!Files.exists(root.resolve("usr/bin/firewall-cmd"))) {
            return Optional.empty();
        }
        try {
            Result state = programs.run(List.of("firewall-cmd", "--state"));
            if (state.exitCode() == NOT_RUNNING) {
                return Optional.of(Finding.ok(FIREWALLD, "does not run"));
            }
            if (!state.isOk()) {
                return Optional.of(unknown(state.lastWords()));
            }
            List<String> missing = new ArrayList<>();
            for (int port : List.of(settings.postgres().port(), settings.link().port())) {
                Result open =
                        programs.run(List.of("firewall-cmd", "--query-port=" + port + "/tcp"));
                if (open.exitCode() == NO) {
                    missing.add(port + "/tcp");
                } else if (!open.isOk()) {
                    return Optional.of(unknown(open.lastWords()));
                }
            }
            return Optional.of(missing.isEmpty() ? open() : closed(missing));
        } catch (CommandFailed e) {
            return Optional.of(unknown(e.words()));
        }
    }

    private Finding open() {
        return Finding.ok(
                FIREWALLD,
                settings.gate().backend() == Backend.IPTABLES
                        ? "runs; its reload may take the gate's rules away, which the daemon puts back"
                        : "runs beside the gate, which has a table of its own");
    }

    private static Finding closed(List<String> missing) {
        return Finding.warn(
                FIREWALLD,
                "runs, and its default zone does not let in " + String.join(" and ", missing)
                        + " by number; a service or another zone may",
                "firewall-cmd --permanent --add-port=" + String.join(" --add-port=", missing)
                        + " && firewall-cmd --reload");
    }

    private static Finding unknown(String why) {
        return Finding.warn(
                FIREWALLD,
                "could not be asked: " + why,
                "as root: firewall-cmd --list-all; PostgreSQL's port and the link's must be let in");
    }
}
