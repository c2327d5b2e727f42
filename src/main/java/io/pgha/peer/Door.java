package io.pgha.peer;

import io.pgha.config.Settings.LinkSettings;
import io.pgha.model.MonoTime;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The sockets this node listens on. Used by the link thread only, after {@link #open}. */
final class Door implements AutoCloseable {

    private static final int BACKLOG = 16;
    private static final int ACCEPTS_PER_TURN = 16;
    private static final Duration REST = Duration.ofSeconds(1);

    private final List<ServerSocketChannel> listeners = new ArrayList<>();
    private final List<SelectionKey> keys = new ArrayList<>();
    private Optional<MonoTime> restUntil = Optional.empty();

    /**
     * Binds every address of the settings; without one, all addresses of this host.
     *
     * @throws PeerLinkException naming the address that cannot be bound; nothing stays bound then
     */
    void open(LinkSettings settings, Selector selector) throws PeerLinkException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String listen : settings.listen()) {
            addresses.add(new InetSocketAddress(listen, settings.port()));
        }
        if (addresses.isEmpty()) {
            addresses.add(new InetSocketAddress(settings.port()));
        }
        for (InetSocketAddress address : addresses) {
            try {
                bind(address, selector);
            } catch (IOException | RuntimeException e) {
                close();
                throw new PeerLinkException(words(address, e), e);
            }
        }
    }

    private void bind(InetSocketAddress address, Selector selector) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listeners.add(listener);
        listener.configureBlocking(false);
        listener.bind(address, BACKLOG);
        keys.add(listener.register(selector, SelectionKey.OP_ACCEPT, this));
    }

    private static String words(InetSocketAddress address, Exception e) {
        String what = "cannot listen for the peer on " + address.getHostString() + " port "
                + address.getPort() + ": ";
        if (address.isUnresolved()) {
            return what + "the name does not resolve. Use an address of this host";
        }
        String words = String.valueOf(e.getMessage());
        if (e instanceof BindException && words.contains("in use")) {
            return what + "the port is already used. Another daemon of this node may still run;"
                    + " type: ss -ltnp sport = :" + address.getPort();
        }
        if (e instanceof BindException && words.contains("Cannot assign")) {
            return what + "this host does not have that address (now). Type: ip address";
        }
        return what + words;
    }

    /** Takes in who waits outside. Without a free descriptor it rests for a second instead of spinning. */
    List<SocketChannel> accept(SelectionKey key, MonoTime now) {
        List<SocketChannel> arrived = new ArrayList<>();
        try {
            while (arrived.size() < ACCEPTS_PER_TURN) {
                SocketChannel channel = ((ServerSocketChannel) key.channel()).accept();
                if (channel == null) {
                    break;
                }
                arrived.add(channel);
            }
        } catch (IOException e) {
            restUntil = Optional.of(now.plus(REST));
            keys.forEach(one -> one.interestOps(0));
        }
        return arrived;
    }

    void wake(MonoTime now) {
        if (restUntil.isPresent() && now.isPast(restUntil.get(), Duration.ZERO)) {
            restUntil = Optional.empty();
            keys.forEach(one -> one.interestOps(SelectionKey.OP_ACCEPT));
        }
    }

    /** {@code wait}, or less when the rest ends sooner. */
    Duration untilNext(MonoTime now, Duration wait) {
        Duration left = restUntil.isPresent() ? restUntil.get().since(now) : wait;
        Duration sooner = left.compareTo(wait) < 0 ? left : wait;
        return sooner.isNegative() ? Duration.ZERO : sooner;
    }

    @Override
    public void close() {
        for (ServerSocketChannel listener : listeners) {
            try {
                listener.close();
            } catch (IOException ignored) {
                // The descriptor is gone either way (close(2)).
            }
        }
    }
}
