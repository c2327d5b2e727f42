package io.pgha.peer;

import io.pgha.model.NodeId;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import javax.security.auth.x500.X500Principal;

/**
 * One set of keys of the pair: a CA and a certificate with its key for each of the two nodes and for their witness. The
 * CA's own private key is thrown away when the set is made: nothing can be signed later that the file does not already
 * hold.
 *
 * @param id eight hexadecimal digits, part of the CA's name
 * @param ca the certificate that signed both others
 * @param identities one a node
 * @param witness what the witness presents; empty in a set made before there were witnesses
 */
record Generation(
        String id,
        X509Certificate ca,
        Map<NodeId, Identity> identities,
        Optional<Identity> witness) {

    private static final String CA_NAME = "pgha pair CA ";
    private static final String WITNESS_ROLE = ",OU=pgha witness";

    Generation {
        identities = Map.copyOf(identities);
    }

    /**
     * What a node or the witness presents.
     *
     * @param certificate its name is the node's or the witness's name
     * @param key the private half; empty for the nodes in a file that is made for the witness
     */
    record Identity(X509Certificate certificate, Optional<PrivateKey> key) {}

    /** The name a witness's certificate carries: its role is part of it, so that no node can be taken for one. */
    static String witnessName(NodeId witness) {
        return "CN=" + witness + WITNESS_ROLE;
    }

    /** The witness a certificate names; empty when it is a node's or nothing of ours. */
    static Optional<NodeId> witnessOf(X509Certificate certificate) {
        String text = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
        if (!text.startsWith("CN=") || !text.endsWith(WITNESS_ROLE)) {
            return Optional.empty();
        }
        return name(text.substring(3, text.length() - WITNESS_ROLE.length()));
    }

    /** What is left for the witness: everything but the nodes' private keys. */
    Generation forWitness() {
        Map<NodeId, Identity> nodes = new LinkedHashMap<>();
        identities.forEach((node, identity) ->
                nodes.put(node, new Identity(identity.certificate(), Optional.empty())));
        return new Generation(id, ca, nodes, witness);
    }

    /** The name a CA of this id carries. */
    static String caName(String id) {
        return "CN=" + CA_NAME + id;
    }

    /** The id in a CA's name; empty when the name is not one of ours. */
    static Optional<String> idOf(X509Certificate ca) {
        return commonName(ca.getSubjectX500Principal())
                .filter(name -> name.startsWith(CA_NAME))
                .map(name -> name.substring(CA_NAME.length()));
    }

    /** The node a certificate names; empty when its name is not of that form. */
    static Optional<NodeId> nodeOf(X509Certificate certificate) {
        return commonName(certificate.getSubjectX500Principal()).flatMap(Generation::name);
    }

    private static Optional<NodeId> name(String text) {
        try {
            return Optional.of(new NodeId(text));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    /** True when {@code certificate} holds this generation's public key of {@code node}. */
    boolean pins(NodeId node, X509Certificate certificate) {
        return Optional.ofNullable(identities.get(node))
                .filter(i -> holds(i, certificate))
                .isPresent();
    }

    /** True when {@code certificate} holds this generation's public key of the witness. */
    boolean pinsWitness(X509Certificate certificate) {
        return witness.filter(i -> holds(i, certificate)).isPresent();
    }

    private static boolean holds(Identity identity, X509Certificate certificate) {
        return identity.certificate().getPublicKey().equals(certificate.getPublicKey());
    }

    /** Throws when a certificate was not signed by this generation's CA. Dates are not looked at. */
    void verify() throws GeneralSecurityException {
        for (Identity identity : identities.values()) {
            identity.certificate().verify(ca.getPublicKey());
        }
        if (witness.isPresent()) {
            witness.get().certificate().verify(ca.getPublicKey());
        }
    }

    private static Optional<String> commonName(X500Principal name) {
        String text = name.getName(X500Principal.RFC2253);
        boolean onlyCn = text.startsWith("CN=") && text.indexOf(',') < 0;
        return onlyCn ? Optional.of(text.substring(3)) : Optional.empty();
    }
}
