package io.pgha.setup;

import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The way to the local server as its superuser: psql over the unix socket, as the owner of the data directory. Statements go
 * in by standard input, so that nothing of them stands in a process list.
 *
 * @param bin directory of PostgreSQL's programs
 * @param owner whom the server belongs to
 * @param socketDirectory where its socket lies
 * @param port which names the socket
 */
record Psql(Path bin, Owner owner, Path socketDirectory, int port) {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Statements with secrets reach no log of the server; with terse errors psql quotes none either. */
    private static final String QUIET = """
            set client_min_messages = error;
            set standard_conforming_strings = on;
            set log_statement = 'none';
            set log_duration = off;
            set log_min_duration_statement = -1;
            set log_min_error_statement = 'panic';
            """;

    /** Runs statements, each a transaction of its own unless they say otherwise; what they answered. */
    String run(String database, String statements) throws SetupRefused {
        List<String> argv = new ArrayList<>(owner.become());
        argv.addAll(List.of(
                bin.resolve("psql").toString(),
                "-X",
                "-q",
                "-A",
                "-t",
                "-w",
                "-v",
                "ON_ERROR_STOP=1",
                "-v",
                "VERBOSITY=terse",
                "-h",
                socketDirectory.toString(),
                "-p",
                Integer.toString(port),
                "-d",
                database));
        try {
            Command.Result result = Command.of(argv)
                    .withEnvironment(Map.of("PGCONNECT_TIMEOUT", "5", "LC_ALL", "C"))
                    .in(Path.of("/"))
                    .withInput(QUIET + statements)
                    .run(LIMIT);
            if (!result.isOk()) {
                throw SetupRefused.trouble("the local PostgreSQL (socket in " + socketDirectory
                        + ", port " + port + ", database " + database + ") refused user "
                        + owner.user() + ": " + result.lastWords()
                        + ". Setup needs that user to log in over the unix socket as superuser: a line"
                        + " 'local all " + owner.user() + " peer' in pg_hba.conf");
            }
            return result.out().strip();
        } catch (CommandFailed e) {
            throw SetupRefused.trouble(e.words());
        }
    }
}
