package io.pgha.peer;

import io.pgha.model.NodeId;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;

import javax.security.auth.x500.X500Principal;

/**
 * One set of keys of the pair: a CA and a certificate with its key for each of the two nodes. The CA's own private key
 * is thrown away when the set is made: nothing can be signed later that the file does not already hold.
 *
 * @param id eight hexadecimal digits, part of the CA's name
 * @param ca the certificate that signed both others
 * @param identities one a node
 */
record Generation(String id, X509Certificate ca, Map<NodeId, Identity> identities) {

    private static final String CA_NAME = "pgha pair CA ";

    Generation {
        identities = Map.copyOf(identities);
    }

    /**
     * What a node presents.
     *
     * @param certificate its name is the node's name
     * @param key the private half
     */
    record Identity(X509Certificate certificate, PrivateKey key) {}

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
        try {
            return commonName(certificate.getSubjectX500Principal()).map(NodeId::new);
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    /** True when {@code certificate} holds this generation's public key of {@code node}. */
    boolean pins(NodeId node, X509Certificate certificate) {
        Identity identity = identities.get(node);
        return identity != null
                && identity.certificate().getPublicKey().equals(certificate.getPublicKey());
    }

    /** Throws when a certificate was not signed by this generation's CA. Dates are not looked at. */
    void verify() throws GeneralSecurityException {
        for (Identity identity : identities.values()) {
            identity.certificate().verify(ca.getPublicKey());
        }
    }

    private static Optional<String> commonName(X500Principal name) {
        String text = name.getName(X500Principal.RFC2253);
        boolean onlyCn = text.startsWith("CN=") && text.indexOf(',') < 0;
        return onlyCn ? Optional.of(text.substring(3)) : Optional.empty();
    }
}
