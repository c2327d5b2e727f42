package io.pgha.config;

import io.pgha.config.Key.Scope;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The table of all keys: what is not in it cannot be configured, and {@code config/pgha.conf} lists exactly these. No other
 * knob exists, neither system property nor environment variable.
 */
public final class Keys {

    /** The block in which the nodes are named. */
    static final String NODES = "nodes";

    /** Blocks whose presence turns a part on. */
    static final List<String> SWITCHES = List.of("http", "archive");

    private static final List<Key<?>> ALL = Stream.of(
                    TimingKeys.all(),
                    ArbiterKeys.all(),
                    FenceKeys.all(),
                    PoolerKeys.all(),
                    PostgresKeys.all(),
                    PlaceKeys.all())
            .flatMap(List::stream)
            .<Key<?>>map(key -> key)
            .toList();

    private Keys() {}

    /** Every key, in the order of the shipped file. */
    public static List<Key<?>> all() {
        return ALL;
    }

    /** The key of that path; a node's key by its path within the node's block. */
    public static Optional<Key<?>> find(String path) {
        return ALL.stream().filter(key -> key.path().equals(path)).findFirst();
    }

    /** The paths that may be written at the top of the file. */
    static List<String> atTop() {
        return ALL.stream()
                .filter(key -> key.scope() != Scope.NODE)
                .<String>map(Key::path)
                .toList();
    }

    /** The paths that may be written in a node's block. */
    static List<String> inNode() {
        return ALL.stream()
                .filter(key -> key.scope() != Scope.SHARED)
                .<String>map(Key::path)
                .toList();
    }

    /** The names of the blocks: "postgres", "gate", ... */
    static List<String> blocks() {
        return ALL.stream()
                .<String>map(Key::path)
                .filter(path -> path.indexOf('.') > 0)
                .map(path -> path.substring(0, path.indexOf('.')))
                .distinct()
                .toList();
    }

    /** The block whose presence turns the key's part on; empty for a key that is always in force. */
    static Optional<String> switchOf(Key<?> key) {
        return SWITCHES.stream()
                .filter(block -> key.path().startsWith(block + "."))
                .findFirst();
    }
}
