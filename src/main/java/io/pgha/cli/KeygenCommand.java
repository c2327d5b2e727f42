package io.pgha.cli;

import io.pgha.model.NodeId;
import io.pgha.peer.Keygen;
import io.pgha.peer.PairKeyException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code pgha keygen}: one file that makes two nodes a pair; the operator copies it to the other node. */
@Command(
        name = "keygen",
        description =
                "Make the pair's key file, to be copied to the other node; or rotate or retire its keys.")
final class KeygenCommand implements Callable<Integer> {

    private final Pgha pgha;

    @Parameters(
            paramLabel = "FILE",
            description = "The key file, link.key_file in the configuration.")
    private Path file = Path.of("/etc/pgha/pair.key");

    @Option(
            names = "--nodes",
            split = ",",
            paramLabel = "NAME",
            description = "The two names, as in the configuration.")
    private List<NodeId> nodes = List.of();

    @Option(
            names = "--witness",
            paramLabel = "NAME",
            description = "What the witness is called (default: witness).")
    private NodeId witness = Keygen.WITNESS;

    @Option(
            names = "--for-witness",
            paramLabel = "COPY",
            description =
                    "Write the witness's copy of FILE, without the nodes' private keys; carry it to the witness.")
    private Optional<Path> copy = Optional.empty();

    @Option(
            names = "--rotate",
            description = "Add a second set of keys; both are accepted until --retire.")
    private boolean rotate;

    @Option(
            names = "--retire",
            description = "Take the older set away, once both nodes hold the newer one.")
    private boolean retire;

    @Option(names = "--force", description = "Replace an existing file.")
    private boolean force;

    KeygenCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        try {
            Keygen keygen = new Keygen(Keygen.keytool(), Keygen.VALIDITY);
            Keygen.Existing existing = force ? Keygen.Existing.REPLACE : Keygen.Existing.REFUSE;
            boolean made = true;
            if (rotate) {
                keygen.rotate(file, Instant.now());
            } else if (retire) {
                keygen.retire(file);
            } else if (nodes.size() == 2) {
                keygen.create(file, nodes.get(0), nodes.get(1), witness, Instant.now(), existing);
            } else if (copy.isPresent()) {
                made = false;
            } else {
                pgha.terminal()
                        .complain("keygen needs the two names of the pair: pgha keygen " + file
                                + " --nodes node1,node2");
                return Exit.USAGE;
            }
            if (made) {
                say(
                        file
                                + " is written. Copy it to the other node, keep it to PostgreSQL's owner (mode 0600)");
            }
            if (copy.isPresent()) {
                keygen.forWitness(file, copy.get(), existing);
                say(copy.get() + " is written. Move it to the witness's host, name it"
                        + " in pairs of witness.conf there, and restart the witness");
            }
            return Exit.OK;
        } catch (PairKeyException e) {
            pgha.terminal().complain(String.valueOf(e.getMessage()));
            return Exit.FAILED;
        }
    }

    private void say(String words) {
        pgha.terminal().out().println(words);
    }
}
