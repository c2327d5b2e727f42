package io.pgha.peer;

import io.pgha.model.MonoTime;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The link thread: every connection, deadline and message of the peer link, one after the other, over one selector. It
 * never waits for a peer, a name service or a disk, so a hostile client can cost no more than a place among
 * {@link #MAX_CONNECTIONS}, of which those who have not proven who they are lose theirs first.
 */
final class LinkLoop implements Runnable {

    /** Both directions together; a pair uses two an address. */
    private static final int MAX_CONNECTIONS = 32;

    private static final int LOOKUP_STACK = 256 * 1024;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(LinkLoop.class);

    private final PairKey pair;
    private final PairTls tls;
    private final MessageCodec codec = new MessageCodec();
    private final Hearing hearing;
    private final LinkPace pace;
    private final Supplier<PeerMessage> own;
    private final Supplier<MonoTime> clock;
    private final Consumer<PeerView> onChange;
    private final Selector selector;
    private final Door door;
    private final List<Dial> dials;
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final Queue<Consumer<MonoTime>> posted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean sendWanted = new AtomicBoolean();
    private volatile boolean closing;
    private volatile PeerView view;
    private boolean changed = true;
    private long numbers;
    private long sequence;
    private long nonces;

    LinkLoop(
            PairKey pair,
            LinkPace pace,
            List<LinkAddress> addresses,
            Supplier<PeerMessage> own,
            Supplier<MonoTime> clock,
            Consumer<PeerView> onChange,
            Selector selector,
            Door door) {
        this.pair = pair;
        this.tls = new PairTls(pair);
        this.hearing = new Hearing(pair.self(), pair.peer());
        this.pace = pace;
        this.own = own;
        this.clock = clock;
        this.onChange = onChange;
        this.selector = selector;
        this.door = door;
        MonoTime now = clock.get();
        this.dials = addresses.stream().map(address -> new Dial(address, now)).toList();
        this.view = hearing.view(dials.stream().map(Dial::view).toList(), false, now);
    }

    PeerView view() {
        return view;
    }

    void send() {
        sendWanted.set(true);
        selector.wakeup();
    }

    void stop() {
        closing = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        MonoTime woke = clock.get();
        while (!closing) {
            try {
                Duration wait = untilNext(clock.get());
                select(wait);
                MonoTime now = clock.get();
                if (now.isPast(woke, wait.plus(pace.sleepLimit()))) {
                    slept(now.since(woke), now);
                }
                woke = now;
                turn(now);
            } catch (IOException | RuntimeException e) {
                LOG.error("the peer link stumbled and starts over", e);
                dropAll("was dropped: internal error " + e, clock.get());
            }
            publish();
        }
        dropAll("was closed by this node", clock.get());
        door.close();
        try {
            selector.close();
        } catch (IOException e) {
            LOG.warn("closing the peer link: {}", e.getMessage());
        }
    }

    private void select(Duration wait) throws IOException {
        long millis = (wait.toNanos() + 999_999) / 1_000_000;
        if (millis <= 0) {
            selector.selectNow();
        } else {
            selector.select(millis);
        }
    }

    private void turn(MonoTime now) {
        for (Consumer<MonoTime> task = posted.poll(); task != null; task = posted.poll()) {
            task.accept(now);
        }
        for (SelectionKey key : selector.selectedKeys()) {
            if (!key.isValid()) {
                continue;
            }
            if (key.attachment() instanceof Connection connection) {
                serve(connection, now);
            } else if (key.attachment() instanceof Dial dial) {
                finishConnect(dial, key, now);
            } else {
                door.accept(key, now).forEach(channel -> admit(channel, now));
            }
        }
        selector.selectedKeys().clear();
        if (sendWanted.getAndSet(false)) {
            askAll(now);
        }
        deadlines(now);
        connections.removeIf(Connection::isClosed);
    }

    private void deadlines(MonoTime now) {
        door.wake(now);
        for (Connection connection : List.copyOf(connections)) {
            connection.overdue(pace, now).ifPresent(words -> {
                end(connection, new Ending(words, false), now);
                connection.close();
            });
        }
        for (Dial dial : dials) {
            dial.overdue(now).ifPresent(words -> fail(dial, words, now));
            if (dial.isDue(now)) {
                dial(dial, now);
            }
        }
    }

    private Duration untilNext(MonoTime now) {
        List<MonoTime> times = new ArrayList<>();
        door.deadline().ifPresent(times::add);
        dials.forEach(dial -> dial.deadline().ifPresent(times::add));
        connections.forEach(one -> one.deadline(pace).ifPresent(times::add));
        Duration wait = LONGEST_WAIT;
        for (MonoTime time : times) {
            Duration left = time.since(now);
            wait = left.compareTo(wait) < 0 ? left : wait;
        }
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    // connecting and accepting

    private void dial(Dial dial, MonoTime now) {
        String host = dial.address().host();
        if (dial.address().isLiteral()) {
            resolved(dial, lookUp(host), now);
            return;
        }
        dial.resolving(now);
        Runnable lookup = () -> {
            Optional<InetAddress> found = lookUp(host);
            posted.add(then -> resolved(dial, found, then));
            selector.wakeup();
        };
        Thread thread = new Thread(null, lookup, "peer-lookup", LOOKUP_STACK);
        thread.setDaemon(true);
        thread.start();
    }

    private static Optional<InetAddress> lookUp(String host) {
        try {
            return Optional.of(InetAddress.getByName(host));
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    private void resolved(Dial dial, Optional<InetAddress> host, MonoTime now) {
        if (host.isEmpty()) {
            fail(dial, "has a name that does not resolve", now);
            return;
        }
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean done = channel.connect(
                    new InetSocketAddress(host.get(), dial.address().port()));
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, dial);
            dial.connecting(key, now);
            if (done) {
                finishConnect(dial, key, now);
            }
        } catch (IOException | RuntimeException e) {
            fail(dial, "cannot be reached: " + e.getMessage(), now);
            Connection.closeQuietly(channel);
        }
    }

    private void finishConnect(Dial dial, SelectionKey key, MonoTime now) {
        SocketChannel channel = (SocketChannel) key.channel();
        String address = dial.address().toString();
        try {
            if (channel.isConnected() || channel.finishConnect()) {
                PeerTrust trust = new PeerTrust(pair, address);
                TlsChannel secured = new TlsChannel(channel, tls.connecting(trust), address);
                Connection connection = new Connection(
                        secured, key, trust, ++numbers, address, Optional.of(dial), now);
                dial.connected(connection);
                key.attach(connection);
                begin(connection, now);
            }
        } catch (IOException | GeneralSecurityException e) {
            fail(dial, "cannot be reached: " + e.getMessage(), now);
        }
    }

    private void admit(SocketChannel channel, MonoTime now) {
        try {
            makeRoom();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            String address = ((InetSocketAddress) channel.getRemoteAddress())
                    .getAddress()
                    .getHostAddress();
            PeerTrust trust = new PeerTrust(pair, address);
            TlsChannel secured = new TlsChannel(channel, tls.accepting(trust), address);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            Connection connection =
                    new Connection(secured, key, trust, ++numbers, address, Optional.empty(), now);
            key.attach(connection);
            begin(connection, now);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            Connection.closeQuietly(channel);
        }
    }

    /** Takes the place of the oldest stranger, else of the oldest connection the peer has made. */
    private void makeRoom() {
        if (connections.size() < MAX_CONNECTIONS) {
            return;
        }
        connections.stream()
                .filter(one -> one.dial().isEmpty() && one.isShaking())
                .findFirst()
                .or(() ->
                        connections.stream().filter(one -> one.dial().isEmpty()).findFirst())
                .ifPresent(one -> {
                    one.close();
                    connections.remove(one);
                });
    }

    private void begin(Connection connection, MonoTime now) {
        connections.add(connection);
        try {
            connection.begin();
        } catch (IOException e) {
            end(connection, Ending.of(e, connection, pair.file()), now);
        }
    }

    // talking

    private void serve(Connection connection, MonoTime now) {
        try {
            List<byte[]> lines = connection.ready(now);
            if (connection.becameOpen(now)) {
                greet(connection, now);
            }
            for (byte[] line : lines) {
                take(connection, line, now);
            }
        } catch (IOException e) {
            end(connection, Ending.of(e, connection, pair.file()), now);
        } catch (RuntimeException e) {
            LOG.error("the connection with {} stumbled", connection.address(), e);
            end(connection, new Ending("was dropped: internal error " + e, false), now);
        }
    }

    /** A new connection is used at once; one made by the peer says that our own attempts need wait no longer. */
    private void greet(Connection connection, MonoTime now) throws IOException {
        if (connection.dial().isEmpty()) {
            dials.forEach(dial -> dial.hurry(now));
        }
        if (connection.dial().isPresent() || dials.stream().noneMatch(Dial::isUp)) {
            ask(connection, now);
        }
    }

    /** Over every link; and over what the peer has connected, when none of ours works. */
    private void askAll(MonoTime now) {
        boolean alone = dials.stream().noneMatch(Dial::isUp);
        for (Connection connection : List.copyOf(connections)) {
            if (connection.mayAsk() && (alone || connection.dial().isPresent())) {
                try {
                    ask(connection, now);
                } catch (IOException e) {
                    end(connection, Ending.of(e, connection, pair.file()), now);
                }
            }
        }
    }

    private void ask(Connection connection, MonoTime now) throws IOException {
        long nonce = ++nonces;
        byte[] line =
                codec.write(++sequence, OptionalLong.of(nonce), OptionalLong.empty(), own.get());
        connection.ask(nonce, line, now);
    }

    private void answer(Connection connection, MessageCodec.Envelope question) throws IOException {
        if (question.ask().isPresent()) {
            connection.tell(
                    codec.write(++sequence, OptionalLong.empty(), question.ask(), own.get()));
        }
    }

    private void take(Connection connection, byte[] line, MonoTime now) throws IOException {
        String from = connection.address();
        MessageCodec.Envelope envelope = codec.open(line, from);
        try {
            hearing.checkVersion(envelope, own.get(), from);
        } catch (LinkRefused e) {
            answer(connection, envelope); // so that the other side can name both versions too
            throw e;
        }
        PeerMessage message = codec.message(envelope, from);
        changed |= hearing.hear(message, envelope.sequence(), connection.number(), from, now);
        if (envelope.answers().isPresent()) {
            connection.answered(envelope.answers().getAsLong(), now).ifPresent(answer -> {
                hearing.contact(answer.asked());
                connection.dial().ifPresent(dial -> dial.answered(answer, now));
                changed = true;
            });
        }
        answer(connection, envelope);
    }

    // ending

    private void end(Connection connection, Ending ending, MonoTime now) {
        boolean wasOurs = connection.isOpen() || connection.isShaking();
        if (wasOurs) {
            connection.dial().ifPresent(dial -> dial.failed(ending.words(), ending.refused(), now));
            changed = true;
        }
        if (ending.refused() && wasOurs) {
            hearing.refused(ending.words());
            connection.leave(now);
        } else {
            connection.close();
        }
    }

    private void fail(Dial dial, String words, MonoTime now) {
        dial.failed(words, false, now);
        changed = true;
    }

    /** What waits in the sockets after a pause of this process is of unknown age: nothing of it may look fresh. */
    private void slept(Duration pause, MonoTime now) {
        dropAll("was dropped: this process slept for " + pause.toMillis() + " ms", now);
        dials.forEach(dial -> dial.hurry(now));
        selector.selectedKeys().clear();
    }

    private void dropAll(String words, MonoTime now) {
        for (Connection connection : List.copyOf(connections)) {
            end(connection, new Ending(words, false), now);
        }
        connections.clear();
    }

    private void publish() {
        if (!changed) {
            return;
        }
        changed = false;
        boolean connected = connections.stream().anyMatch(Connection::isUp);
        view = hearing.view(dials.stream().map(Dial::view).toList(), connected, clock.get());
        try {
            onChange.accept(view);
        } catch (RuntimeException e) {
            LOG.error("a listener of the peer link failed", e);
        }
    }
}
