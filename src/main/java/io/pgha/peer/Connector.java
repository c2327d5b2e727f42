package io.pgha.peer;

import io.pgha.model.MonoTime;
import io.pgha.os.AddressBook;
import io.pgha.os.Deadline;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Makes connections out of addresses and out of those who knock. Nothing waits: a name is looked up on a thread of its
 * own, one at most for each address. Used by the link thread only.
 */
final class Connector {

    private static final int LOOKUP_STACK = 256 * 1024;

    private final PairKey pair;
    private final PairTls tls;
    private final Selector selector;
    private final Connections connections;
    private final AddressBook names;
    private final Queue<Consumer<MonoTime>> lookedUp = new ConcurrentLinkedQueue<>();

    Connector(PairKey pair, Selector selector, Connections connections, AddressBook names) {
        this.pair = pair;
        this.tls = new PairTls(pair);
        this.selector = selector;
        this.connections = connections;
        this.names = names;
    }

    /** Begins what is due, and goes on with names that were looked up meanwhile. */
    void dialDue(MonoTime now) {
        Consumer<MonoTime> next = lookedUp.poll();
        while (next != null) {
            next.accept(now);
            next = lookedUp.poll();
        }
        for (Dial dial : connections.dials()) {
            if (dial.isDue(now)) {
                dial(dial, now);
            }
        }
    }

    private void dial(Dial dial, MonoTime now) {
        String host = dial.address().host();
        if (dial.address().isLiteral()) {
            connect(dial, lookUp(host), now);
            return;
        }
        dial.resolving();
        connections.changed();
        Runnable lookup = () -> {
            Optional<InetAddress> found = lookUp(host);
            lookedUp.add(then -> connect(dial, found, then));
            selector.wakeup();
        };
        Thread thread = new Thread(null, lookup, "peer-lookup", LOOKUP_STACK);
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            connections.fail(dial, "cannot be looked up: " + e.getMessage(), now);
        }
    }

    /** Who is there proves by its key that it is the peer, so an address of before may be tried. */
    private Optional<InetAddress> lookUp(String host) {
        try {
            Deadline deadline = Deadline.in(LinkPace.LOOKUP_DEADLINE);
            return Optional.of(names.resolveOrRecall(host, deadline).get(0));
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    private void connect(Dial dial, Optional<InetAddress> host, MonoTime now) {
        if (host.isEmpty()) {
            connections.fail(dial, "has a name that does not resolve", now);
            return;
        }
        try {
            SocketChannel channel = SocketChannel.open();
            try {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, dial);
                dial.connecting(key, now);
                if (channel.connect(
                        new InetSocketAddress(host.get(), dial.address().port()))) {
                    finish(dial, key, now);
                }
            } catch (IOException | RuntimeException e) {
                Connection.closeQuietly(channel);
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            connections.fail(dial, "cannot be reached: " + e.getMessage(), now);
        }
    }

    /** The system has a verdict on a connection attempt. */
    void finish(Dial dial, SelectionKey key, MonoTime now) {
        SocketChannel channel = (SocketChannel) key.channel();
        String address = dial.address().toString();
        try {
            if (channel.finishConnect()) {
                PeerTrust trust = new PeerTrust(pair, address);
                TlsChannel secured = new TlsChannel(channel, tls.connecting(trust), address);
                Connection connection = new Connection(
                        secured,
                        key,
                        trust,
                        connections.nextNumber(),
                        address,
                        Optional.of(dial),
                        now);
                dial.connected(connection);
                names.worked(
                        dial.address().host(),
                        ((InetSocketAddress) channel.getRemoteAddress()).getAddress());
                key.attach(connection);
                connections.begin(connection, now);
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            connections.fail(dial, "cannot be reached: " + e.getMessage(), now);
        }
    }

    /** Somebody has connected; who it is, only the handshake will tell. */
    void admit(SocketChannel channel, MonoTime now) {
        try {
            connections.makeRoom();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            String address = ((InetSocketAddress) channel.getRemoteAddress())
                    .getAddress()
                    .getHostAddress();
            PeerTrust trust = new PeerTrust(pair, address);
            TlsChannel secured = new TlsChannel(channel, tls.accepting(trust), address);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            Connection connection = new Connection(
                    secured, key, trust, connections.nextNumber(), address, Optional.empty(), now);
            key.attach(connection);
            connections.begin(connection, now);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // It has left already, or there is no memory for it: it may knock again.
            Connection.closeQuietly(channel);
        }
    }
}
