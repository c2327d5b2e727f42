package io.pgha.setup;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Settings;
import io.pgha.config.SettingsFile;
import io.pgha.model.NodeId;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Setup on the primary: configuration, passwords, key, roles, PostgreSQL's files, and the bundle for the other node. */
public final class FirstNode {

    private static final String USUAL_ROLE = "replicator";

    /** Where somebody else has a role of the usual name. */
    private static final String OWN_ROLE = "pgha_replicator";

    private final Path config;
    private final Optional<NodeId> node;
    private final Server server;
    private final Instant now;
    private final SecureRandom random = new SecureRandom();
    private final List<Step> steps = new ArrayList<>();
    private final List<String> next = new ArrayList<>();

    /**
     * Of a node whose configuration lies, or will lie, at {@code config}.
     *
     * @param node which of its nodes this is; empty: by its addresses
     * @param now the date of copies and certificates
     */
    public FirstNode(Path config, Optional<NodeId> node, Server server, Instant now) {
        this.config = config.toAbsolutePath();
        this.node = node;
        this.server = server;
        this.now = now;
    }

    /** Whether there is a configuration, which then says everything and is kept. */
    public boolean isConfigured() {
        return Files.exists(config);
    }

    /**
     * Everything that is missing; changes nothing.
     *
     * @param answers needed when there is no configuration yet
     * @param bundle where the other node's bundle goes; empty: beside a new configuration, and none with one that is there
     */
    public Proposal propose(Optional<Answers> answers, Optional<Path> bundle)
            throws SetupRefused, InvalidConfiguration {
        boolean isNew = !isConfigured();
        if (isNew && server.isStandby()) {
            throw SetupRefused.unsafe("this PostgreSQL is a standby"
                    + server.peer().map(p -> " of " + p).orElse("")
                    + ", and setup begins on the primary. Type pgha setup there, carry its bundle"
                    + " here, then: pgha setup --from FILE");
        }
        String text = isNew ? draft(answers.orElseThrow()) : read(config);
        Settings settings = SettingsFile.parse(config, text, node);
        requireSame(settings);
        Owner owner = server.psql().owner();
        Path passFile = Passwords.file(settings);
        Optional<String> before = FileStep.read(passFile);
        Passwords passwords = Passwords.of(settings, before, random);
        file(new FileStep(passFile, before, passwords.text(), true, Optional.of(owner), now));
        KeyStep key = new KeyStep(
                settings.link().keyFile(), settings.self().id(), settings.peer().id(), owner, now);
        if (key.isNeeded()) {
            steps.add(key);
        }
        RoleStep roles = new Roles(server, settings, passwords.byRole(), random).propose();
        if (!roles.statements().isEmpty() && !server.isStandby()) {
            steps.add(roles);
        }
        ServerFiles files = new ServerFiles(settings, Map.of(), now);
        files.propose(server);
        steps.addAll(files.steps());
        next.addAll(files.notes());
        Optional<String> there = isNew ? Optional.empty() : Optional.of(text);
        file(new FileStep(config, there, text, false, Optional.empty(), now));
        Optional<Path> carried = isNew
                ? Optional.of(
                        bundle.orElse(config.resolveSibling(settings.peer().id() + ".bundle")))
                : bundle;
        if (carried.isPresent()) {
            carry(carried.get().toAbsolutePath(), settings, text, passwords);
        }
        next.addAll(Boot.commands(
                server.postmaster().unit(),
                "    # when it runs on " + settings.peer().id()
                        + ": until it has heard that daemon it keeps clients out"));
        return new Proposal(found(settings), steps, next);
    }

    private static String read(Path file) throws SetupRefused {
        return FileStep.read(file).orElse("");
    }

    private List<String> found(Settings settings) {
        return List.of(
                "This node is " + settings.self().id() + ": " + server.words(),
                "The other is " + settings.peer().id() + " at "
                        + settings.peer().host()
                        + "; guard "
                        + settings.policy().guard().name().toLowerCase(java.util.Locale.ROOT));
    }

    private void file(FileStep step) throws SetupRefused {
        if (step.isChange()) {
            step.requireWritable();
            steps.add(step);
        }
    }

    private String draft(Answers answers) throws SetupRefused, InvalidConfiguration {
        Path keyFile = config.resolveSibling("pair.key");
        Path passFile = config.resolveSibling("pgpass");
        String usual = answers.configuration(server, keyFile, passFile, USUAL_ROLE);
        Settings settings = SettingsFile.parse(config, usual, node);
        if (!settings.self().id().equals(answers.self())) {
            throw SetupRefused.input(answers.peerHost() + " is an address of this machine, not of "
                    + answers.peer() + ": name the other node with --peer");
        }
        String role = settings.postgres().replicationUser();
        Optional<String> password = FileStep.read(passFile).isPresent()
                ? Passwords.find(settings, role)
                : Optional.empty();
        return Roles.isTaken(server, role, password)
                ? answers.configuration(server, keyFile, passFile, OWN_ROLE)
                : usual;
    }

    /** A configuration that is about another server would have roles and files changed in the wrong place. */
    private void requireSame(Settings settings) throws SetupRefused {
        Path named = settings.postgres().dataDirectory();
        if (!named.normalize().equals(server.data()) && !isLinked(named)) {
            throw SetupRefused.input(config + " says postgres.data_directory = " + named
                    + " for " + settings.self().id() + ", and the server that runs here has "
                    + server.data() + ". Correct the file, or name the server: --data " + named);
        }
    }

    private boolean isLinked(Path named) {
        try {
            return named.toRealPath().equals(server.data());
        } catch (java.io.IOException e) {
            // It is not there: then it is not the one that runs.
            return false;
        }
    }

    private void carry(Path file, Settings settings, String text, Passwords passwords)
            throws SetupRefused {
        Map<String, Integer> least = new TreeMap<>();
        for (String name : Requirements.AS_ON_PRIMARY) {
            String value = server.setting(name).inForce();
            if (value.matches("\\d{1,9}")) {
                least.put(name, Integer.valueOf(value));
            }
        }
        NodeId there = settings.peer().id();
        BundleStep step = new BundleStep(
                file,
                new Bundle(
                        settings.self().id(),
                        there,
                        server.systemId(),
                        text,
                        "",
                        passwords.text(),
                        least),
                settings.link().keyFile(),
                now);
        step.target("").requireWritable();
        steps.add(step);
        String name = String.valueOf(file.getFileName());
        next.add("scp " + file + " root@" + settings.peer().host() + ":" + file + " && rm " + file
                + "    # once pgha is installed there; it holds the key and the passwords");
        next.add("pgha setup --from " + file.resolveSibling(name) + "    # on " + there);
    }
}
