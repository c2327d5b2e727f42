package io.pgha.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pgha.model.NodeId;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a pair key file: PEM blocks (RFC 7468) that {@code openssl x509} can show, per generation a CA, then for
 * each node and the witness a certificate followed by its key, oldest generation first, and a last line with a checksum
 * of all blocks. The witness's copy lacks the nodes' keys. The checksum is there so that a copy that was cut short or changed is noticed. Not a PKCS12 key store: that would need a password, which
 * would have to lie beside it; the file's mode is the protection, and it is better to see that.
 */
final class PairFile {

    /** The present generation and the one before it. */
    static final int MAX_GENERATIONS = 2;

    /** Far more than two generations need. */
    static final int MAX_BYTES = 64 * 1024;

    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String KEY = "PRIVATE KEY";
    private static final String CHECK = "# check sha256:";
    private static final String FOR_NODES = """
            # pgha pair key. Whoever holds this file can speak as either node.
            # Copy it unchanged to the other node; owner: PostgreSQL's; mode: 0600.
            """;
    private static final String FOR_WITNESS = """
            # pgha pair key for the witness. Whoever holds this file can speak as the witness.
            # It belongs on the witness's host only; mode: 0600.
            """;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private PairFile() {}

    /** Writes the text for {@code generations}, oldest first. */
    static String format(List<Generation> generations) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        StringBuilder text = new StringBuilder();
        text.append(heading(generations));
        for (Generation generation : generations) {
            text.append("\n# generation ").append(generation.id()).append('\n');
            block(text, digest, CERTIFICATE, generation.ca().getEncoded());
            for (Map.Entry<NodeId, Generation.Identity> entry :
                    new TreeMap<>(generation.identities()).entrySet()) {
                text.append("\n# node ").append(entry.getKey()).append('\n');
                blocks(text, digest, entry.getValue());
            }
            if (generation.witness().isPresent()) {
                text.append("\n# witness\n");
                blocks(text, digest, generation.witness().get());
            }
        }
        return text.append('\n')
                .append(CHECK)
                .append(HexFormat.of().formatHex(digest.digest()))
                .append('\n')
                .toString();
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws GeneralSecurityException when a part is missing, changed, or not of its form; the message says which
     */
    static List<Generation> parse(String text) throws GeneralSecurityException {
        int check = text.lastIndexOf(CHECK);
        if (check < 0) {
            throw new GeneralSecurityException("its last line, the checksum, is missing");
        }
        List<Draft> drafts = new ArrayList<>();
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            byte[] der = decode(blocks.group(2));
            digest.update(der);
            add(drafts, blocks.group(1), der);
        }
        String stated = text.substring(check + CHECK.length()).strip();
        if (!stated.equals(HexFormat.of().formatHex(digest.digest()))) {
            throw new GeneralSecurityException("its checksum does not match");
        }
        if (drafts.isEmpty() || drafts.size() > MAX_GENERATIONS) {
            throw new GeneralSecurityException("it holds " + drafts.size() + " generations");
        }
        List<Generation> generations = new ArrayList<>();
        for (Draft draft : drafts) {
            generations.add(draft.finish());
        }
        return generations;
    }

    private static String heading(List<Generation> generations) {
        boolean forNodes = generations.stream()
                .flatMap(generation -> generation.identities().values().stream())
                .anyMatch(identity -> identity.key().isPresent());
        return forNodes ? FOR_NODES : FOR_WITNESS;
    }

    private static void blocks(
            StringBuilder text, MessageDigest digest, Generation.Identity identity)
            throws GeneralSecurityException {
        block(text, digest, CERTIFICATE, identity.certificate().getEncoded());
        if (identity.key().isPresent()) {
            block(text, digest, KEY, identity.key().get().getEncoded());
        }
    }

    private static void block(StringBuilder text, MessageDigest digest, String type, byte[] der) {
        digest.update(der);
        text.append("-----BEGIN ").append(type).append("-----\n");
        text.append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
        text.append("\n-----END ").append(type).append("-----\n");
    }

    private static byte[] decode(String base64) throws GeneralSecurityException {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", "").getBytes(US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("a block is not base64", e);
        }
    }

    private static void add(List<Draft> drafts, String type, byte[] der)
            throws GeneralSecurityException {
        if (type.equals(KEY)) {
            if (drafts.isEmpty()) {
                throw new GeneralSecurityException("it begins with a private key");
            }
            drafts.get(drafts.size() - 1).key(der);
            return;
        }
        if (!type.equals(CERTIFICATE)) {
            throw new GeneralSecurityException("it holds a block of type '" + type + "'");
        }
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der));
        if (certificate.getBasicConstraints() >= 0) {
            drafts.add(new Draft(certificate));
        } else if (drafts.isEmpty()) {
            throw new GeneralSecurityException("it does not begin with a pair CA");
        } else {
            drafts.get(drafts.size() - 1).leaves.add(certificate);
        }
    }

    /** A generation while its blocks are read. */
    private static final class Draft {
        private final X509Certificate ca;
        private final List<X509Certificate> leaves = new ArrayList<>();
        private final Map<Integer, PrivateKey> keys = new HashMap<>();

        Draft(X509Certificate ca) {
            this.ca = ca;
        }

        void key(byte[] der) throws GeneralSecurityException {
            int leaf = leaves.size() - 1;
            if (leaf < 0 || keys.containsKey(leaf)) {
                throw new GeneralSecurityException("a private key does not follow its certificate");
            }
            keys.put(
                    leaf,
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)));
        }

        Generation finish() throws GeneralSecurityException {
            Map<NodeId, Generation.Identity> identities = new LinkedHashMap<>();
            Optional<Generation.Identity> witness = Optional.empty();
            for (int i = 0; i < leaves.size(); i++) {
                X509Certificate leaf = leaves.get(i);
                Generation.Identity identity =
                        new Generation.Identity(leaf, Optional.ofNullable(keys.get(i)));
                if (Generation.witnessOf(leaf).isPresent()) {
                    witness = Optional.of(identity);
                    continue;
                }
                NodeId node = Generation.nodeOf(leaf)
                        .orElseThrow(() -> new GeneralSecurityException("a certificate is for "
                                + leaf.getSubjectX500Principal() + ", which is not a node name"));
                identities.put(node, identity);
            }
            int expected = witness.isPresent() ? 3 : 2;
            if (identities.size() != 2 || leaves.size() != expected) {
                throw new GeneralSecurityException(
                        "a generation has keys for " + identities.size() + " nodes instead of two");
            }
            boolean forNodes =
                    identities.values().stream().anyMatch(i -> i.key().isPresent());
            if (keys.size() != (forNodes ? expected : 1)) {
                throw new GeneralSecurityException("a private key is missing");
            }
            String id = Generation.idOf(ca)
                    .orElseThrow(() -> new GeneralSecurityException("its CA is not a pair CA"));
            Generation generation = new Generation(id, ca, identities, witness);
            generation.verify();
            return generation;
        }
    }
}
