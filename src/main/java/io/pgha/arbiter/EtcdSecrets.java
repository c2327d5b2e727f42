package io.pgha.arbiter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.arbiter.Correspondence.Unanswered;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The files that etcd's connection needs. A password is read anew each time, so that it can be changed in place. */
final class EtcdSecrets {

    private static final int MAX_BYTES = 4096;

    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private EtcdSecrets() {}

    /** The file's first line. */
    static String password(Path file) throws Unanswered {
        try {
            if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
                throw new Unanswered("etcd.password_file " + file
                        + " can be reached by others than its owner. Type: chmod 600 " + file);
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new Unanswered("etcd.password_file " + file + " is no password file: it has "
                        + Files.size(file) + " bytes");
            }
            List<String> lines = Files.readAllLines(file, UTF_8);
            if (lines.isEmpty() || lines.get(0).isEmpty()) {
                throw new Unanswered("etcd.password_file " + file + " has an empty first line");
            }
            return lines.get(0);
        } catch (IOException e) {
            throw new Unanswered(
                    "etcd.password_file " + file + " cannot be read by this user: " + e);
        }
    }

    /** Trusts what the certificates in a PEM file have signed, host names checked as usual. */
    static SSLContext trusting(Path caFile) throws IOException {
        try (InputStream in = Files.newInputStream(caFile)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, new char[0]);
            int number = 0;
            for (Certificate one :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                number = number + 1;
                store.setCertificateEntry("ca" + number, one);
            }
            if (number == 0) {
                throw new IOException("etcd.ca_file " + caFile + " holds no certificate (PEM)");
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "etcd.ca_file " + caFile + " cannot be used: " + e.getMessage(), e);
        }
    }
}
