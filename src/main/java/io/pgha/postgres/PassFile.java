package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A password file in libpq's format, {@code host:port:database:user:password} (PostgreSQL documentation, "The Password File").
 * Read anew each time, because passwords change while a daemon runs. The password never appears in an error.
 */
public final class PassFile {

    /** SQLSTATE invalid_password: what the server would say, if it got as far. */
    private static final String NO_PASSWORD = "28P01";

    private static final int FIELDS = 5;
    private static final long MOST_BYTES = 1 << 20;

    private final Path path;

    PassFile(Path path) {
        this.path = path;
    }

    /**
     * The password for a server, by the configured file; empty without a file or a line that fits.
     *
     * @throws SQLException when the file cannot be read
     */
    public static Optional<String> password(
            PostgresSettings own, String host, int port, String database, String user)
            throws SQLException {
        if (own.passFile().isEmpty()) {
            return Optional.empty();
        }
        try {
            return new PassFile(own.passFile().get()).find(host, port, database, user);
        } catch (IOException e) {
            // Not as its cause: an input or output error there would mean the network.
            throw new SQLException(
                    "password file " + own.passFile().get() + " cannot be read: " + e, NO_PASSWORD);
        }
    }

    /**
     * The password of the first line that fits; empty when none does.
     *
     * @throws IOException when the file cannot be read
     */
    Optional<String> find(String host, int port, String database, String user) throws IOException {
        if (Files.size(path) > MOST_BYTES) {
            throw new IOException(path + " is larger than a password file can be");
        }
        for (String line : Files.readAllLines(path)) {
            List<String> fields = fields(line);
            if (!line.startsWith("#")
                    && fields.size() == FIELDS
                    && fits(fields.get(0), host)
                    && fits(fields.get(1), Integer.toString(port))
                    && fits(fields.get(2), database)
                    && fits(fields.get(3), user)) {
                return Optional.of(fields.get(4));
            }
        }
        return Optional.empty();
    }

    private static boolean fits(String pattern, String value) {
        return pattern.equals("*") || pattern.equals(value);
    }

    /** Splits at colons; a backslash makes the next colon or backslash part of the field. */
    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                field.append(line.charAt(++i));
            } else if (c == ':' && fields.size() < FIELDS - 1) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
