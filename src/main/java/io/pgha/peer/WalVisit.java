package io.pgha.peer;

import io.pgha.model.Lsn;
import io.pgha.os.AddressBook;
import io.pgha.os.Deadline;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the peer's WAL over a connection of its own, which is to the same port, with the same keys, and as fast as it goes. On
 * the caller's thread; every wait has a limit, and so has the whole.
 */
public final class WalVisit {

    private final PairKey pair;
    private final List<LinkAddress> addresses;
    private final Duration limit;
    private final AddressBook names;

    /** Who takes what comes. */
    public interface Taker {

        /** CRC-32C of what stands in the first segment before the first byte; comes first, and once. */
        void before(long checksum) throws IOException;

        /** The next bytes of WAL. */
        void bytes(ByteBuffer bytes) throws IOException;
    }

    /** It did not all come: the peer is gone, says no, or cannot read. */
    public static final class CutOff extends Exception {
        private static final long serialVersionUID = 1L;

        CutOff(String why) {
            super(why);
        }
    }

    /** The peer's last word, by whichever address. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why);
        }
    }

    /** What the taker cannot keep is the taker's trouble, not the peer's. */
    private static final class Unkept extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient IOException cause;

        Unkept(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    /**
     * Visits to a peer.
     *
     * @param addresses as {@link PeerLink}'s
     * @param limit of a visit as a whole
     * @param names the link's, see {@link PeerLink#names}: what it is connected to is found when nobody resolves names any more
     */
    public WalVisit(PairKey pair, List<String> addresses, Duration limit, AddressBook names) {
        this.pair = pair;
        this.addresses = addresses.stream().map(LinkAddress::parse).toList();
        this.limit = limit;
        this.names = names;
    }

    /**
     * Brings that range, in order.
     *
     * @param cede the id of the peer's cede to this node
     * @throws CutOff when it did not all come, by any address
     * @throws IOException when the taker could not keep it
     */
    public void fetch(String cede, int timeline, Lsn from, Lsn to, Taker taker)
            throws CutOff, IOException {
        long until = System.nanoTime() + limit.toNanos();
        Taking taking = new Taking(taker, from, to);
        List<String> tried = new ArrayList<>();
        for (LinkAddress address : addresses) {
            if (!tried.isEmpty() && System.nanoTime() - until > 0) {
                break;
            }
            try (WalStream open = connect(address, until)) {
                taking.askedAnew();
                open.send(
                        ByteBuffer.wrap(new WalQuestion(cede, timeline, taking.next(), to).line()));
                take(open, taking, until);
                return;
            } catch (Unkept e) {
                throw e.cause;
            } catch (Refused e) {
                throw new CutOff(address + " " + e.getMessage());
            } catch (IOException | GeneralSecurityException e) {
                tried.add(address + " " + e.getMessage());
            }
        }
        throw new CutOff(String.join("; ", tried));
    }

    private WalStream connect(LinkAddress address, long until)
            throws IOException, GeneralSecurityException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            reach(channel, new InetSocketAddress(find(address, until), address.port()), until);
            PeerTrust trust = new PeerTrust(pair, address.toString());
            TlsChannel tls = new TlsChannel(
                    channel, new PairTls(pair).connectingForWal(trust), address.toString());
            WalStream stream = new WalStream(channel, tls, rest(until));
            stream.shake(within(LinkPace.HANDSHAKE_DEADLINE, until));
            return stream;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            Connection.closeQuietly(channel);
            throw e;
        }
    }

    private InetAddress find(LinkAddress address, long until) throws IOException {
        try {
            Deadline deadline = Deadline.in(rest(until)).within(LinkPace.LOOKUP_DEADLINE);
            return names.resolveOrRecall(address.host(), deadline).get(0);
        } catch (UnknownHostException e) {
            throw new IOException("has a name that does not resolve", e);
        }
    }

    private static void reach(SocketChannel channel, InetSocketAddress address, long until)
            throws IOException {
        if (channel.connect(address)) {
            return;
        }
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_CONNECT);
            selector.select(within(LinkPace.CONNECT_DEADLINE, until).toMillis());
            if (!channel.finishConnect()) {
                throw new IOException("does not answer");
            }
        }
    }

    private static Duration rest(long until) {
        return Duration.ofNanos(Math.max(1_000_000, until - System.nanoTime()));
    }

    private static Duration within(Duration most, long until) {
        Duration rest = rest(until);
        return rest.compareTo(most) > 0 ? most : rest;
    }

    private static void take(WalStream stream, Taking taking, long until) throws IOException {
        ByteBuffer came = ByteBuffer.allocate(4 * (WalFrame.HEADER + WalFrame.LONGEST));
        while (!taking.isDone()) {
            stream.receive(bytes -> {
                came.put(bytes);
                came.flip();
                Optional<WalFrame> frame = WalFrame.next(came);
                while (frame.isPresent()) {
                    taking.take(frame.get());
                    frame = WalFrame.next(came);
                }
                came.compact();
            });
            if (System.nanoTime() - until > 0) {
                throw new IOException("had sent " + taking.got + " of " + taking.wanted
                        + " bytes when wal_rescue_timeout was over");
            }
        }
    }

    /** The order of the answers: one, and for each connection that broke one more, which goes on where that one ended. */
    private static final class Taking {
        private final Taker taker;
        private final Lsn from;
        private final long wanted;
        private boolean told;
        private boolean begun;
        private boolean done;
        private long got;

        Taking(Taker taker, Lsn from, Lsn to) {
            this.taker = taker;
            this.from = from;
            this.wanted = to.value() - from.value();
        }

        void askedAnew() {
            begun = false;
        }

        Lsn next() {
            return new Lsn(from.value() + got);
        }

        boolean isDone() {
            return done;
        }

        void take(WalFrame frame) throws IOException {
            switch (frame.kind()) {
                case WalFrame.WHY -> throw new Refused("says: " + frame.text());
                case WalFrame.BEFORE -> {
                    require(!begun && frame.bytes().remaining() == Long.BYTES);
                    begun = true;
                    long checksum = frame.bytes().getLong(0);
                    if (!told) {
                        told = true;
                        keep(() -> taker.before(checksum));
                    }
                }
                case WalFrame.WAL -> {
                    got = got + frame.bytes().remaining();
                    require(begun && got <= wanted);
                    keep(() -> taker.bytes(frame.bytes()));
                }
                case WalFrame.END -> {
                    require(got == wanted);
                    done = true;
                }
                default -> require(false);
            }
        }

        private static void require(boolean inOrder) throws IOException {
            if (!inOrder) {
                throw new IOException("answered out of order");
            }
        }

        private interface Keeping {
            void run() throws IOException;
        }

        private static void keep(Keeping keeping) {
            try {
                keeping.run();
            } catch (IOException e) {
                throw new Unkept(e);
            }
        }
    }
}
