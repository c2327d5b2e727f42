package io.pgha.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.model.NodeId;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The pair's key file as one node reads it: its own certificate and key, and the public keys it accepts from the peer.
 * Immutable. Dates are shown, never enforced (protocol section 9): neither an expiry nor a wall-clock step may cut the
 * link. With two generations (a rotation under way) both are accepted, and the newest that both nodes hold is used.
 */
public final class PairKey {

    /** From here on {@link #warning} speaks. */
    public static final Duration WARN_BEFORE = Duration.ofDays(60);

    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");

    private final Path file;
    private final NodeId self;
    private final NodeId peer;
    private final List<Generation> generations;

    private PairKey(Path file, NodeId self, NodeId peer, List<Generation> generations) {
        this.file = file;
        this.self = self;
        this.peer = peer;
        this.generations = List.copyOf(generations);
    }

    /**
     * Reads the file and checks that it is whole, private, and for these two nodes.
     *
     * @throws PairKeyException saying what is wrong and what to type
     */
    public static PairKey read(Path file, NodeId self, NodeId peer) throws PairKeyException {
        List<Generation> generations = load(file);
        for (Generation generation : generations) {
            Set<NodeId> nodes = generation.identities().keySet();
            for (NodeId wanted : List.of(self, peer)) {
                if (!nodes.contains(wanted)) {
                    throw new PairKeyException("the pair key " + file + " is for " + words(nodes)
                            + ", not for '" + wanted + "'. The nodes' names in the configuration"
                            + " must be those given to keygen: copy the right file here, or make a"
                            + " new one and copy it to both nodes: "
                            + Keygen.command(file, "--nodes " + self + "," + peer + " --force"));
                }
            }
            if (Optional.ofNullable(generation.identities().get(self))
                    .flatMap(Generation.Identity::key)
                    .isEmpty()) {
                throw new PairKeyException(
                        "the pair key " + file + " is the witness's copy, without"
                                + " the nodes' keys. Copy the file of the other node here");
            }
        }
        return new PairKey(file, self, peer, generations);
    }

    /** What to do about a file that was made before there were witnesses. */
    static String noWitness(Path file) {
        return "the pair key " + file + " holds no key for a witness: it was made by an older pgha."
                + " Type: " + Keygen.command(file, "--rotate")
                + ", copy the file to the other node and restart both daemons; then, for the"
                + " witness's copy: " + Keygen.command(file, "--for-witness witness.key");
    }

    /** Reads the file without asking for which node; oldest generation first. */
    static List<Generation> load(Path file) throws PairKeyException {
        String text = text(file);
        try {
            return PairFile.parse(text);
        } catch (GeneralSecurityException e) {
            throw new PairKeyException(
                    "the pair key " + file + " is damaged (" + e.getMessage() + "). Copy it again"
                            + " from the other node, or make a new one and copy it to both nodes: "
                            + Keygen.command(file, "--nodes NAME,NAME --force"),
                    e);
        }
    }

    private static String text(Path file) throws PairKeyException {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (!OWNER_ONLY.containsAll(mode)) {
                throw new PairKeyException("the pair key " + file + " can be reached by others ("
                        + PosixFilePermissions.toString(mode) + "). Type: chmod 600 " + file);
            }
            if (!Files.isRegularFile(file) || Files.size(file) > PairFile.MAX_BYTES) {
                throw new PairKeyException("the pair key " + file + " is not a file made by"
                        + " 'pgha keygen' (a directory, or too large)");
            }
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (NoSuchFileException e) {
            throw new PairKeyException(
                    "there is no pair key at " + file + ". Make it on one node ("
                            + Keygen.command(file, "--nodes NAME,NAME")
                            + ") and copy the file to the other, with owner and mode (0600)",
                    e);
        } catch (AccessDeniedException e) {
            throw new PairKeyException(
                    "the pair key " + file + " cannot be read by this user (" + owner(file)
                            + "). Give it to PostgreSQL's owner, which the daemon runs as: chown"
                            + " postgres " + file,
                    e);
        } catch (IOException e) {
            throw new PairKeyException(
                    "the pair key " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static String owner(Path file) {
        try {
            return "it belongs to " + Files.getOwner(file).getName();
        } catch (IOException e) {
            return "its directory cannot be searched";
        }
    }

    /** This node, whose certificate is presented. */
    public NodeId self() {
        return self;
    }

    /** The other node, whose certificate is expected. */
    public NodeId peer() {
        return peer;
    }

    /** Where it was read. */
    public Path file() {
        return file;
    }

    /** Ids of the generations in the file, oldest first; two while a rotation is under way. */
    public List<String> generationIds() {
        return generations.stream().map(Generation::id).collect(Collectors.toList());
    }

    /**
     * For guard witness: the file must hold a witness's key.
     *
     * @throws PairKeyException when it does not; the message says what to type
     */
    public void demandWitness() throws PairKeyException {
        if (newest().witness().isEmpty()) {
            throw new PairKeyException(noWitness(file));
        }
    }

    /**
     * What is left until the first certificate of the newest generation expires; negative afterwards.
     *
     * @param wallClock for display only
     */
    public Duration expiresIn(Instant wallClock) {
        Generation newest = newest();
        Instant first = newest.ca().getNotAfter().toInstant();
        for (Generation.Identity identity : newest.identities().values()) {
            Instant end = identity.certificate().getNotAfter().toInstant();
            first = end.isBefore(first) ? end : first;
        }
        return Duration.between(wallClock, first);
    }

    /** A sentence for status and check from 60 days before the expiry; nothing is ever refused because of it. */
    public Optional<String> warning(Instant wallClock) {
        Duration left = expiresIn(wallClock);
        if (left.compareTo(WARN_BEFORE) > 0) {
            return Optional.empty();
        }
        String when = left.isNegative()
                ? "expired " + left.negated().toDays() + " days ago"
                : "expires in " + left.toDays() + " days";
        return Optional.of("the pair key " + file + " " + when + "; the link goes on regardless."
                + " Type: " + Keygen.command(file, "--rotate") + ", and copy the file to " + peer);
    }

    List<Generation> generations() {
        return generations;
    }

    Generation newest() {
        return generations.get(generations.size() - 1);
    }

    private static String words(Set<NodeId> nodes) {
        return new TreeSet<>(nodes)
                .stream().map(node -> "'" + node + "'").collect(Collectors.joining(" and "));
    }
}
