package io.pgha.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;

import io.pgha.config.Key.Effect;
import io.pgha.config.Key.Scope;
import io.pgha.config.Settings.Shown;
import io.pgha.model.NodeId;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The configuration that a daemon runs by, which is not always what stands in the file. Immutable: reading the file anew
 * gives another one, in which the keys that may change live are the file's, and all others as they were.
 */
public final class Running {

    private final Path file;
    private final Optional<NodeId> node;
    private final Locality locality;
    private final ConfigObject root;
    private final Settings settings;

    private Running(
            Path file,
            Optional<NodeId> node,
            Locality locality,
            ConfigObject root,
            Settings settings) {
        this.file = file;
        this.node = node;
        this.locality = locality;
        this.root = root;
        this.settings = settings;
    }

    /** Reads a file for a daemon that starts; as {@link SettingsFile#load(Path, Optional)}. */
    public static Running load(Path file, Optional<NodeId> node) throws InvalidConfiguration {
        return load(file, node, MachineLocality.look());
    }

    static Running load(Path file, Optional<NodeId> node, Locality locality)
            throws InvalidConfiguration {
        ConfigObject root = SettingsFile.parse(file);
        return new Running(
                file, node, locality, root, SettingsFile.settings(file, root, node, locality));
    }

    /** What is in force. */
    public Settings settings() {
        return settings;
    }

    /**
     * A key whose value is another.
     *
     * @param key its path; a node's key with the node's name
     * @param before its value in force
     * @param after its value in the file
     */
    public record Change(String key, String before, String after) {
        @Override
        public String toString() {
            return key + " = " + after + " (was " + before + ")";
        }
    }

    /**
     * What reading the file anew leads to.
     *
     * @param next what is in force from then on
     * @param applied what changes by it
     * @param waiting what the file says otherwise, and only a restart puts in force; its {@code before} stays
     * @param contradiction why not even what may change live does: it does not go with what waits; empty: it does
     */
    public record Reading(
            Running next,
            List<Change> applied,
            List<Change> waiting,
            Optional<String> contradiction) {
        public Reading {
            applied = List.copyOf(applied);
            waiting = List.copyOf(waiting);
        }
    }

    /**
     * Reads the file anew; may take as long as {@link SettingsFile#load(Path, Optional)}.
     *
     * @throws InvalidConfiguration when the file is not sound as a whole; nothing of it is taken over then
     */
    public Reading reread() throws InvalidConfiguration {
        ConfigObject read = SettingsFile.parse(file);
        Settings wanted = SettingsFile.settings(file, read, node, locality);
        Running next = this;
        Optional<String> contradiction = Optional.empty();
        if (wanted.self().id().equals(settings.self().id())
                && wanted.peer().id().equals(settings.peer().id())) {
            ConfigObject mixed = mixedWith(read);
            try {
                next = new Running(
                        file,
                        node,
                        locality,
                        mixed,
                        SettingsFile.settings(file, mixed, node, locality));
            } catch (InvalidConfiguration e) {
                contradiction = Optional.of(e.complaints().get(0).message());
            }
        }
        return new Reading(
                next,
                changes(settings, next.settings),
                changes(next.settings, wanted),
                contradiction);
    }

    /** What is in force, with the live keys as they are written in {@code read}. */
    private ConfigObject mixedWith(ConfigObject read) {
        Config from = read.toConfig();
        Config mixed = root.toConfig();
        for (Key<?> key : Keys.all()) {
            if (key.effect() == Effect.LIVE) {
                mixed = taken(mixed, from, key.path());
                if (key.scope() == Scope.PER_NODE) {
                    for (NodeId id :
                            List.of(settings.self().id(), settings.peer().id())) {
                        String block = ConfigUtil.joinPath(Keys.NODES, id.name());
                        mixed = taken(mixed, from, block + "." + key.path());
                    }
                }
            }
        }
        return mixed.root();
    }

    private static Config taken(Config into, Config from, String path) {
        return from.hasPath(path)
                ? into.withValue(path, from.getValue(path))
                : into.withoutPath(path);
    }

    private static List<Change> changes(Settings before, Settings after) {
        Map<String, String> values = before.shown().stream()
                .collect(Collectors.toMap(Shown::key, Shown::value, (a, b) -> a));
        List<Change> changes = new ArrayList<>();
        for (Shown now : after.shown()) {
            String was = values.getOrDefault(now.key(), "(not there)");
            if (!was.equals(now.value())) {
                changes.add(new Change(now.key(), was, now.value()));
            }
        }
        return changes;
    }
}
