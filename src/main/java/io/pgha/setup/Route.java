package io.pgha.setup;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Which of this machine's addresses another one sees. */
public final class Route {

    private static final int ANY_PORT = 9;

    private Route() {}

    /** The address that the kernel would send from; nothing is sent. Empty: there is no way to that host. */
    public static Optional<String> addressTowards(String host) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(host), ANY_PORT));
            InetAddress here = socket.getLocalAddress();
            return here.isAnyLocalAddress() ? Optional.empty() : Optional.of(here.getHostAddress());
        } catch (IOException e) {
            // No name, no route: a person says it.
            return Optional.empty();
        }
    }
}
