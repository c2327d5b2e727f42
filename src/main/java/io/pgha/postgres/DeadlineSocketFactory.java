package io.pgha.postgres;

import io.pgha.os.Deadline;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;

import javax.net.SocketFactory;

/**
 * Hands pgjdbc a socket that is connected to an address already resolved and obeys one deadline. The driver's own timeouts count
 * whole seconds, each for itself, and it resolves names without any; it makes this class by name ({@code socketFactory},
 * {@code socketFactoryArg}: pgjdbc documentation, "Connection Parameters"), hence public with a constructor of one string.
 */
public final class DeadlineSocketFactory extends SocketFactory {

    private final Deadline deadline;
    private final InetSocketAddress address;

    /** @param argument made by {@link #argument}: deadline, port and literal address, separated by blanks */
    public DeadlineSocketFactory(String argument) throws UnknownHostException {
        String[] parts = argument.split(" ", 3);
        this.deadline = new Deadline(Long.parseLong(parts[0]));
        this.address =
                new InetSocketAddress(InetAddress.getByName(parts[2]), Integer.parseInt(parts[1]));
    }

    static String argument(InetAddress address, int port, Deadline deadline) {
        return deadline.atNanos() + " " + port + " " + address.getHostAddress();
    }

    @Override
    public Socket createSocket() throws IOException {
        Socket socket = new DeadlineSocket(deadline);
        try {
            socket.connect(address, deadline.remainingMillis());
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort)
            throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
            throws IOException {
        return createSocket();
    }
}
