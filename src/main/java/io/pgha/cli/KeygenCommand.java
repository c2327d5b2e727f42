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
import java.util.stream.Stream;

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
    private Optional<NodeId> witness = Optional.empty();

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
        Optional<String> wrong = contradiction();
        if (wrong.isPresent()) {
            pgha.terminal().complain(wrong.get());
            return Exit.USAGE;
        }
        try {
            Keygen keygen = new Keygen(Keygen.keytool(), Keygen.VALIDITY);
            Keygen.Existing existing = force ? Keygen.Existing.REPLACE : Keygen.Existing.REFUSE;
            boolean made = true;
            if (rotate) {
                keygen.rotate(file, Instant.now());
            } else if (retire) {
                keygen.retire(file);
            } else if (!nodes.isEmpty()) {
                NodeId third = witness.orElse(Keygen.WITNESS);
                keygen.create(file, nodes.get(0), nodes.get(1), third, Instant.now(), existing);
            } else {
                made = false;
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

    /** What was typed is one thing; the witness's copy may be made in the same go. */
    private Optional<String> contradiction() {
        long kinds =
                Stream.of(!nodes.isEmpty(), rotate, retire).filter(is -> is).count();
        if (kinds > 1) {
            return Optional.of(
                    "--nodes makes new keys, --rotate adds a second set, --retire takes the"
                            + " older away: type one of them, such as pgha keygen " + file
                            + " --rotate");
        }
        if ((kinds == 0 && copy.isEmpty()) || (!nodes.isEmpty() && nodes.size() != 2)) {
            return Optional.of("keygen needs the two names of the pair: pgha keygen " + file
                    + " --nodes node1,node2");
        }
        if (witness.isPresent() && nodes.isEmpty()) {
            return Optional.of(
                    "--witness names the witness of new keys: it goes with --nodes only");
        }
        if (force && nodes.isEmpty() && copy.isEmpty()) {
            return Optional.of("--force replaces a file that exists: it goes with --nodes and with"
                    + " --for-witness only");
        }
        return Optional.empty();
    }

    private void say(String words) {
        pgha.terminal().out().println(words);
    }
}
