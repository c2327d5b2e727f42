package io.pgha.setup;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Settings;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.config.SettingsFile;
import io.pgha.model.NodeId;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Setup on the other node, from the bundle that the first one made. */
public final class OtherNode {

    private final Path config;
    private final Optional<NodeId> node;
    private final Bundle bundle;
    private final Running running;
    private final Optional<Server> server;
    private final Instant now;
    private final List<Step> steps = new ArrayList<>();
    private final List<String> next = new ArrayList<>();

    /**
     * Of a node whose configuration will lie at {@code config}.
     *
     * @param node which of its nodes this is; empty: by its addresses
     * @param running the PostgreSQL servers of this machine
     * @param now the date of copies
     */
    public OtherNode(
            Path config, Optional<NodeId> node, Bundle bundle, Running running, Instant now) {
        this.config = config.toAbsolutePath();
        this.node = node;
        this.bundle = bundle;
        this.running = running;
        this.server = running.server();
        this.now = now;
    }

    /**
     * Everything that is missing; changes nothing.
     *
     * @param more lines for the end of this node's configuration, which win
     */
    public Proposal propose(List<String> more) throws SetupRefused, InvalidConfiguration {
        String text = configuration(more);
        Settings settings = SettingsFile.parse(config, text, node);
        if (!settings.self().id().equals(bundle.to())) {
            throw SetupRefused.input("the bundle is for " + bundle.to() + ", and this is "
                    + settings.self().id() + ": carry it to " + settings.peer().host());
        }
        PostgresSettings own = settings.postgres();
        running.requireAbout(own.dataDirectory());
        requireFollower(there().dataDirectory());
        if (!Files.isExecutable(own.bin().resolve("pg_ctl"))) {
            throw SetupRefused.input("there are no PostgreSQL programs in " + own.bin()
                    + " here: install the same major version as on " + bundle.from()
                    + ", or name their directory: --set 'nodes." + bundle.to()
                    + ".postgres.bin = \"DIRECTORY\"'");
        }
        Owner owner = owner(own.dataDirectory());
        Optional<AsideStep> aside = server.isPresent()
                ? Optional.empty()
                : AsideStep.propose(settings, bundle.systemId(), now);
        aside.ifPresent(steps::add);
        secret(Passwords.file(settings), owner, this::merged);
        secret(settings.link().keyFile(), owner, before -> bundle.key());
        ServerFiles files = new ServerFiles(settings, bundle.least(), now);
        if (server.isPresent()) {
            FollowStep follow = new FollowStep(settings, server.get().psql());
            files.propose(server.get());
            if (follow.isNeeded(server.get())) {
                files.steps().removeIf(ReloadStep.class::isInstance);
                files.steps().add(follow);
                files.steps().add(new ReloadStep(server.get().psql()));
            }
        } else if (aside.isEmpty() || !own.configDirectory().startsWith(own.dataDirectory())) {
            // What goes aside with the data comes back with the copy.
            files.propose(own.configDirectory());
        }
        steps.addAll(files.steps());
        next.addAll(files.notes());
        Optional<String> before = FileStep.read(config);
        file(new FileStep(config, before, text, false, Optional.empty(), now));
        next.addAll(Boot.commands(own.unit(), ""));
        build(own.dataDirectory(), aside.isPresent());
        return new Proposal(found(settings), steps, next);
    }

    /** The pair's file; where this machine is other than the first node, with lines of its own. */
    private String configuration(List<String> more) throws InvalidConfiguration {
        StringBuilder text = new StringBuilder(bundle.configuration());
        PostgresSettings there = there();
        server.ifPresent(s -> text.append(Local.of(s)
                .beside(Local.of(there))
                .lines("nodes." + Answers.quoted(bundle.to().name()) + ".postgres.")));
        more.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /** PostgreSQL here as the first node takes it to be. */
    private PostgresSettings there() throws InvalidConfiguration {
        return SettingsFile.parse(config, bundle.configuration(), Optional.of(bundle.to()))
                .postgres();
    }

    /** @param place where the first node takes this one's database to lie */
    private void requireFollower(Path place) throws SetupRefused {
        if (server.isEmpty()) {
            return;
        }
        Server here = server.get();
        if (!here.isStandby()) {
            throw SetupRefused.unsafe("the PostgreSQL that runs here (" + here.words()
                    + ") is a primary of its own, and this node is to become the standby of "
                    + bundle.from() + ". If nobody needs it, stop it: "
                    + here.postmaster()
                            .unit()
                            .map(u -> "systemctl stop " + u)
                            .orElse("pg_ctl -D " + here.data() + " stop")
                    + "; then type the same again"
                    + (place.equals(here.data())
                            ? ""
                            : ". If it has nothing to do with the pair, it may go on: type the same with --data "
                                    + place + ", where the copy will lie"));
        }
        if (!here.systemId().equals(bundle.systemId())) {
            throw SetupRefused.unsafe("the standby that runs here holds another database than "
                    + bundle.from() + ": system identifier " + here.systemId() + ", there "
                    + bundle.systemId() + ". Stop it, type the same again, then pgha initialize");
        }
    }

    private static Owner owner(Path data) throws SetupRefused {
        return Files.isDirectory(data) ? Owner.of(data) : Owner.usual();
    }

    /** How a text becomes another. */
    private interface Merge {
        String after(Optional<String> before);
    }

    private void secret(Path file, Owner owner, Merge merge) throws SetupRefused {
        Optional<String> before = FileStep.read(file);
        file(new FileStep(file, before, merge.after(before), true, Optional.of(owner), now));
    }

    /** The bundle's lines first, since the first that fits counts. */
    private String merged(Optional<String> before) {
        List<String> carried = bundle.passwords().lines().toList();
        StringBuilder text = new StringBuilder(bundle.passwords());
        before.orElse("")
                .lines()
                .filter(line -> !carried.contains(line))
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private void file(FileStep step) throws SetupRefused {
        if (step.isChange()) {
            step.requireWritable();
            steps.add(step);
        }
    }

    private List<String> found(Settings settings) {
        return List.of(
                "This node is " + settings.self().id() + ": "
                        + server.map(Server::words)
                                .orElse("no PostgreSQL runs here; its place is "
                                        + settings.postgres().dataDirectory()),
                "The other is " + settings.peer().id() + " at "
                        + settings.peer().host());
    }

    /** How it becomes a standby, where it is none. */
    private void build(Path data, boolean isSetAside) {
        if (server.isPresent()) {
            return;
        }
        next.add(
                Files.exists(data.resolve("PG_VERSION")) && !isSetAside
                        ? "pgha rejoin --dry-run    # whether the copy in " + data
                                + " can follow; otherwise pgha initialize overwrites it"
                        : "pgha initialize    # copies the database from " + bundle.from()
                                + ", once pgha runs on both nodes");
    }
}
