package io.pgha.setup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A verifier is what the RFC says: held against the exchange of RFC 7677, section 3. */
class ScramVerifierTest {

    private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String EXCHANGE =
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=" + NONCE + ",s=" + SALT + ",i=4096,c=biws,r=" + NONCE;

    private static byte[] signature(byte[] key) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(EXCHANGE.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void theExchangeOfTheStandardIsProvenByBothKeys() throws GeneralSecurityException {
        ScramVerifier pencil = ScramVerifier.of("pencil", Base64.getDecoder().decode(SALT), 4096);

        assertEquals(
                "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
                Base64.getEncoder().encodeToString(signature(pencil.serverKey())));
        byte[] clientKey =
                Base64.getDecoder().decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        byte[] mask = signature(pencil.storedKey());
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] = (byte) (clientKey[i] ^ mask[i]);
        }
        assertArrayEquals(
                pencil.storedKey(), MessageDigest.getInstance("SHA-256").digest(clientKey));
    }

    @Test
    void aVerifierFitsItsPasswordAloneAndNothingElseFitsAny() {
        SecureRandom random = new SecureRandom();
        String verifier = ScramVerifier.make("correct horse", random).text();

        assertTrue(ScramVerifier.fits(verifier, "correct horse"));
        assertFalse(ScramVerifier.fits(verifier, "correct horse "));
        assertFalse(ScramVerifier.fits("md5c3eb8ec0d5a1c5e6e2bb0a3a3a3a3a3a", "correct horse"));
        assertFalse(ScramVerifier.fits("", ""));
        assertNotEquals(verifier, ScramVerifier.make("correct horse", random).text());
    }
}
