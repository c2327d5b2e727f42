package io.pgha.setup;

import io.pgha.config.Settings;
import io.pgha.postgres.ControlFailed;
import io.pgha.postgres.DataDirectory;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.PostgresControls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A database that is not the pair's leaves the place where the copy of the pair's will lie, as the empty one that a
 * distribution's package made. While it lies there neither node opens: nothing tells which of the two is meant. It is renamed
 * and nothing of it is lost.
 *
 * @param data where it lies, stopped
 * @param systemId of it
 * @param aside where it will lie
 */
record AsideStep(Path data, String systemId, Path aside) implements Step {

    /**
     * Where there is such a database.
     *
     * @param systemId of the pair's database
     * @throws SetupRefused when there is a database and a server runs it, or when either cannot be told
     */
    static Optional<AsideStep> propose(Settings settings, String systemId, Instant now)
            throws SetupRefused {
        Path data = settings.postgres().dataDirectory();
        if (Files.notExists(data.resolve("PG_VERSION"))) {
            return Optional.empty();
        }
        requireNobody(data);
        String here = systemIdOf(settings);
        Path aside =
                data.resolveSibling(data.getFileName() + ".before-pgha-" + now.getEpochSecond());
        return here.equals(systemId)
                ? Optional.empty()
                : Optional.of(new AsideStep(data, here, aside));
    }

    /** Whatever a person named and whatever was found elsewhere: what counts is who runs in this directory. */
    private static void requireNobody(Path data) throws SetupRefused {
        try {
            new DataDirectory(data).requireNobody("setting it aside");
        } catch (DataDirectoryException e) {
            throw SetupRefused.unsafe(e.getMessage());
        }
    }

    private static String systemIdOf(Settings settings) throws SetupRefused {
        Path data = settings.postgres().dataDirectory();
        try {
            return PostgresControls.of(settings).controlData().systemId();
        } catch (ControlFailed e) {
            throw SetupRefused.trouble("which database lies in " + data + " cannot be seen: "
                    + e.getMessage() + ". If nobody needs it, move it away: mv " + data + " " + data
                    + ".before-pgha; then type the same again");
        }
    }

    @Override
    public String words() {
        return "set the other database aside that lies in " + data + " (system identifier "
                + systemId + ")";
    }

    @Override
    public List<String> lines() {
        return List.of("mv " + data + " " + aside);
    }

    @Override
    public void make() throws SetupRefused {
        // A server may have been started while a person was asked.
        requireNobody(data);
        try {
            Files.move(data, aside);
        } catch (IOException e) {
            throw SetupRefused.trouble(
                    "could not rename " + data + " to " + aside + ": " + e
                            + ". Make room for the copy of the pair's database there by hand, then type the same again");
        }
    }
}
