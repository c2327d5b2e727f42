package io.pgha.peer;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * Makes TLS 1.3 engines that present this node's certificate and demand the peer's. Every connection gets a context of
 * its own: a context carries the session cache, and a resumed session would skip the look at the certificate.
 */
final class PairTls {

    /** What a connection is for that carries WAL; those that carry messages name nothing (RFC 7301). */
    static final String WAL = "pgha-wal";

    /** Five times as fast as AES in a JVM that compiles as little as the daemon's. */
    private static final String QUICK = "TLS_CHACHA20_POLY1305_SHA256";

    private static final String[] PROTOCOLS = {"TLSv1.3"};

    private final OwnIdentity identity;
    private final SecureRandom random = new SecureRandom();

    PairTls(PairKey pair) {
        this.identity = new OwnIdentity(pair);
    }

    /** The engine of the connecting side. */
    SSLEngine connecting(PeerTrust trust) throws GeneralSecurityException {
        return connecting(trust, new String[0]);
    }

    /** The same for a connection that carries WAL. */
    SSLEngine connectingForWal(PeerTrust trust) throws GeneralSecurityException {
        SSLEngine engine = connecting(trust, new String[] {WAL});
        if (List.of(engine.getSupportedCipherSuites()).contains(QUICK)) {
            engine.setEnabledCipherSuites(new String[] {QUICK});
        }
        return engine;
    }

    private SSLEngine connecting(PeerTrust trust, String[] purpose)
            throws GeneralSecurityException {
        SSLEngine engine = engine(trust);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        identity.ask(parameters);
        parameters.setApplicationProtocols(purpose);
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** The engine of the accepting side. */
    SSLEngine accepting(PeerTrust trust) throws GeneralSecurityException {
        SSLEngine engine = engine(trust);
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        engine.setHandshakeApplicationProtocolSelector(
                (ours, offered) -> offered.contains(WAL) ? WAL : "");
        return engine;
    }

    private SSLEngine engine(PeerTrust trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(new KeyManager[] {identity}, new TrustManager[] {trust.manager()}, random);
        SSLEngine engine = context.createSSLEngine();
        engine.setEnabledProtocols(PROTOCOLS);
        engine.setEnabledCipherSuites(quickFirst(engine.getEnabledCipherSuites()));
        return engine;
    }

    /** Either side's order decides, so both have the same; where the quick one is not allowed the others are. */
    private static String[] quickFirst(String[] suites) {
        return Stream.concat(
                        Stream.of(suites).filter(QUICK::equals),
                        Stream.of(suites).filter(suite -> !suite.equals(QUICK)))
                .toArray(String[]::new);
    }
}
