package io.pgha.setup;

import io.pgha.config.Settings;
import io.pgha.config.Settings.Node;
import io.pgha.config.Settings.PostgresSettings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The changes of PostgreSQL's own files on this node, and what they leave to the operator. */
final class ServerFiles {

    private static final String AUTO_CONF = "postgresql.auto.conf";

    private final Settings settings;
    private final Map<String, Integer> least;
    private final Instant now;
    private final List<Step> steps = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** @param least what the primary has, on a standby; else empty */
    ServerFiles(Settings settings, Map<String, Integer> least, Instant now) {
        this.settings = settings;
        this.least = least;
        this.now = now;
    }

    List<Step> steps() {
        return steps;
    }

    /** What the operator does about them. */
    List<String> notes() {
        return notes;
    }

    /** Of a server that runs. */
    void propose(Server server) throws SetupRefused {
        FileStep hba = hba(server.hbaFile());
        if (hba.isChange()) {
            hba.requireWritable();
            steps.add(new HbaStep(hba, server.psql()));
        }
        Map<String, String> lacking = lacking(server, false);
        Map<String, String> byServer = new LinkedHashMap<>(lacking);
        // What ALTER SYSTEM wrote wins over every other file.
        byServer.keySet().removeIf(name -> !server.setting(name).file().endsWith(AUTO_CONF));
        lacking.keySet().removeAll(byServer.keySet());
        FileStep conf = conf(server.configFile(), lacking);
        if (conf.isChange()) {
            conf.requireWritable();
            steps.add(conf);
        }
        if (!byServer.isEmpty()) {
            steps.add(new AlterStep(server.psql(), byServer));
        }
        if (!steps.isEmpty() || server.isStale()) {
            steps.add(new ReloadStep(server.psql()));
        }
        List<String> waiting = new ArrayList<>(lacking(server, true).keySet());
        waiting.removeIf(name -> !server.setting(name).restart());
        if (!waiting.isEmpty()) {
            notes.add(restart(server) + "    # PostgreSQL takes " + String.join(", ", waiting)
                    + " at its next start only; clients are cut for that long"
                    + (server.hasStandby() ? "; restart the standby first" : ""));
        }
    }

    private Map<String, String> lacking(Server server, boolean inForce) {
        return Requirements.lacking(
                name -> inForce
                        ? server.setting(name).inForce()
                        : server.setting(name).written(),
                server.hasChecksums(),
                settings.postgres().maxSlotWalKeepBytes(),
                least);
    }

    /** Of a server that does not run; nothing where its files are not there either. */
    void propose(Path directory) throws SetupRefused {
        Path hbaFile = directory.resolve("pg_hba.conf");
        Path confFile = directory.resolve("postgresql.conf");
        Optional<String> text = FileStep.read(confFile);
        if (FileStep.read(hbaFile).isEmpty() || text.isEmpty()) {
            return;
        }
        FileStep hba = hba(hbaFile);
        FileStep conf = conf(
                confFile,
                Requirements.lacking(
                        name -> SettingLines.value(text.get(), name)
                                .orElse(Requirements.BUILT_IN.getOrDefault(name, "")),
                        false,
                        settings.postgres().maxSlotWalKeepBytes(),
                        least));
        for (FileStep step : List.of(hba, conf)) {
            if (step.isChange()) {
                step.requireWritable();
                steps.add(step);
            }
        }
    }

    private FileStep hba(Path file) throws SetupRefused {
        Optional<String> before = FileStep.read(file);
        HbaFile hba = new HbaFile(before.orElse(""));
        return new FileStep(file, before, hba.with(wanted()), false, Optional.empty(), now);
    }

    private FileStep conf(Path file, Map<String, String> values) throws SetupRefused {
        Optional<String> before = FileStep.read(file);
        return new FileStep(
                file,
                before,
                SettingLines.with(before.orElse(""), values),
                false,
                Optional.empty(),
                now);
    }

    /** The same lines on both nodes: a base backup may carry the file from one to the other. */
    private List<HbaLine> wanted() throws SetupRefused {
        PostgresSettings own = settings.postgres();
        List<HbaLine> wanted = new ArrayList<>();
        wanted.add(new HbaLine(own.database(), own.user(), "127.0.0.1"));
        List<Node> nodes = new ArrayList<>(List.of(settings.self(), settings.peer()));
        nodes.sort(java.util.Comparator.comparing(Node::id));
        for (Node node : nodes) {
            for (String address : addresses(node.host())) {
                wanted.add(new HbaLine(own.database(), own.user(), address));
                wanted.add(new HbaLine(own.database(), own.replicationUser(), address));
                wanted.add(new HbaLine(HbaLine.REPLICATION, own.replicationUser(), address));
            }
        }
        return wanted;
    }

    /** PostgreSQL would look a name up for each login, there and back: the addresses of now stand for it. */
    private static List<String> addresses(String host) throws SetupRefused {
        try {
            List<String> all = new ArrayList<>();
            for (InetAddress address : InetAddress.getAllByName(host)) {
                all.add(address.getHostAddress());
            }
            return all;
        } catch (UnknownHostException e) {
            throw SetupRefused.input(
                    "the name '" + host
                            + "' does not resolve here: put it into /etc/hosts of both nodes, or give an address");
        }
    }

    private static String restart(Server server) {
        return server.postmaster()
                .unit()
                .map(unit -> "systemctl restart " + unit)
                .orElseGet(() -> "sudo -u " + server.psql().owner().user() + " "
                        + server.postmaster().bin().resolve("pg_ctl") + " -D " + server.data()
                        + " restart");
    }
}
