package io.pgha.setup;

import io.pgha.config.Settings;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.postgres.PassFile;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The passwords of both roles: those that the password file has, and new ones where it has none.
 *
 * @param byRole role to password
 * @param text the file with all of them
 */
record Passwords(Map<String, String> byRole, String text) {

    private static final int RANDOM_BYTES = 24;
    private static final String LOOPBACK = "127.0.0.1";

    Passwords {
        byRole = Map.copyOf(byRole);
    }

    /** @param before the file's text; empty where there is no file */
    static Passwords of(Settings settings, Optional<String> before, SecureRandom random)
            throws SetupRefused {
        PostgresSettings own = settings.postgres();
        Map<String, String> byRole = new HashMap<>();
        StringBuilder text = new StringBuilder(before.orElse(""));
        if (text.length() > 0 && text.charAt(text.length() - 1) != '\n') {
            text.append('\n');
        }
        for (String role : List.of(own.user(), own.replicationUser())) {
            Optional<String> known = before.isPresent() ? find(settings, role) : Optional.empty();
            String password = known.orElseGet(() -> random(random));
            byRole.put(role, password);
            if (known.isEmpty()) {
                text.append("*:*:*:").append(escaped(role)).append(':');
                text.append(password).append('\n');
            }
        }
        return new Passwords(byRole, text.toString());
    }

    /** What the file has for a role; empty: no file, or no line that fits. */
    static Optional<String> find(Settings settings, String role) throws SetupRefused {
        PostgresSettings own = settings.postgres();
        try {
            return PassFile.password(own, LOOPBACK, own.port(), own.database(), role);
        } catch (SQLException e) {
            throw SetupRefused.trouble(String.valueOf(e.getMessage()));
        }
    }

    /** Where they stand. */
    static Path file(Settings settings) throws SetupRefused {
        return settings.postgres()
                .passFile()
                .orElseThrow(() -> SetupRefused.input(settings.file()
                        + " has no postgres.pass_file: add a line such as postgres.pass_file = \""
                        + settings.file().resolveSibling("pgpass") + "\""));
    }

    private static String random(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String escaped(String field) {
        return field.replace("\\", "\\\\").replace(":", "\\:");
    }
}
