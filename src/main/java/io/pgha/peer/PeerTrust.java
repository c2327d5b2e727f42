package io.pgha.peer;

import io.pgha.model.NodeId;

import java.security.cert.X509Certificate;
import java.util.Optional;

import javax.net.ssl.TrustManager;

/**
 * Trusts exactly the peer's public keys of the pair file (pinning), whatever the certificate's dates. One instance a
 * connection: it keeps why it refused, since TLS itself only carries a number.
 */
final class PeerTrust {

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

    private Optional<String> judge(Optional<X509Certificate> presented) {
        Optional<String> why = presented.isPresent()
                ? whyNot(presented.get())
                : Optional.of(address + " presented no certificate");
        why.ifPresent(words -> refusal = words);
        return why;
    }

    private Optional<String> whyNot(X509Certificate leaf) {
        NodeId self = pair.self();
        NodeId peer = pair.peer();
        for (Generation generation : pair.generations()) {
            if (generation.pins(peer, leaf)) {
                return Optional.empty();
            }
            if (generation.pins(self, leaf)) {
                return Optional.of(address + " is also called '" + self + "', this node's own name:"
                        + " either the address leads back to this node, or the daemon there was"
                        + " started with this node's name. Check the addresses of '" + peer
                        + "' in the configuration, and --node there");
            }
        }
        String theirs = leaf.getSubjectX500Principal().getName();
        if (Generation.nodeOf(leaf).filter(peer::equals).isPresent()) {
            return Optional.of(address + " is '" + peer + "' with another pair key ("
                    + leaf.getIssuerX500Principal().getName() + "; here: " + pair.generationIds()
                    + "). Copy " + pair.file() + " from one node to the other");
        }
        return Optional.of(address + " presents the certificate of '" + theirs + "', expected '"
                + peer + "'. Check the addresses of '" + peer
                + "' in the configuration, and that both"
                + " nodes have the same pair key");
    }

    /** What TLS asks; it also names the CAs to a connecting peer, so that it picks a certificate of a generation held here. */
    TrustManager manager() {
        return new PinnedTrust(
                pair.generations().stream().map(Generation::ca).toList(), this::judge);
    }
}
