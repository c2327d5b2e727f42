package io.pgha.cli;

import io.pgha.config.Settings;
import io.pgha.config.Settings.Backend;
import io.pgha.http.Amounts;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.Probed;
import io.pgha.network.Gate;
import io.pgha.network.GateException;
import io.pgha.network.GateRules;
import io.pgha.network.Gates;
import io.pgha.network.GatewayView;
import io.pgha.network.Gateways;
import io.pgha.network.ListenerCheck;
import io.pgha.network.ListenerCheck.Listener;
import io.pgha.network.Privilege;
import io.pgha.os.Command;
import io.pgha.os.CommandFailed;
import io.pgha.peer.PairKey;
import io.pgha.peer.PairKeyException;
import io.pgha.postgres.DataDirectory;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.Layout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What {@code pgha check} finds out about this machine without asking any server. Each look has a deadline and changes nothing. */
final class LocalChecks {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final long SMALL_BYTES = 256L << 20;
    private static final long FULL_BYTES = 64L << 10;

    private final Settings settings;

    LocalChecks(Settings settings) {
        this.settings = settings;
    }

    /** @param gateByDaemon what the daemon sees of the gate: it has the rights that whoever types this may lack */
    List<Finding> all(Optional<Finding> gateByDaemon) throws InterruptedException {
        List<Finding> found = new ArrayList<>();
        found.add(key());
        found.addAll(programs());
        found.add(dataDirectory());
        found.add(directory("state", "state_directory", settings.stateDirectory()));
        found.add(directory("run", "run_directory", settings.runDirectory()));
        found.add(gateByDaemon.orElseGet(this::gate));
        found.addAll(doors());
        found.addAll(gateways());
        return found;
    }

    private Finding key() {
        Path file = settings.link().keyFile();
        try {
            PairKey key =
                    PairKey.read(file, settings.self().id(), settings.peer().id());
            return key.warning(Instant.now())
                    .map(w -> Finding.warn("link key", w, "pgha keygen " + file + " --rotate"))
                    .orElseGet(() -> Finding.ok(
                            "link key",
                            file + ", good for " + key.expiresIn(Instant.now()).toDays()
                                    + " days"));
        } catch (PairKeyException e) {
            return Finding.fail(
                    "link key",
                    String.valueOf(e.getMessage()),
                    "pgha keygen " + file + " --nodes " + settings.self().id() + ","
                            + settings.peer().id());
        }
    }

    private List<Finding> programs() {
        List<Finding> found = new ArrayList<>();
        Path bin = settings.postgres().bin();
        for (String program : List.of("postgres", "pg_ctl", "pg_controldata", "pg_basebackup")) {
            if (!Files.isExecutable(bin.resolve(program))) {
                found.add(
                        Finding.fail(
                                "programs",
                                bin.resolve(program) + " is missing or may not be run by this user",
                                "install PostgreSQL's server and client packages, or correct postgres.bin"));
            }
        }
        if (found.isEmpty()) {
            found.add(version(bin));
        }
        return found;
    }

    private Finding version(Path bin) {
        List<String> argv = new ArrayList<>(settings.postgres().wrapper());
        argv.addAll(List.of(bin.resolve("postgres").toString(), "--version"));
        try {
            String text = Command.of(argv).runOk(LIMIT).out().strip();
            return Finding.ok("programs", text + " in " + bin);
        } catch (CommandFailed e) {
            return Finding.fail("programs", e.words(), "correct postgres.bin or postgres.wrapper");
        }
    }

    private Finding dataDirectory() {
        Path data = settings.postgres().dataDirectory();
        try {
            Layout layout = new DataDirectory(data).layout();
            if (!layout.present()) {
                return Finding.warn(
                        "data",
                        data + " holds no database",
                        "correct postgres.data_directory; or, to make this node a standby: pgha initialize");
            }
            String shape = "PostgreSQL " + layout.major().orElse("?")
                    + (layout.mountPoint() ? ", a mount point" : "")
                    + layout.wal().map(w -> ", pg_wal at " + w).orElse("")
                    + (layout.tablespaces().isEmpty()
                            ? ""
                            : ", " + layout.tablespaces().size() + " tablespaces");
            return Finding.ok("data", data + ": " + shape);
        } catch (DataDirectoryException e) {
            return Finding.warn(
                    "data",
                    "could not be looked at: " + e.getMessage(),
                    "run pgha check as PostgreSQL's owner or as root");
        }
    }

    private static Finding directory(String name, String key, Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                return Finding.fail(
                        name,
                        key + " " + directory + " does not exist",
                        "mkdir " + directory + ", owned by PostgreSQL's owner");
            }
            if (!Files.isWritable(directory)) {
                return Finding.warn(
                        name,
                        key + " " + directory + " is not writable for this user",
                        "run pgha check as PostgreSQL's owner, or chown the directory to it");
            }
            long free = Files.getFileStore(directory).getUsableSpace();
            if (free < FULL_BYTES) {
                return Finding.fail(
                        name,
                        key + " " + directory
                                + " is full: nothing can be recorded, so no role can change",
                        "make room there: df " + directory);
            }
            return free < SMALL_BYTES
                    ? Finding.warn(
                            name,
                            "only " + Amounts.bytes(free) + " free at " + directory,
                            "make room: without it no change of role is possible")
                    : Finding.ok(name, directory + ", " + Amounts.bytes(free) + " free");
        } catch (IOException e) {
            return Finding.warn(name, directory + " could not be looked at: " + e, "");
        }
    }

    private Finding gate() {
        String backend = settings.gate().backend().name().toLowerCase(java.util.Locale.ROOT);
        try {
            Gate gate = Gates.of(settings);
            try {
                Probed<GateState> seen = gate.look(new MonoTime(System.nanoTime()));
                return seen.answer()
                        .map(g -> Finding.ok(
                                "gate",
                                backend + ", "
                                        + switch (g) {
                                            case OPEN -> "open";
                                            case CLOSED -> "closed";
                                            case DAMAGED ->
                                                "not installed, or changed: the daemon puts it in place";
                                        }))
                        .orElseGet(() -> unread(backend, seen.why()));
            } finally {
                gate.dispose();
            }
        } catch (GateException e) {
            return Finding.fail("gate", e.words(), "correct the peer's addresses");
        }
    }

    private Finding unread(String backend, String why) {
        return Privilege.isNetAdmin()
                ? Finding.fail(
                        "gate",
                        backend + " does not work: " + why,
                        settings.gate().backend() == Backend.NFTABLES
                                ? "apt install nftables (dnf install nftables), or gate.backend = iptables"
                                : "apt install iptables ipset (dnf install iptables-nft ipset), or gate.backend ="
                                        + " nftables")
                : Finding.warn(
                        "gate",
                        backend + " may not be looked at by this user, and no daemon says more",
                        "sudo pgha check");
    }

    private List<Finding> doors() {
        List<Finding> found = new ArrayList<>();
        ListenerCheck.Report report;
        try {
            report = ListenerCheck.look(GateRules.of(settings), LIMIT);
        } catch (GateException e) {
            return List.of(Finding.warn("doors", e.words(), ""));
        }
        for (Listener door : report.listeners()) {
            if (door.isLikelyDoor()) {
                found.add(Finding.warn(
                        "doors",
                        door.program().orElse("a program") + " listens on " + door.address()
                                + " port " + door.port() + ", which the gate does not guard",
                        "add " + door.port() + " to gate.ports, or listen on loopback only"));
            }
        }
        report.rewrites()
                .forEach(r -> found.add(Finding.warn(
                        "doors", "a firewall rule leads around the gate: " + r, "remove it")));
        if (!report.unseen().isEmpty() && !Privilege.isNetAdmin()) {
            found.add(Finding.warn(
                    "doors", "the firewall may not be looked at by this user", "sudo pgha check"));
        } else {
            report.unseen()
                    .forEach(u -> found.add(Finding.warn("doors", "not looked at: " + u, "")));
        }
        return found.isEmpty() ? List.of(Finding.ok("doors", "none beside the gate")) : found;
    }

    private List<Finding> gateways() throws InterruptedException {
        if (settings.gateways().isEmpty()) {
            return List.of();
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Finding> found = new ArrayList<>();
            for (GatewayView view : new Gateways(
                            settings.gateways(), settings.policy().gatewayTimeout(), threads)
                    .look(() -> new MonoTime(System.nanoTime()))) {
                found.add(judged(view));
            }
            return found;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Finding judged(GatewayView view) {
        Optional<String> near;
        try {
            near = Gateways.onOwnSubnet(view.name());
        } catch (IOException e) {
            near = Optional.empty();
        }
        if (near.isPresent()) {
            return Finding.fail(
                    "gateway " + view.name(),
                    near.get(),
                    "name a place beyond this site in gateways: this one answers also when the site is cut off");
        }
        return view.isSeen()
                ? Finding.ok("gateway " + view.name(), "answers")
                : Finding.warn(
                        "gateway " + view.name(),
                        "is silent: " + view.probe().why(),
                        "let it answer ping, or name host:port of something that accepts TCP");
    }
}
