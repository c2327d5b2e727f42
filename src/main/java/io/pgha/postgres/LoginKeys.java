package io.pgha.postgres;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.SecretKeyFactorySpi;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Remembers the salted passwords of SCRAM, as RFC 5802 (section 3) lets a client do: to compute one takes 4,096 rounds, a quarter of
 * all that an idle daemon did, and every probe that logs in needs the same. The login is no less a login: the server proves
 * itself, and is proven to, with fresh nonces each time. The driver asks this process's providers for it.
 *
 * <p>No password is kept, only what a server made it into; another password or another salt is another key. Safe for threads.
 */
final class LoginKeys extends Provider {

    static final String ALGORITHM = "PBKDF2WithHmacSHA256";
    static final String NAME = "pgha-login-keys";

    private static final long serialVersionUID = 1L;
    /** Two servers, two roles each. */
    private static final int MOST = 4;

    private static final Map<Question, byte[]> KNOWN = new LinkedHashMap<>();

    private LoginKeys() {
        super(NAME, "1", "remembers what " + ALGORITHM + " made");
        putService(
                new Service(
                        this,
                        "SecretKeyFactory",
                        ALGORITHM,
                        Factory.class.getName(),
                        List.of(),
                        Map.of()) {
                    @Override
                    public Object newInstance(Object none) throws NoSuchAlgorithmException {
                        return new Factory(original());
                    }
                });
    }

    /** From here on this process remembers them; again has no effect. */
    static void remember() {
        Security.insertProviderAt(new LoginKeys(), 1);
    }

    private static SecretKeyFactory original() throws NoSuchAlgorithmException {
        for (Provider provider : Security.getProviders("SecretKeyFactory." + ALGORITHM)) {
            if (!provider.getName().equals(NAME)) {
                return SecretKeyFactory.getInstance(ALGORITHM, provider);
            }
        }
        throw new NoSuchAlgorithmException(ALGORITHM);
    }

    /** What makes a key. */
    private record Question(String password, String salt, int iterations, int bits) {

        static Question of(PBEKeySpec spec) {
            String password = new String(spec.getPassword());
            return new Question(
                    digest(password.getBytes(StandardCharsets.UTF_8)),
                    HexFormat.of().formatHex(spec.getSalt()),
                    spec.getIterationCount(),
                    spec.getKeyLength());
        }

        private static String digest(byte[] secret) {
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(secret));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }

    private static final class Factory extends SecretKeyFactorySpi {
        private final SecretKeyFactory original;

        Factory(SecretKeyFactory original) {
            this.original = original;
        }

        @Override
        protected SecretKey engineGenerateSecret(KeySpec spec) throws InvalidKeySpecException {
            if (!(spec instanceof PBEKeySpec plain) || plain.getSalt() == null) {
                return original.generateSecret(spec);
            }
            Question question = Question.of(plain);
            synchronized (KNOWN) {
                byte[] key = KNOWN.remove(question);
                if (key == null) {
                    key = original.generateSecret(spec).getEncoded();
                }
                KNOWN.put(question, key);
                if (KNOWN.size() > MOST) {
                    KNOWN.remove(KNOWN.keySet().iterator().next());
                }
                return new SecretKeySpec(key, ALGORITHM);
            }
        }

        @Override
        protected KeySpec engineGetKeySpec(SecretKey key, Class<?> kind)
                throws InvalidKeySpecException {
            return original.getKeySpec(key, kind);
        }

        @Override
        protected SecretKey engineTranslateKey(SecretKey key) throws InvalidKeyException {
            return original.translateKey(key);
        }
    }
}
