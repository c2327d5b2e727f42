package io.pgha.peer;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

import javax.net.ssl.SSLException;

/**
 * Why a connection is over.
 *
 * @param words for the operator
 * @param refused one side turned the other away: trying again soon does not help, a person must look
 */
record Ending(String words, boolean refused) {

    private static final String ALERT = "Received fatal alert: ";

    /** Alerts (RFC 8446, 6.2) by which the other side says that it does not accept our certificate. */
    private static final Set<String> CERTIFICATE_ALERTS = Set.of(
            "certificate_unknown",
            "bad_certificate",
            "unknown_ca",
            "certificate_expired",
            "certificate_required",
            "access_denied");

    static Ending of(IOException e, Connection connection, Path keyFile) {
        String address = connection.address();
        if (!connection.trust().refusal().isEmpty()) {
            return new Ending(connection.trust().refusal(), true);
        }
        if (e instanceof LinkRefused) {
            return new Ending(String.valueOf(e.getMessage()), true);
        }
        if (e instanceof SSLException) {
            return new Ending(tls(String.valueOf(e.getMessage()), address, keyFile), true);
        }
        if (e instanceof EOFException) {
            String when = connection.hasAnswered() ? "" : " before it answered";
            return new Ending("closed the connection" + when, false);
        }
        return new Ending("broke off: " + e.getMessage(), false);
    }

    private static String tls(String words, String address, Path keyFile) {
        int at = words.indexOf(ALERT);
        if (at >= 0 && CERTIFICATE_ALERTS.contains(words.substring(at + ALERT.length()))) {
            return address + " refuses this node's certificate (" + words.substring(at)
                    + "): it has another pair key, or expects another node. Copy " + keyFile
                    + " from one node to the other";
        }
        return "TLS 1.3 with " + address + " failed: " + words;
    }
}
