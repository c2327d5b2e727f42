package io.pgha.setup;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Pattern IDENTIFIER =
            Pattern.compile("(?m)^Database system identifier:\\s+(\\d+)\\s*$");

    /**
     * Where there is such a database and no server that runs it.
     *
     * @param systemId of the pair's database
     * @throws SetupRefused when there is a database of which that cannot be told
     */
    static Optional<AsideStep> propose(PostgresSettings own, String systemId, Instant now)
            throws SetupRefused {
        Path data = own.dataDirectory();
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            return Optional.empty();
        }
        String here = systemIdOf(own);
        Path aside =
                data.resolveSibling(data.getFileName() + ".before-pgha-" + now.getEpochSecond());
        return here.equals(systemId)
                ? Optional.empty()
                : Optional.of(new AsideStep(data, here, aside));
    }

    private static String systemIdOf(PostgresSettings own) throws SetupRefused {
        String away = ". If nobody needs it, move it away: mv " + own.dataDirectory() + " "
                + own.dataDirectory() + ".before-pgha; then type the same again";
        try {
            String words = Command.of(List.of(
                            own.bin().resolve("pg_controldata").toString(),
                            "-D",
                            own.dataDirectory().toString()))
                    .withEnvironment(Map.of("LC_ALL", "C"))
                    .in(Path.of("/"))
                    .runOk(LIMIT)
                    .out();
            Matcher found = IDENTIFIER.matcher(words);
            if (!found.find()) {
                throw SetupRefused.trouble("pg_controldata does not say which database lies in "
                        + own.dataDirectory() + away);
            }
            return String.valueOf(found.group(1));
        } catch (CommandFailed e) {
            throw SetupRefused.trouble("which database lies in " + own.dataDirectory()
                    + " cannot be seen: " + e.words() + away);
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
        try {
            Files.move(data, aside);
        } catch (IOException e) {
            throw SetupRefused.trouble(
                    "could not rename " + data + " to " + aside + ": " + e
                            + ". Make room for the copy of the pair's database there by hand, then type the same again");
        }
    }
}
