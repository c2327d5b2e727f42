package io.pgha.network;

import io.pgha.model.MonoTime;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Sees the other node's gate as a client sees it: by a connection from the one source port that is not exempt there
 * ({@link GateRules#observerPort}). Nothing is said over it. Safe for threads; blocks its caller.
 */
public final class Observer {

    private final int sourcePort;
    private final Duration limit;
    private final Supplier<MonoTime> clock;

    /**
     * Looks at nothing yet.
     *
     * @param limit of one look
     * @param clock now, for the time stamp of the answer
     */
    public Observer(int sourcePort, Duration limit, Supplier<MonoTime> clock) {
        this.sourcePort = sourcePort;
        this.limit = limit;
        this.clock = clock;
    }

    /** One look. Never throws: ALIVE is an accepted connection, REFUSED a reset, and all else says nothing. */
    public PortProbe look(String host, int port) {
        MonoTime from = clock.get();
        PortAnswer answer = PortAnswer.ALIVE;
        String detail = "";
        try {
            connect(host, port);
        } catch (SocketTimeoutException e) {
            answer = PortAnswer.TIMEOUT;
        } catch (IOException e) {
            detail = String.valueOf(e.getMessage());
            answer = e instanceof ConnectException && detail.contains("refused")
                    ? PortAnswer.REFUSED
                    : PortAnswer.UNTRIED;
        }
        MonoTime at = clock.get();
        return new PortProbe(answer, detail, at.since(from), at);
    }

    private void connect(String host, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setReuseAddress(true);
            // A reset ends it: a connection that lingers would keep the next look from this port.
            socket.setSoLinger(true, 0);
            socket.bind(new InetSocketAddress(sourcePort));
            socket.connect(new InetSocketAddress(host, port), (int) limit.toMillis());
        }
    }
}
