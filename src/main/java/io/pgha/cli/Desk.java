package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Settings;
import io.pgha.config.SettingsFile;
import io.pgha.config.SocketGlance;
import io.pgha.http.Answer;
import io.pgha.http.Call;
import io.pgha.http.ControlClient;
import io.pgha.http.NoDaemonException;
import io.pgha.model.NodeId;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The way from a command to the daemon of the node it is about.
 *
 * @param config the configuration file
 * @param node which node of it; empty: this machine's
 * @param limit how long the daemon may be silent
 * @param terminal where answers and complaints go
 */
record Desk(Path config, Optional<NodeId> node, Duration limit, Terminal terminal) {

    static final Path DEFAULT_CONFIG = Path.of("/etc/pgha/pgha.conf");
    static final Duration DEFAULT_LIMIT = Duration.ofSeconds(10);

    /** The settings; throws what {@link SettingsFile} throws. */
    Settings settings() throws InvalidConfiguration {
        return SettingsFile.load(config, node);
    }

    /** Asks, and gives every line to {@code lines}; throws when the answer is not complete. */
    int ask(Call call, Consumer<Answer> lines) throws InvalidConfiguration, IOException {
        Optional<Path> glance = node.isEmpty() ? SocketGlance.of(config) : Optional.empty();
        Path socket = glance.isPresent() ? glance.get() : settings().controlSocket();
        return new ControlClient(socket, limit, System::nanoTime).call(call, lines);
    }

    /**
     * Asks and prints, answers to the output and errors to the error output.
     *
     * @param unknown the exit code when nobody could be asked
     */
    int print(Call call, int unknown) {
        try {
            return ask(call, this::print);
        } catch (InvalidConfiguration e) {
            terminal.err().println(e.getMessage());
            return Exit.USAGE;
        } catch (NoDaemonException e) {
            if (call.form() == Call.Form.JSON) {
                terminal.out().println(Answer.unknown(unknown, String.valueOf(e.getMessage())));
            }
            terminal.complain(e.getMessage()
                    + refusal().map(w -> "\nIt last refused to start: " + w).orElse("")
                    + "\nThe state of this node is unknown: nothing was found out,"
                    + " neither good nor bad.");
            return unknown;
        } catch (IOException e) {
            terminal.complain(String.valueOf(e.getMessage()));
            return unknown;
        }
    }

    /** What this node's daemon said when it last refused to start; empty: it did not, or that cannot be read. */
    Optional<String> refusal() {
        try {
            Path file = settings().refusalFile();
            return Files.exists(file)
                    ? Optional.of(Files.readString(file).strip())
                    : Optional.empty();
        } catch (InvalidConfiguration | IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns when a daemon takes calls, or when {@code atMost} is over: the boot hook is started right behind the daemon,
     * whose socket may not be there yet.
     */
    void awaitDaemon(Duration atMost) throws InvalidConfiguration {
        Path socket = settings().controlSocket();
        long end = System.nanoTime() + atMost.toNanos();
        while (!Files.exists(socket) && end - System.nanoTime() > 0) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    private void print(Answer answer) {
        if (answer.kind() == Answer.Kind.ERROR) {
            terminal.complain(answer.text());
        } else {
            terminal.out().print(answer.text());
            terminal.out().flush();
        }
    }
}
