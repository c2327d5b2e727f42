package io.pgha.setup;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a server keeps of a password under SCRAM-SHA-256 (RFC 5803, RFC 7677), in the form in which PostgreSQL takes it from
 * CREATE ROLE: the password itself never leaves this process.
 */
final class ScramVerifier {

    private static final String MECHANISM = "SCRAM-SHA-256";
    private static final Pattern TEXT = Pattern.compile(
            MECHANISM + "\\$(\\d{1,9}):([A-Za-z0-9+/=]+)\\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)");

    /** PostgreSQL's own choice; the passwords made here have 192 random bits, which need no slower one. */
    private static final int ITERATIONS = 4096;

    private static final int SALT_BYTES = 16;
    private static final int KEY_BITS = 256;

    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /** Of a new password, which is plain ASCII: nothing is to be normalised (SASLprep). */
    static ScramVerifier make(String password, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return of(password, salt, ITERATIONS);
    }

    static ScramVerifier of(String password, byte[] salt, int iterations) {
        try {
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(
                            new PBEKeySpec(password.toCharArray(), salt, iterations, KEY_BITS))
                    .getEncoded();
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
            return new ScramVerifier(iterations, salt, storedKey, hmac(salted, "Server Key"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC and SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether {@code verifier}, as pg_authid has it, is of that password; one of another kind is of none. */
    static boolean fits(String verifier, String password) {
        Matcher parts = TEXT.matcher(verifier);
        if (!parts.matches()) {
            return false;
        }
        byte[] salt = Base64.getDecoder().decode(parts.group(2));
        int iterations = Integer.parseInt(String.valueOf(parts.group(1)));
        return MessageDigest.isEqual(
                of(password, salt, iterations).storedKey(),
                Base64.getDecoder().decode(parts.group(3)));
    }

    /** What a login is checked with. */
    byte[] storedKey() {
        return storedKey.clone();
    }

    /** What the server proves itself with. */
    byte[] serverKey() {
        return serverKey.clone();
    }

    /** In PostgreSQL's form. */
    String text() {
        Base64.Encoder base64 = Base64.getEncoder();
        return MECHANISM + "$" + iterations + ":" + base64.encodeToString(salt) + "$"
                + base64.encodeToString(storedKey) + ":" + base64.encodeToString(serverKey);
    }
}
