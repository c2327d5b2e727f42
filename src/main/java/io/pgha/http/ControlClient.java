package io.pgha.http;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Asks the daemon over its control socket. One call, one connection; used by one thread. */
public final class ControlClient {

    private static final int MAX_ANSWER_BYTES = 4 * 1024 * 1024;

    private final Path socket;
    private final Duration limit;
    private final LongSupplier nanos;

    /**
     * A client that has not connected yet.
     *
     * @param socket the daemon's socket
     * @param limit how long the daemon may be silent
     * @param nanos monotonic, such as {@code System::nanoTime}
     */
    public ControlClient(Path socket, Duration limit, LongSupplier nanos) {
        this.socket = socket;
        this.limit = limit;
        this.nanos = nanos;
    }

    /**
     * Asks, and hands over each line of the answer as it comes, the last one included.
     *
     * @return the exit code of the last line
     * @throws NoDaemonException when nobody serves the socket, or it may not be used by this user
     * @throws IOException when the daemon fell silent or hung up before its last line: the outcome is not known
     */
    public int call(Call call, Consumer<Answer> lines) throws IOException {
        try (SocketChannel channel = connect();
                Wire wire = new Wire(channel, MAX_ANSWER_BYTES, nanos)) {
            wire.writeLine(call.toLine(), limit);
            Duration patience =
                    limit.plus(call.request().isPresent() ? call.limit() : Duration.ZERO);
            while (true) {
                Optional<String> line = wire.readLine(patience);
                if (line.isEmpty()) {
                    throw new IOException(
                            "the daemon at " + socket + " hung up before its answer was complete."
                                    + " Whether it still runs: systemctl status pgha");
                }
                Answer answer = Answer.parse(line.get());
                lines.accept(answer);
                if (answer.isLast()) {
                    return answer.exitCode();
                }
            }
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "the daemon at " + socket + " took the connection and said nothing for "
                            + Amounts.span(limit)
                            + ". It hangs or the machine is overloaded: journalctl -u pgha",
                    e);
        }
    }

    private SocketChannel connect() throws NoDaemonException {
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException | IllegalArgumentException e) {
            throw new NoDaemonException(reason(String.valueOf(e.getMessage())), e);
        }
    }

    private String reason(String system) {
        String start = "Start it with: systemctl start pgha (in a lab: pgha --config FILE daemon)";
        if (!Files.exists(socket)) {
            return "no pgha daemon runs here: there is no control socket " + socket
                    + " (run_directory in the configuration). " + start;
        }
        return system.contains("Permission denied")
                ? "this user may not use the control socket " + socket
                        + ": run as root, as the daemon's user, or as a member of its group"
                : "no pgha daemon answers on " + socket + " (" + system + "): it is a leftover. "
                        + start;
    }
}
