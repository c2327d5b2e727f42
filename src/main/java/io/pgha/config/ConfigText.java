package io.pgha.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a configuration file's bytes, and says in words why it could not. */
final class ConfigText {

    /** Larger than any configuration, smaller than what could hurt: a wrong path may name a database's file. */
    private static final long LARGEST_BYTES = 1 << 20;

    private ConfigText() {}

    /**
     * A file's text; empty after a complaint.
     *
     * @param shipped name of the documented file that comes with pgha
     */
    static Optional<String> read(Path file, String shipped, Complaints complaints) {
        try {
            if (Files.size(file) > LARGEST_BYTES) {
                complaints.add(1, "file", "is larger than 1MB, so it is no configuration file");
                return Optional.empty();
            }
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            complaints.add(
                    1,
                    "file",
                    "does not exist; copy the shipped " + shipped
                            + " there, or name another with --config");
        } catch (AccessDeniedException e) {
            complaints.add(1, "file", "may not be read by this user");
        } catch (CharacterCodingException e) {
            complaints.add(1, "file", "is not UTF-8 text");
        } catch (IOException e) {
            complaints.add(1, "file", "could not be read: " + e);
        }
        return Optional.empty();
    }
}
