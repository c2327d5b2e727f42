package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Settings;
import io.pgha.config.Settings.Backend;
import io.pgha.config.SettingsText;
import io.pgha.http.Call;
import io.pgha.postgres.ServerFacts;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code pgha support-bundle}: all that is known of this node, in one file without secrets. */
@Command(
        name = "support-bundle",
        description = {
            "Write what is known of this node into one ZIP file, readable for its owner alone: configuration,",
            "state, events, log, PostgreSQL of both nodes, firewall, units. Passwords and keys are taken out.",
            "Changes nothing. Best run as root, on both nodes: each reads its own firewall, log and files."
        })
final class SupportBundleCommand implements Callable<Integer> {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int EVENTS = 1000;

    private static final String WORDS = """
            What pgha support-bundle found on %s. NOT KNOWN: the piece says what was tried and what came back.
            Of %s it holds what its daemon last said (status.json, peer_view: also what guards its ports, whom that lets
            pass, and what is wrong with it) and what its PostgreSQL says (peer/postgresql.txt); its other rules, log
            and files can be read there only: on that node, as root, type pgha support-bundle.
            """;

    private static final String REFUSED = """
            What pgha support-bundle found on a node whose configuration is refused (configuration.txt), so that
            neither its daemon nor its PostgreSQL could be asked. NOT KNOWN: the piece says what was tried and
            what came back. Run pgha support-bundle on the other node too.
            """;

    /** pgha's own units, and what else closes ports. */
    private static final List<String> UNITS =
            List.of("pgha", "pgha-gate", "pgha-check-start", "firewalld");

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "where to; must not exist (default: pgha-support-NODE.zip here)")
    private Optional<Path> output = Optional.empty();

    private final Pgha pgha;

    SupportBundleCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        try {
            Settings settings = pgha.desk().settings();
            return write(
                    "pgha-support-" + settings.self().id() + ".zip",
                    Secrets.of(settings),
                    WORDS.formatted(settings.self().id(), settings.peer().id()),
                    bundle -> fill(bundle, settings));
        } catch (InvalidConfiguration e) {
            pgha.terminal().err().println(e.getMessage());
            return write(
                    "pgha-support.zip",
                    Secrets.ofNobody(pgha.desk().config()),
                    REFUSED,
                    bundle -> fillWithout(bundle, String.valueOf(e.getMessage())));
        }
    }

    /** What is put into a bundle. */
    private interface Filling {
        void into(SupportBundle bundle) throws IOException;
    }

    private int write(String name, Secrets secrets, String words, Filling filling) {
        Path file = output.orElseGet(() -> Path.of(name));
        try (SupportBundle bundle = SupportBundle.create(file, secrets::masked)) {
            filling.into(bundle);
            int missing = bundle.finish(words
                    + secrets.unread().stream()
                            .map(why ->
                                    "Only what looks like a secret was taken out, since this could"
                                            + " not be read: " + why + "\n")
                            .collect(Collectors.joining()));
            pgha.terminal()
                    .out()
                    .println(
                            file + " is written, mode 0600, "
                                    + (missing == 0
                                            ? "with every piece"
                                            : missing + " pieces could not be had and say why")
                                    + ". Look through it before you give it away; run the same on the other node");
            return Exit.OK;
        } catch (FileAlreadyExistsException e) {
            pgha.terminal()
                    .complain(file + " exists and is not replaced: name another with --output");
            return Exit.FAILED;
        } catch (IOException e) {
            pgha.terminal().complain(file + " could not be written: " + e);
            return Exit.FAILED;
        }
    }

    /** Where the configuration says nothing. */
    private void fillWithout(SupportBundle bundle, String refusal) throws IOException {
        Path config = pgha.desk().config();
        programs(bundle);
        bundle.add("configuration.txt", () -> refusal + "\n\n" + Files.readString(config));
        bundle.run("firewall/nftables.txt", List.of("nft", "list", "tables"));
        bundle.run("firewall/iptables.txt", List.of("iptables-save"));
        machine(bundle, UNITS, List.of());
    }

    private static void programs(SupportBundle bundle) throws IOException {
        bundle.add(
                "pgha.txt",
                () -> "pgha " + VersionCommand.version() + ", Java " + Runtime.version() + "\n");
        bundle.run(
                "log.txt",
                List.of("journalctl", "--no-pager", "-o", "short-iso", "-n", "5000", "-u", "pgha"));
    }

    private void fill(SupportBundle bundle, Settings settings) throws IOException {
        programs(bundle);
        bundle.add("configuration.txt", () -> SettingsText.show(settings));
        bundle.add("status.txt", () -> asked(Call.look(Call.Command.STATUS, Call.Form.TEXT)));
        bundle.add("status.json", () -> asked(Call.look(Call.Command.STATUS, Call.Form.JSON)));
        bundle.add("explain.txt", () -> asked(Call.look(Call.Command.EXPLAIN, Call.Form.TEXT)));
        bundle.add("events.json", () -> asked(Call.events(EVENTS, false, Call.Form.JSON)));
        bundle.file("journal.txt", settings.stateDirectory().resolve("journal"));
        postgres(bundle, settings);
        firewall(bundle, settings);
        List<String> units = new ArrayList<>(UNITS);
        settings.postgres().unit().ifPresent(units::add);
        machine(
                bundle,
                units,
                List.of(
                        settings.stateDirectory().toString(),
                        settings.postgres().dataDirectory().toString()));
    }

    private static void postgres(SupportBundle bundle, Settings settings) throws IOException {
        int port = settings.postgres().port();
        bundle.add("postgresql/server.txt", () -> server(settings, "127.0.0.1", port));
        String peer = settings.peer().host();
        int there = settings.peer().postgresPort();
        bundle.add("peer/postgresql.txt", () -> server(settings, peer, there));
        List<String> control = new ArrayList<>(settings.postgres().wrapper());
        control.add(settings.postgres().bin().resolve("pg_controldata").toString());
        control.add(settings.postgres().dataDirectory().toString());
        bundle.run("postgresql/pg_controldata.txt", control);
        bundle.add(
                "postgresql/history.txt",
                () -> histories(settings.postgres().dataDirectory().resolve("pg_wal")));
    }

    private static String server(Settings settings, String host, int port) throws IOException {
        try {
            Map<String, String> answers = ServerFacts.ask(settings.postgres(), host, port, LIMIT);
            return answers.entrySet().stream()
                    .map(a -> "== " + a.getKey() + "\n" + a.getValue())
                    .collect(Collectors.joining("\n"));
        } catch (SQLException e) {
            throw new IOException(
                    "PostgreSQL at " + host + ", port " + port + ", as "
                            + settings.postgres().user() + ": " + e.getMessage(),
                    e);
        }
    }

    private static String histories(Path wal) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(wal)) {
            files = all.filter(f -> f.toString().endsWith(".history")).sorted().toList();
        }
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            text.append("== ")
                    .append(file.getFileName())
                    .append('\n')
                    .append(Files.readString(file));
        }
        return files.isEmpty() ? "none in " + wal + ": timeline 1\n" : text.toString();
    }

    private static void firewall(SupportBundle bundle, Settings settings) throws IOException {
        String name = settings.gate().name();
        if (settings.gate().backend() == Backend.NFTABLES) {
            bundle.run("firewall/gate.txt", List.of("nft", "-nn", "list", "table", "inet", name));
            bundle.run("firewall/others.txt", List.of("nft", "list", "chains"));
        } else {
            bundle.run("firewall/iptables.txt", List.of("iptables-save"));
            bundle.run("firewall/ip6tables.txt", List.of("ip6tables-save"));
            bundle.run("firewall/sets.txt", List.of("ipset", "list"));
        }
    }

    private static void machine(SupportBundle bundle, List<String> units, List<String> disks)
            throws IOException {
        bundle.run(
                "systemd/state.txt",
                with(
                        List.of(
                                "systemctl",
                                "show",
                                "--no-pager",
                                "-p",
                                "Id,LoadState,ActiveState,SubState,UnitFileState,Result,NRestarts,ActiveEnterTimestamp"),
                        units));
        bundle.run("systemd/units.txt", with(List.of("systemctl", "cat", "--no-pager"), units));
        bundle.run("machine/kernel.txt", List.of("uname", "-srvm"));
        bundle.file("machine/release.txt", Path.of("/etc/os-release"));
        bundle.run("machine/addresses.txt", List.of("ip", "-br", "address"));
        bundle.run("machine/listeners.txt", List.of("ss", "-ltnp"));
        bundle.run("machine/disks.txt", with(List.of("df", "-h"), disks));
        bundle.file("machine/memory.txt", Path.of("/proc/meminfo"));
    }

    private static List<String> with(List<String> command, List<String> operands) {
        return Stream.concat(command.stream(), operands.stream()).toList();
    }

    private String asked(Call call) throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            pgha.desk().ask(call, part -> text.append(part.text()));
            return text.toString();
        } catch (InvalidConfiguration e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
