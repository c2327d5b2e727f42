package io.pgha.peer;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * TLS 1.3 between the nodes of a pair and their witness, each pinning the other's keys of the pair file; neither names nor
 * dates in certificates are looked at (protocol section 9). Sessions may be resumed: what they were begun with does not
 * change while the process lives.
 */
public final class WitnessTls {

    private static final String[] PROTOCOLS = {"TLSv1.3"};

    private WitnessTls() {}

    /** What a node connects with: it shows its certificate and trusts the witness of its pair alone. */
    public static SSLContext ofNode(PairKey pair) throws GeneralSecurityException {
        List<X509Certificate> issuers =
                pair.generations().stream().map(Generation::ca).toList();
        return context(new OwnIdentity(pair), PinnedTrust.of(issuers, leaf -> refusal(pair, leaf)));
    }

    /** With these the witness sees which generation of which pair is spoken to. */
    public static SSLParameters parametersOfNode(PairKey pair) {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(PROTOCOLS);
        new OwnIdentity(pair).askAll(parameters);
        return parameters;
    }

    /** What a witness accepts with: it shows the certificate of the pair that is named, and trusts the nodes of all. */
    public static SSLContext ofWitness(List<WitnessKey> pairs) throws GeneralSecurityException {
        List<Generation> generations =
                pairs.stream().flatMap(pair -> pair.generations().stream()).toList();
        List<X509Certificate> issuers = generations.stream().map(Generation::ca).toList();
        return context(
                new WitnessIdentity(generations),
                PinnedTrust.of(issuers, leaf -> refusal(pairs, leaf)));
    }

    /** A node's certificate is demanded. */
    public static SSLParameters parametersOfWitness() {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setNeedClientAuth(true);
        return parameters;
    }

    private static SSLContext context(KeyManager identity, TrustManager trust)
            throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(new KeyManager[] {identity}, new TrustManager[] {trust}, new SecureRandom());
        return context;
    }

    private static Optional<String> refusal(PairKey pair, X509Certificate leaf) {
        if (pair.generations().stream().anyMatch(generation -> generation.pinsWitness(leaf))) {
            return Optional.empty();
        }
        return Optional.of("it presents the certificate of '"
                + leaf.getSubjectX500Principal().getName() + "' signed by '"
                + leaf.getIssuerX500Principal().getName() + "', which is no witness of this pair ("
                + pair.generationIds() + "). Make its copy again: "
                + Keygen.command(pair.file(), "--for-witness witness.key"));
    }

    private static Optional<String> refusal(List<WitnessKey> pairs, X509Certificate leaf) {
        if (pairs.stream().anyMatch(pair -> pair.nodeOf(leaf).isPresent())) {
            return Optional.empty();
        }
        return Optional.of(
                "the certificate of '" + leaf.getSubjectX500Principal().getName()
                        + "' signed by '" + leaf.getIssuerX500Principal().getName()
                        + "' is of no pair of this witness ("
                        + pairs.stream()
                                .map(pair -> pair.file().toString())
                                .collect(Collectors.joining(", "))
                        + ")");
    }
}
