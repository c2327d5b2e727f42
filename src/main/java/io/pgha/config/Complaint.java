package io.pgha.config;

import java.nio.file.Path;

/**
 * One thing that is wrong with a configuration file, and what to write instead.
 *
 * @param file the file
 * @param line where, from 1; for a missing key the line of the block it belongs in
 * @param key the path of the key, as it is written in the file
 * @param message what is wrong, what is allowed, and the nearest name; never a secret
 */
public record Complaint(Path file, int line, String key, String message) {

    /** {@code file:line: key: message}, the form that editors and compilers use. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + key + ": " + message;
    }
}
