package io.pgha.peer;

import io.pgha.model.NodeId;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts exactly the peer's public keys of the pair file (pinning), whatever the certificate's dates. One instance a
 * connection: it keeps why it refused, since TLS itself only carries a number. Being the "extended" kind, it is asked
 * alone; the JDK adds checks of its own (host names, dates of the chain) only around the plain kind.
 */
final class PeerTrust extends X509ExtendedTrustManager {

    private final PairKey pair;
    private final String address;
    private volatile String refusal = "";

    PeerTrust(PairKey pair, String address) {
        this.pair = pair;
        this.address = address;
    }

    /** One sentence on the certificate that was refused; empty when none was. */
    String refusal() {
        return refusal;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0) {
            throw refuse(address + " presented no certificate");
        }
        X509Certificate leaf = chain[0];
        NodeId self = pair.self();
        NodeId peer = pair.peer();
        for (Generation generation : pair.generations()) {
            if (generation.pins(peer, leaf)) {
                return;
            }
            if (generation.pins(self, leaf)) {
                throw refuse(address + " is also called '" + self + "', this node's own name:"
                        + " either the address leads back to this node, or the daemon there was"
                        + " started with this node's name. Check the addresses of '" + peer
                        + "' in the configuration, and --node there");
            }
        }
        String theirs = leaf.getSubjectX500Principal().getName();
        if (Generation.nodeOf(leaf).filter(peer::equals).isPresent()) {
            throw refuse(address + " is '" + peer + "' with another pair key ("
                    + leaf.getIssuerX500Principal().getName() + "; here: " + pair.generationIds()
                    + "). Copy " + pair.file() + " from one node to the other");
        }
        throw refuse(address + " presents the certificate of '" + theirs + "', expected '" + peer
                + "'. Check the addresses of '" + peer + "' in the configuration, and that both"
                + " nodes have the same pair key");
    }

    private CertificateException refuse(String words) {
        refusal = words;
        return new CertificateException(words);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain);
    }

    /** The CAs named to a connecting peer, so that it picks a certificate of a generation held here. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return pair.generations().stream().map(Generation::ca).toArray(X509Certificate[]::new);
    }
}
