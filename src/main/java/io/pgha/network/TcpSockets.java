package io.pgha.network;

import io.pgha.os.Netlink;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** This host's TCP sockets as the kernel shows them, and their end by its hand (sock_diag(7)). Not safe for threads. */
final class TcpSockets implements AutoCloseable {

    private static final short SHOW = 20;
    private static final short DESTROY = 21;
    private static final byte IPV4 = 2;
    private static final byte IPV6 = 10;
    private static final byte TCP = 6;
    /** All states but those of listeners, of the closed, and of connections that are over (TIME_WAIT). */
    private static final int CONNECTED = 0xfff & ~(1 << 6 | 1 << 7 | 1 << 10);

    private static final int REQUEST_BYTES = 56;
    private static final int ID_BYTES = 48;
    /** Where the identity is in a request, and in a socket that is shown. */
    private static final int ID_IN_REQUEST = 8;

    private static final int ID_SHOWN = 4;
    /** Of the other end, in an identity: after two ports and this end's own. */
    private static final int ADDRESS = 20;

    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;

    private final Netlink kernel;
    private final Duration limit;

    private TcpSockets(Netlink kernel, Duration limit) {
        this.kernel = kernel;
        this.limit = limit;
    }

    /** @param limit of one list */
    static TcpSockets open(Duration limit) throws IOException {
        return new TcpSockets(Netlink.open(Netlink.SOCKETS), limit);
    }

    /**
     * A connected socket of this host.
     *
     * @param peer the other end's address; one that IPv6 maps is IPv4
     * @param named the request that names it to the kernel
     */
    record Connected(InetAddress peer, ByteBuffer named) {}

    /** The connected sockets with this port at this end. */
    List<Connected> at(int port) throws IOException {
        List<Connected> found = new ArrayList<>();
        for (byte family : new byte[] {IPV4, IPV6}) {
            byte[] question = request(family);
            // Ports are in the network's byte order.
            question[ID_IN_REQUEST] = (byte) (port >> 8);
            question[ID_IN_REQUEST + 1] = (byte) port;
            kernel.list(SHOW, question, limit, shown -> parse(shown).ifPresent(found::add));
        }
        return found;
    }

    private static Optional<Connected> parse(ByteBuffer shown) {
        if (shown.remaining() < ID_SHOWN + ID_BYTES) {
            return Optional.empty();
        }
        byte family = shown.get(0);
        byte[] named = request(family);
        shown.get(ID_SHOWN, named, ID_IN_REQUEST, ID_BYTES);
        byte[] address = new byte[family == IPV4 ? V4_BYTES : V6_BYTES];
        System.arraycopy(named, ID_IN_REQUEST + ADDRESS, address, 0, address.length);
        try {
            return Optional.of(
                    new Connected(InetAddress.getByAddress(address), ByteBuffer.wrap(named)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + address.length + " bytes", e);
        }
    }

    /** Ends them, in one call: the other end of each is told by a reset, this one by an error. */
    void end(List<Connected> sockets) throws IOException {
        List<byte[]> orders = new ArrayList<>();
        for (Connected socket : sockets) {
            byte[] order = new byte[REQUEST_BYTES];
            socket.named().get(0, order);
            orders.add(order);
        }
        kernel.order(DESTROY, orders);
    }

    private static byte[] request(byte family) {
        byte[] request = new byte[REQUEST_BYTES];
        ByteBuffer.wrap(request)
                .order(ByteOrder.nativeOrder())
                .put(0, family)
                .put(1, TCP)
                .putInt(4, CONNECTED);
        return request;
    }

    @Override
    public void close() {
        kernel.close();
    }
}
