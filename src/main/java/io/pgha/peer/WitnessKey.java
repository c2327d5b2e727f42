package io.pgha.peer;

import io.pgha.model.NodeId;

import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A pair's key file as its witness reads it: the witness's own keys, and the public keys of both nodes. Immutable. */
public final class WitnessKey {

    private final Path file;
    private final List<NodeId> nodes;
    private final List<Generation> generations;

    private WitnessKey(Path file, List<NodeId> nodes, List<Generation> generations) {
        this.file = file;
        this.nodes = nodes;
        this.generations = generations;
    }

    /**
     * Reads a file made by {@code pgha keygen --for-witness}; the nodes' own file would do, too.
     *
     * @throws PairKeyException saying what is wrong and what to type
     */
    public static WitnessKey read(Path file) throws PairKeyException {
        List<Generation> generations = PairKey.load(file).stream()
                .filter(generation -> generation.witness().isPresent())
                .toList();
        if (generations.isEmpty()) {
            throw new PairKeyException(PairKey.noWitness(file));
        }
        List<NodeId> nodes =
                generations.get(0).identities().keySet().stream().sorted().toList();
        return new WitnessKey(file, nodes, generations);
    }

    /** Where it was read. */
    public Path file() {
        return file;
    }

    /** The pair's two nodes, sorted. */
    public List<NodeId> nodes() {
        return nodes;
    }

    /** The pair in words and in the names of files: {@code node1+node2}. A plus sign is in no node's name. */
    public String pair() {
        return nodes.stream().map(NodeId::name).collect(Collectors.joining("+"));
    }

    /** Which node of this pair presents that certificate; empty when none does. */
    public Optional<NodeId> nodeOf(Certificate certificate) {
        if (!(certificate instanceof X509Certificate leaf)) {
            return Optional.empty();
        }
        return nodes.stream()
                .filter(node -> generations.stream().anyMatch(g -> g.pins(node, leaf)))
                .findFirst();
    }

    List<Generation> generations() {
        return generations;
    }
}
