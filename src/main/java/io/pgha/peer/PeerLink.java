package io.pgha.peer;

import io.pgha.config.Settings;
import io.pgha.config.Settings.LinkSettings;
import io.pgha.model.MonoTime;
import io.pgha.model.PeerView;
import io.pgha.os.AddressBook;

import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The authenticated link to the other node's daemon. Each node connects to every address of the other; whoever is asked
 * answers at once with its own newest message, so that both sides hear each other on either connection; the two take turns to
 * ask ({@link Rhythm}). "Contact" is
 * a question of ours that was answered, and counts from the moment the question was sent: a one-way cut, a half-open
 * connection, a frozen peer or a pause of this process cannot make old news look fresh. One thread, whatever happens.
 */
public final class PeerLink implements AutoCloseable {

    private static final int STACK = 256 * 1024;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final LinkSettings settings;
    private final List<LinkAddress> addresses;
    private final PairKey pair;
    private final LinkPace pace;
    private final Voice own;
    private final Supplier<MonoTime> clock;
    private final Consumer<PeerView> onChange;
    private final AddressBook names = new AddressBook();
    private volatile WalShelf shelf = (cede, timeline, from, to) -> {
        throw new WalShelf.Closed("this node gives no WAL out");
    };
    private volatile Optional<Running> running = Optional.empty();

    private record Running(LinkLoop loop, Thread thread) {}

    /**
     * A link that is not started yet.
     *
     * @param settings where to listen
     * @param pair keys, and who is who
     * @param peerAddresses host:port (or [IPv6]:port) of the peer's daemon, one link each
     * @param pace heartbeat and deadline
     * @param own what this node says
     * @param clock monotonic; the only clock the link looks at
     * @param onChange called on the link thread after every message received and every change of a link; must not block
     * @throws IllegalArgumentException when an address is not of that form
     */
    public PeerLink(
            LinkSettings settings,
            PairKey pair,
            List<String> peerAddresses,
            LinkPace pace,
            Voice own,
            Supplier<MonoTime> clock,
            Consumer<PeerView> onChange) {
        this.settings = settings;
        this.addresses = peerAddresses.stream().map(LinkAddress::parse).toList();
        this.pair = pair;
        this.pace = pace;
        this.own = own;
        this.clock = clock;
        this.onChange = onChange;
    }

    /** Where a node's daemon is reached, in the form the constructor takes. */
    public static List<String> addressesOf(Settings.Node node) {
        return node.addresses().stream()
                .map(host -> new LinkAddress(host, node.linkPort()).toString())
                .toList();
    }

    /**
     * Looks whether {@link #start} would find its addresses free; listens for no longer than that.
     *
     * @throws PeerLinkException as {@link #start}
     */
    public static void requireFree(LinkSettings settings) throws PeerLinkException {
        try (Selector selector = Selector.open();
                Door door = new Door()) {
            door.open(settings, selector);
        } catch (IOException e) {
            throw outOfFiles(e);
        }
    }

    private static PeerLinkException outOfFiles(IOException e) {
        return new PeerLinkException(
                "cannot start the peer link: " + e.getMessage()
                        + ". Look at the limit of open files: ulimit -n",
                e);
    }

    /**
     * Listens and begins to connect.
     *
     * @throws PeerLinkException when an address cannot be listened on: which, why, and what to type
     */
    public void start() throws PeerLinkException {
        try {
            Selector selector = Selector.open();
            Door door = new Door();
            try {
                door.open(settings, selector);
            } catch (PeerLinkException e) {
                selector.close();
                throw e;
            }
            LinkLoop loop = new LinkLoop(
                    pair,
                    pace,
                    addresses,
                    own,
                    clock,
                    onChange,
                    selector,
                    door,
                    new WalDoor((cede, timeline, from, to) -> shelf.open(cede, timeline, from, to)),
                    names);
            Thread thread = new Thread(null, loop, "peer-link", STACK);
            thread.setDaemon(true);
            running = Optional.of(new Running(loop, thread));
            thread.start();
        } catch (IOException e) {
            throw outOfFiles(e);
        }
    }

    /** Where the peer's names lead, with what the link has learnt. */
    public AddressBook names() {
        return names;
    }

    /** What a peer that takes over may read of this node's WAL; nothing before this is called. */
    public void give(WalShelf wal) {
        shelf = wal;
    }

    /**
     * Sends this node's newest message over every link, now, and not only with the next heartbeat. Does not wait; calls that come
     * together are sent as one.
     */
    public void send() {
        running.ifPresent(one -> one.loop().send());
    }

    /** The newest state. May be called from any thread, also before the start. */
    public PeerView view() {
        return running.map(one -> one.loop().view())
                .orElseGet(() -> new PeerView(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        "the peer link is not started"));
    }

    /** Closes every connection and listener; waits for that at most two seconds. Can be called twice. */
    @Override
    public void close() {
        Optional<Running> last = running;
        if (last.isEmpty()) {
            return;
        }
        last.get().loop().stop();
        Thread thread = last.get().thread();
        if (thread.equals(Thread.currentThread())) {
            return;
        }
        try {
            thread.join(CLOSE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
