package io.pgha.http;

import io.pgha.engine.FrontDesk;
import io.pgha.model.MonoTime;
import io.pgha.model.Policy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The control socket: operators' looks and requests over a unix domain socket of mode 0660.
 *
 * <p>Promises: who may change something is decided by the kernel's word on the caller (SO_PEERCRED, unix(7)), not by the
 * caller's; nobody can hold a thread for longer than the deadlines here, make it remember more than a line of 16 kB, or be
 * the ninth. One daemon serves one socket: a lock file beside it, held as long as the process lives, keeps a second one
 * away, so that a socket file without a holder is always a leftover and may be replaced.
 */
public final class ControlServer implements AutoCloseable {

    static final int MAX_CLIENTS = 8;
    static final int MAX_REQUEST_BYTES = 16 * 1024;
    static final Duration REQUEST_LIMIT = Duration.ofSeconds(2);
    static final Duration WRITE_LIMIT = Duration.ofSeconds(5);

    private static final Duration TURN_AWAY_LIMIT = Duration.ofMillis(100);

    private final RunDirectoryLock lock;
    private final ServerSocketChannel listener;
    private final Path socket;
    private final Callers callers;
    private final ControlPages pages;
    private final Supplier<MonoTime> clock;
    private final Consumer<String> complaints;
    private final ThreadPoolExecutor clients;
    private final Thread acceptor;

    private ControlServer(
            RunDirectoryLock lock,
            ServerSocketChannel listener,
            Path socket,
            ControlPages pages,
            Supplier<MonoTime> clock,
            Consumer<String> complaints)
            throws IOException {
        this.lock = lock;
        this.listener = listener;
        this.socket = socket;
        this.callers = Callers.ownerOf(socket);
        this.pages = pages;
        this.clock = clock;
        this.complaints = complaints;
        this.clients = new ThreadPoolExecutor(
                0, MAX_CLIENTS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), r -> {
                    Thread t = new Thread(r, "control-client");
                    t.setDaemon(true);
                    return t;
                });
        this.acceptor = new Thread(this::acceptAll, "control-accept");
        acceptor.setDaemon(true);
    }

    /**
     * Takes the socket and serves it on threads of its own until {@link #close}.
     *
     * @param socket where; its directory is made when it is missing
     * @param desk the engine's side
     * @param policy for the numbers in {@code pgha explain}
     * @param clock monotonic
     * @param complaints takes one sentence for each client that was turned away for its rights or its manners
     * @throws IOException when another daemon holds it, or it cannot be made; the message says what to do
     */
    public static ControlServer open(
            Path socket,
            FrontDesk desk,
            Supplier<Policy> policy,
            Supplier<MonoTime> clock,
            Consumer<String> complaints)
            throws IOException {
        Files.createDirectories(socket.toAbsolutePath().getParent());
        RunDirectoryLock lock = RunDirectoryLock.take(socket);
        try {
            Files.deleteIfExists(socket);
            ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listener.bind(UnixDomainSocketAddress.of(socket), 16);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
            ControlServer server = new ControlServer(
                    lock,
                    listener,
                    socket,
                    new ControlPages(desk, policy, clock),
                    clock,
                    complaints);
            server.acceptor.start();
            return server;
        } catch (IOException e) {
            lock.close();
            throw new IOException(
                    "the control socket " + socket + " could not be made: " + e
                            + ". Its directory (run_directory) must be writable for the daemon's user",
                    e);
        }
    }

    /**
     * Looks whether another daemon serves the socket; nothing is taken.
     *
     * @throws IOException when one does, or when its directory cannot be used
     */
    public static void requireFree(Path socket) throws IOException {
        Files.createDirectories(socket.toAbsolutePath().getParent());
        RunDirectoryLock.take(socket).close();
    }

    private void acceptAll() {
        while (listener.isOpen()) {
            try {
                receive(listener.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                complaints.accept("the control socket could not accept a client: " + e);
                if (!pause()) {
                    return;
                }
            }
        }
    }

    /** Accept fails at once and again while descriptors are short; false when it is time to end. */
    private boolean pause() {
        try {
            return !clients.awaitTermination(200, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void receive(SocketChannel channel) throws IOException {
        try {
            clients.execute(() -> serve(channel));
        } catch (RejectedExecutionException e) {
            // Its request is read first: a socket closed over unread input loses what was written
            // to it.
            try (Wire wire = wire(channel)) {
                wire.readLine(TURN_AWAY_LIMIT);
                wire.writeLine(
                        Answer.error(
                                        1,
                                        MAX_CLIENTS
                                                + " clients are served already: end a pgha watch or"
                                                + " follow, or try again")
                                .toLine(),
                        TURN_AWAY_LIMIT);
            }
        }
    }

    private Wire wire(SocketChannel channel) throws IOException {
        return new Wire(channel, MAX_REQUEST_BYTES, () -> clock.get().nanos());
    }

    private void serve(SocketChannel channel) {
        try (channel;
                Wire wire = wire(channel)) {
            Callers.Caller caller = callers.of(channel);
            try {
                Call call = Call.parse(wire.readLine(REQUEST_LIMIT).orElse(""));
                if (call.isChanging() && !caller.mayChange()) {
                    complaints.accept(
                            "refused " + call.request().get() + " from user " + caller.name());
                    wire.writeLine(Answer.error(5, refusal(caller)).toLine(), WRITE_LIMIT);
                    return;
                }
                pages.answer(call, wire);
            } catch (IOException e) {
                complaints.accept("a control client of user " + caller.name() + " was turned away: "
                        + e.getMessage());
                wire.writeLine(
                        Answer.error(1, String.valueOf(e.getMessage())).toLine(), WRITE_LIMIT);
            }
        } catch (IOException e) {
            // The client is gone, and it is the only one who could be told.
            complaints.accept("a control client left early: " + e.getMessage());
        }
    }

    private String refusal(Callers.Caller caller) {
        return "user " + caller.name()
                + " may look and may not change anything. Run the same command as root or as "
                + callers.ownerName() + ": sudo -u " + callers.ownerName() + " pgha ...";
    }

    /** Stops listening, ends the clients, removes the socket and lets the next daemon in. */
    @Override
    public void close() throws IOException {
        try (lock) {
            listener.close();
            clients.shutdownNow();
            Files.deleteIfExists(socket);
        }
    }
}
