package io.pgha.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.model.NodeId;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Makes, rotates and trims the pair key file. The file is written aside, forced to disk and renamed, with mode 0600; a
 * file that is replaced keeps its owner. When a method returns, the file is durable.
 *
 * <p>The JDK has no public way to sign a certificate, so this runs the {@code keytool} program that is part of every
 * Java runtime (of module java.base, so also of a trimmed one). A library (Bouncy Castle) would add 10 MB to the
 * daemon's class path for something done once in ten years. keytool gets its password from a file of mode 0600 in a
 * directory of mode 0700 beside the target, never by argument; both are deleted, the CA's private key with them.
 */
public final class Keygen {

    /** Certificates made by default are dated this long; nothing enforces it. */
    public static final Duration VALIDITY = Duration.ofDays(3650);

    private static final Duration KEYTOOL_DEADLINE = Duration.ofSeconds(60);
    private static final int MAX_WORDS = 400;
    private static final DateTimeFormatter START =
            DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss");

    /** What the witness is called unless it is given a name. */
    public static final NodeId WITNESS = new NodeId("witness");

    /** What to do when the file exists. */
    public enum Existing {
        REFUSE,
        REPLACE
    }

    private final Path keytool;
    private final Duration validity;
    private final SecureRandom random = new SecureRandom();

    /**
     * A generator that runs the given keytool.
     *
     * @param keytool the program, see {@link #keytool()}
     * @param validity whole days the certificates are dated for
     */
    public Keygen(Path keytool, Duration validity) {
        this.keytool = keytool;
        this.validity = validity;
    }

    /**
     * The keytool beside the java program that runs this process.
     *
     * @throws PairKeyException when this runtime has none
     */
    public static Path keytool() throws PairKeyException {
        return ProcessHandle.current()
                .info()
                .command()
                .map(java -> Path.of(java).resolveSibling("keytool"))
                .filter(Files::isExecutable)
                .orElseThrow(() -> new PairKeyException("there is no 'keytool' beside the java"
                        + " program of this runtime. Run 'pgha keygen' with a complete Java 17"
                        + " runtime on any host and copy the file"));
    }

    /** A new pair; its witness is called {@link #WITNESS}. */
    public void create(Path file, NodeId one, NodeId two, Instant from, Existing existing)
            throws PairKeyException {
        create(file, one, two, WITNESS, from, existing);
    }

    /**
     * Makes a new pair: after this, both nodes need the new file before they hear each other again.
     *
     * @param witness name in the witness's certificate; it has one whether or not it will be used
     * @param from start of the certificates' dates; now, by the wall clock
     * @throws PairKeyException when the file exists and {@code existing} says refuse, or it cannot be made
     */
    public void create(
            Path file, NodeId one, NodeId two, NodeId witness, Instant from, Existing existing)
            throws PairKeyException {
        if (one.equals(two)) {
            throw new PairKeyException("both nodes are called '" + one + "': a pair has two names");
        }
        if (witness.equals(one) || witness.equals(two)) {
            throw new PairKeyException("the witness is called '" + witness
                    + "' as a node is: give it another name with --witness");
        }
        if (existing == Existing.REFUSE && Files.exists(file)) {
            String called = witness.equals(WITNESS) ? "" : " --witness " + witness;
            throw new PairKeyException(file + " exists already. To replace the keys of a running"
                    + " pair without losing the link type: " + command(file, "--rotate")
                    + ". To throw them away type: "
                    + command(file, "--nodes " + one + "," + two + called + " --force")
                    + ", and copy the file to the other node");
        }
        write(file, List.of(generate(file, List.of(one, two), witness, from)));
    }

    /**
     * Adds a second generation. Copy the file to the other node and restart both daemons in any order; the link uses
     * the new keys as soon as both hold them. Then {@link #retire} the old ones.
     *
     * @throws PairKeyException when the file cannot be read or written, or a rotation is under way already
     */
    public void rotate(Path file, Instant from) throws PairKeyException {
        List<Generation> generations = new ArrayList<>(PairKey.load(file));
        if (generations.size() == PairFile.MAX_GENERATIONS) {
            throw new PairKeyException(file + " holds two generations already: a rotation is under"
                    + " way. When both nodes have this file type: " + command(file, "--retire"));
        }
        Generation newest = generations.get(generations.size() - 1);
        if (newest.identities().values().stream().anyMatch(i -> i.key().isEmpty())) {
            throw new PairKeyException(
                    file + " is the witness's copy. On a node rotate FILE, which is link.key_file"
                            + " there: pgha keygen FILE --rotate; then make the copy again: "
                            + "pgha keygen FILE --for-witness " + file.getFileName());
        }
        List<NodeId> nodes = newest.identities().keySet().stream().sorted().toList();
        NodeId witness = newest.witness()
                .flatMap(identity -> Generation.witnessOf(identity.certificate()))
                .orElse(WITNESS);
        generations.add(generate(file, nodes, witness, from));
        write(file, generations);
    }

    /**
     * Removes the old generation. A node that holds only the old one is locked out until it gets the file.
     *
     * @throws PairKeyException when the file cannot be read or written, or holds one generation only
     */
    public void retire(Path file) throws PairKeyException {
        List<Generation> generations = PairKey.load(file);
        if (generations.size() == 1) {
            throw new PairKeyException(
                    file + " holds one generation only: there is nothing to retire");
        }
        write(file, generations.subList(generations.size() - 1, generations.size()));
    }

    /**
     * Writes a copy that holds what the witness needs and none of the nodes' private keys.
     *
     * @throws PairKeyException when the file cannot be read, holds no witness, or the copy exists or cannot be written
     */
    public void forWitness(Path file, Path copy, Existing existing) throws PairKeyException {
        List<Generation> generations = PairKey.load(file);
        if (generations.get(generations.size() - 1).witness().isEmpty()) {
            throw new PairKeyException(PairKey.noWitness(file));
        }
        if (existing == Existing.REFUSE && Files.exists(copy)) {
            throw new PairKeyException(
                    copy + " exists already. To replace it, and nothing else, type: "
                            + command(file, "--for-witness " + copy + " --force"));
        }
        write(
                copy,
                generations.stream()
                        .filter(generation -> generation.witness().isPresent())
                        .map(Generation::forWitness)
                        .toList());
    }

    /** What to type, about this very file. */
    static String command(Path file, String options) {
        return "pgha keygen " + file + " " + options;
    }

    private Generation generate(Path file, List<NodeId> nodes, NodeId witness, Instant from)
            throws PairKeyException {
        Path directory = file.toAbsolutePath().getParent();
        Path scratch = null;
        try {
            scratch = Files.createTempDirectory(
                    directory,
                    ".pgha-keygen-",
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            return generateIn(scratch, nodes, witness, from);
        } catch (IOException | GeneralSecurityException e) {
            throw new PairKeyException(
                    "cannot make a pair key in " + directory + ": " + e.getMessage(), e);
        } finally {
            if (scratch != null) {
                delete(scratch);
            }
        }
    }

    private Generation generateIn(Path scratch, List<NodeId> nodes, NodeId witness, Instant from)
            throws IOException, GeneralSecurityException, PairKeyException {
        String id = hex(4);
        String password = hex(24);
        Path store = scratch.resolve("store");
        Path passwordFile = scratch.resolve("password");
        Files.write(passwordFile, password.getBytes(US_ASCII));
        List<String> ca = List.of("-ext", "bc:c=ca:true,pathlen:0", "-ext", "ku:c=keyCertSign");
        keytool(scratch, "ca", Generation.caName(id), from, ca);
        List<String> leaf = List.of("-signer", "ca", "-ext", "ku:c=digitalSignature");
        keytool(scratch, "witness", Generation.witnessName(witness), from, leaf);
        for (int i = 0; i < nodes.size(); i++) {
            keytool(scratch, "node" + i, "CN=" + nodes.get(i), from, leaf);
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, password.toCharArray());
        }
        Map<NodeId, Generation.Identity> identities = new LinkedHashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            identities.put(nodes.get(i), identity(keys, "node" + i, password));
        }
        X509Certificate signer = (X509Certificate) keys.getCertificate("ca");
        return new Generation(
                id, signer, identities, Optional.of(identity(keys, "witness", password)));
    }

    private static Generation.Identity identity(KeyStore keys, String alias, String password)
            throws GeneralSecurityException {
        PrivateKey key = (PrivateKey) keys.getKey(alias, password.toCharArray());
        return new Generation.Identity(
                (X509Certificate) keys.getCertificate(alias), Optional.of(key));
    }

    /** One key pair with its certificate; see keytool(1), -genkeypair. The option -signer needs JDK 16. */
    private void keytool(Path scratch, String alias, String name, Instant from, List<String> more)
            throws IOException, PairKeyException {
        List<String> argv = new ArrayList<>(List.of(keytool.toString(), "-genkeypair"));
        argv.addAll(List.of("-alias", alias, "-dname", name));
        argv.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        argv.addAll(List.of("-sigalg", "SHA256withECDSA"));
        argv.addAll(List.of("-startdate", START.format(from.atZone(ZoneId.systemDefault()))));
        argv.addAll(List.of("-validity", Long.toString(validity.toDays())));
        argv.addAll(List.of("-storetype", "PKCS12", "-keystore", scratch.resolve("store") + ""));
        argv.addAll(List.of("-storepass:file", scratch.resolve("password") + ""));
        argv.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        argv.addAll(more);
        Path output = scratch.resolve("output");
        Process process = new ProcessBuilder(argv)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        try {
            if (!process.waitFor(KEYTOOL_DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                throw new PairKeyException(
                        keytool + " did not end within " + KEYTOOL_DEADLINE.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PairKeyException("interrupted while " + keytool + " ran", e);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            String words = Files.readString(output, UTF_8).strip();
            throw new PairKeyException(keytool + " exited " + process.exitValue() + ": '"
                    + words.substring(0, Math.min(words.length(), MAX_WORDS)) + "'");
        }
    }

    private void write(Path file, List<Generation> generations) throws PairKeyException {
        try {
            PrivateFile.write(file, PairFile.format(generations).getBytes(US_ASCII), hex(4));
        } catch (IOException | GeneralSecurityException e) {
            throw new PairKeyException(
                    "cannot write the pair key " + file + ": " + e.getMessage(), e);
        }
    }

    /** Deletes a file, or a directory with the files in it, as far as that works. */
    private static void delete(Path path) {
        try {
            if (Files.isDirectory(path)) {
                try (Stream<Path> inside = Files.list(path)) {
                    inside.forEach(Keygen::delete);
                }
            }
            Files.deleteIfExists(path);
        } catch (IOException leftBehind) {
            // Only its owner can read it; the next message is about what really went wrong.
        }
    }

    private String hex(int bytes) {
        byte[] some = new byte[bytes];
        random.nextBytes(some);
        return HexFormat.of().formatHex(some);
    }
}
