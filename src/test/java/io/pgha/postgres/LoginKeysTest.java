package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Security;

import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** A remembered key is the very one that would be computed, for every password, salt and count. */
class LoginKeysTest {

    @BeforeAll
    static void remember() {
        LoginKeys.remember();
        LoginKeys.remember();
    }

    @Test
    void theFirstProviderOfTheseKeysRemembers() throws GeneralSecurityException {
        SecretKeyFactory chosen = SecretKeyFactory.getInstance(LoginKeys.ALGORITHM);
        assertEquals(LoginKeys.NAME, chosen.getProvider().getName());
        assertEquals(
                1,
                java.util.Arrays.stream(Security.getProviders())
                        .filter(p -> p.getName().equals(LoginKeys.NAME))
                        .count());
    }

    @Test
    void everyAnswerIsTheOneThatTheJdkComputesAlsoTheSecondTime() throws GeneralSecurityException {
        for (String password : new String[] {"secret", "other", "secret"}) {
            for (String salt : new String[] {"one", "two", "three", "one"}) {
                for (int iterations : new int[] {1, 4096}) {
                    assertArrayEquals(
                            key("SunJCE", password, salt, iterations),
                            key(LoginKeys.NAME, password, salt, iterations),
                            password + " " + salt + " " + iterations);
                }
            }
        }
    }

    private static byte[] key(String provider, String password, String salt, int iterations)
            throws GeneralSecurityException {
        return SecretKeyFactory.getInstance(LoginKeys.ALGORITHM, provider)
                .generateSecret(new PBEKeySpec(
                        password.toCharArray(),
                        salt.getBytes(StandardCharsets.UTF_8),
                        iterations,
                        256))
                .getEncoded();
    }
}
