package io.pgha.peer;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a certificate for its public key alone. Being the "extended" kind, it is asked alone: the JDK adds checks of host
 * names and dates only around the plain kind.
 */
final class PinnedTrust extends X509ExtendedTrustManager {

    private final List<X509Certificate> issuers;
    private final Function<Optional<X509Certificate>, Optional<String>> refusal;

    /**
     * A trust manager.
     *
     * @param issuers named to who connects, so that it picks a certificate that is known here
     * @param refusal why a certificate, or that there is none, is refused; empty when it is trusted
     */
    PinnedTrust(
            List<X509Certificate> issuers,
            Function<Optional<X509Certificate>, Optional<String>> refusal) {
        this.issuers = List.copyOf(issuers);
        this.refusal = refusal;
    }

    /** The same for who judges a certificate that is there. */
    static PinnedTrust of(
            List<X509Certificate> issuers, Function<X509Certificate, Optional<String>> refusal) {
        return new PinnedTrust(
                issuers,
                shown -> shown.isPresent()
                        ? refusal.apply(shown.get())
                        : Optional.of("no certificate was presented"));
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        Optional<String> words = refusal.apply(Arrays.stream(chain).findFirst());
        if (words.isPresent()) {
            throw new CertificateException(words.get());
        }
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

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return issuers.toArray(X509Certificate[]::new);
    }
}
