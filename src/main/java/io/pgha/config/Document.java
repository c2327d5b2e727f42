package io.pgha.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;

import io.pgha.model.NodeId;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The file's values by key, with everything refused that is no key. A value of {@code null} counts as not written.
 *
 * <p>Nodes are kept in the order of their names, so that both machines see the same order.
 */
final class Document {

    private final Complaints complaints;
    private final Map<String, ConfigValue> top = new HashMap<>();
    private final Map<String, Map<String, ConfigValue>> nodes = new TreeMap<>();
    private final Map<String, Integer> blockLines = new HashMap<>();

    private Document(Complaints complaints) {
        this.complaints = complaints;
    }

    /** Sorts the values of a parsed file; complains of unknown keys, of keys in the wrong place, of nodes other than two. */
    static Document of(ConfigObject root, Complaints complaints) {
        Document document = new Document(complaints);
        document.walk("", "", root, Keys.atTop(), document.top);
        ConfigValue written = root.get(Keys.NODES);
        if (written instanceof ConfigObject block) {
            document.walkNodes(block);
        }
        if (document.nodes.size() != 2) {
            complaints.add(
                    document.lineOf(Keys.NODES),
                    Keys.NODES,
                    "names " + document.nodes.size()
                            + " nodes; exactly two are needed: nodes { node1 { host = ... } node2"
                            + " { host = ... } }");
        }
        return document;
    }

    private void walkNodes(ConfigObject block) {
        blockLines.put(Keys.NODES, block.origin().lineNumber());
        for (Map.Entry<String, ConfigValue> node : block.entrySet()) {
            String name = node.getKey();
            String path = Keys.NODES + "." + name;
            int line = node.getValue().origin().lineNumber();
            if (!(node.getValue() instanceof ConfigObject inner)) {
                complaints.add(line, path, "is not a block; write " + name + " { host = ... }");
                continue;
            }
            try {
                new NodeId(name);
            } catch (IllegalArgumentException e) {
                complaints.add(line, path, String.valueOf(e.getMessage()));
                continue;
            }
            blockLines.put(path, line);
            Map<String, ConfigValue> values = new HashMap<>();
            nodes.put(name, values);
            walk(path + ".", "", inner, Keys.inNode(), values);
        }
    }

    /** Puts the values below a block into {@code into}, by their path within the place where {@code known} keys may stand. */
    private void walk(
            String place,
            String within,
            ConfigObject block,
            List<String> known,
            Map<String, ConfigValue> into) {
        for (Map.Entry<String, ConfigValue> entry : block.entrySet()) {
            String path = within + entry.getKey();
            ConfigValue value = entry.getValue();
            int line = value.origin().lineNumber();
            if (known.contains(path)) {
                if (value.valueType() != ConfigValueType.NULL) {
                    into.put(path, value);
                }
            } else if (Keys.blocks().contains(path)) {
                if (value instanceof ConfigObject inner) {
                    blockLines.put(place + path, line);
                    walk(place, path + ".", inner, known, into);
                } else if (value.valueType() != ConfigValueType.NULL) {
                    complaints.add(line, place + path, "is a block; write " + path + " { ... }");
                }
            } else if (!(place + path).equals(Keys.NODES)) {
                complaints.add(line, place + path, Unknown.why(path, known, value));
            } else if (!(value instanceof ConfigObject)) {
                complaints.add(
                        line, path, "is a block; write nodes { node1 { ... } node2 { ... } }");
            }
        }
    }

    /** The names of the nodes, sorted. */
    List<String> nodes() {
        return List.copyOf(nodes.keySet());
    }

    /** The value written at the top. */
    Optional<ConfigValue> atTop(String path) {
        return Optional.ofNullable(top.get(path));
    }

    /** The value written in a node's block. */
    Optional<ConfigValue> inNode(String node, String path) {
        return Optional.ofNullable(nodes.getOrDefault(node, Map.of()).get(path));
    }

    /** Whether a block is there, at the top or in the node's block. */
    boolean hasBlock(String node, String block) {
        return blockLines.containsKey(block)
                || blockLines.containsKey(Keys.NODES + "." + node + "." + block);
    }

    /** The line of the innermost block that is there and in which the key stands or should stand; 1 without any. */
    int lineOf(String path) {
        return Stream.iterate(
                        path,
                        p -> !p.isEmpty(),
                        p -> p.substring(0, Math.max(0, p.lastIndexOf('.'))))
                .filter(blockLines::containsKey)
                .findFirst()
                .map(p -> blockLines.getOrDefault(p, 1))
                .orElse(1);
    }
}
