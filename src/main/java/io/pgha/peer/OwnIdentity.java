package io.pgha.peer;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Presents this node's certificate, of the newest generation that the other side holds too, so that a rotation needs no
 * moment at which both nodes change at once. The accepting side names its CAs (RFC 8446, 4.2.4), the connecting side
 * names its newest generation as the server name (RFC 6066): an alias is a generation's id.
 *
 * <p>The JDK's interface uses null for "none"; it is kept inside this class.
 */
final class OwnIdentity extends X509ExtendedKeyManager {

    private static final String DOMAIN = ".pgha";

    private final PairKey pair;

    OwnIdentity(PairKey pair) {
        this.pair = pair;
    }

    /** Names the newest generation held here to the side that is connected to. */
    void ask(SSLParameters parameters) {
        parameters.setServerNames(List.of(new SNIHostName(pair.newest().id() + DOMAIN)));
    }

    /** Names every generation held here, newest first: the witness, which knows many pairs, takes the first it holds. */
    void askAll(SSLParameters parameters) {
        List<String> ids = new ArrayList<>(pair.generationIds());
        Collections.reverse(ids);
        parameters.setServerNames(List.of(new SNIHostName(String.join(".", ids) + DOMAIN)));
    }

    @Override
    public String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (SNIServerName name : session.getRequestedServerNames()) {
                for (Generation generation : pair.generations()) {
                    if (name.equals(new SNIHostName(generation.id() + DOMAIN))) {
                        return generation.id();
                    }
                }
            }
        }
        return pair.newest().id();
    }

    @Override
    public String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
        String chosen = pair.newest().id();
        if (issuers != null) {
            List<Principal> named = List.of(issuers);
            for (Generation generation : pair.generations()) {
                if (named.contains(generation.ca().getSubjectX500Principal())) {
                    chosen = generation.id();
                }
            }
        }
        return chosen;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return new X509Certificate[] {identity(alias).certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return identity(alias)
                .key()
                .orElseThrow(
                        () -> new IllegalStateException("the pair key was read without a key"));
    }

    private Generation.Identity identity(String alias) {
        Generation generation = pair.generations().stream()
                .filter(one -> one.id().equals(alias))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no generation '" + alias + "'"));
        return Objects.requireNonNull(generation.identities().get(pair.self()));
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return pair.generationIds().toArray(String[]::new);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return pair.generationIds().toArray(String[]::new);
    }

    @Override
    public String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return pair.newest().id();
    }

    @Override
    public String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return pair.newest().id();
    }
}
