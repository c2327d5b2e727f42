package io.pgha.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Presents the witness's certificate of the pair that the connecting node names (RFC 6066), of the newest generation that
 * both hold. Whoever names none of them gets some certificate, and refuses it.
 *
 * <p>The JDK's interface uses null for "none"; it is kept inside this class.
 */
final class WitnessIdentity extends X509ExtendedKeyManager {

    private final List<Generation> generations;

    /** Of every pair, oldest first; not empty. */
    WitnessIdentity(List<Generation> generations) {
        this.generations = List.copyOf(generations);
    }

    @Override
    public String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (SNIServerName name : session.getRequestedServerNames()) {
                for (String label : new String(name.getEncoded(), US_ASCII).split("\\.", -1)) {
                    if (generations.stream().anyMatch(g -> g.id().equals(label))) {
                        return label;
                    }
                }
            }
        }
        return generations.get(generations.size() - 1).id();
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return new X509Certificate[] {identity(alias).certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return identity(alias)
                .key()
                .orElseThrow(() -> new IllegalStateException("a witness without a key"));
    }

    private Generation.Identity identity(String alias) {
        return generations.stream()
                .filter(one -> one.id().equals(alias))
                .findFirst()
                .flatMap(Generation::witness)
                .orElseThrow(() -> new IllegalArgumentException("no generation '" + alias + "'"));
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[0];
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return generations.stream().map(Generation::id).toArray(String[]::new);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return generations.get(generations.size() - 1).id();
    }
}
