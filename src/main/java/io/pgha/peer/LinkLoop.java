package io.pgha.peer;

import io.pgha.model.MonoTime;
import io.pgha.model.PeerView;
import io.pgha.os.AddressBook;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The link thread: every connection, deadline and message of the peer link, one after the other, over one selector. It
 * never waits for a peer, a name service or a disk.
 */
final class LinkLoop implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(LinkLoop.class);

    private final LinkPace pace;
    private final Supplier<MonoTime> clock;
    private final Consumer<PeerView> onChange;
    private final Selector selector;
    private final Door door;
    private final Hearing hearing;
    private final Connections connections;
    private final Connector connector;
    private final Conversation conversation;
    private final AtomicBoolean sendWanted = new AtomicBoolean();
    private volatile boolean closing;
    private volatile PeerView view;

    LinkLoop(
            PairKey pair,
            LinkPace pace,
            List<LinkAddress> addresses,
            Voice own,
            Supplier<MonoTime> clock,
            Consumer<PeerView> onChange,
            Selector selector,
            Door door,
            WalDoor walDoor,
            AddressBook names) {
        this.pace = pace;
        this.clock = clock;
        this.onChange = onChange;
        this.selector = selector;
        this.door = door;
        this.hearing = new Hearing(pair.self(), pair.peer());
        MonoTime now = clock.get();
        List<Dial> dials =
                addresses.stream().map(address -> new Dial(address, now)).toList();
        this.connections = new Connections(dials, hearing, pace, pair.file(), now);
        this.connector = new Connector(pair, selector, connections, names);
        boolean isFirst = pair.self().compareTo(pair.peer()) < 0;
        this.conversation = new Conversation(
                connections, hearing, own, walDoor, new Rhythm(pace.heartbeat(), isFirst, now));
        this.view = hearing.view(connections.views(), false, now);
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
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                LOG.error("the peer link stumbled and starts over", e);
                connections.dropAll("was dropped: internal error " + e, clock.get());
            }
            publish();
        }
        connections.dropAll("was closed by this node", clock.get());
        door.close();
        try {
            selector.close();
        } catch (IOException e) {
            LOG.warn("closing the peer link: {}", e.getMessage());
        }
    }

    private Duration untilNext(MonoTime now) {
        Duration due = connections.untilNext(now);
        Duration asking = conversation.untilAsking(now);
        return door.untilNext(now, asking.compareTo(due) < 0 ? asking : due);
    }

    private void select(Duration wait) throws IOException {
        long millis =
                (wait.toNanos() + 999_999) / 1_000_000; // rounded up: no spinning before it is due
        if (millis == 0) {
            selector.selectNow();
        } else {
            selector.select(millis);
        }
    }

    private void turn(MonoTime now) {
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isValid()) {
                ready(key, now);
            }
        }
        selector.selectedKeys().clear();
        if (sendWanted.getAndSet(false) || conversation.untilAsking(now).isZero()) {
            conversation.askAll(now);
        }
        door.wake(now);
        connections.endOverdue(now);
        connector.dialDue(now);
    }

    private void ready(SelectionKey key, MonoTime now) {
        if (key.attachment() instanceof Dial dial) {
            connector.finish(dial, key, now);
        } else if (key.attachment() instanceof Connection connection) {
            try {
                conversation.serve(connection, now);
            } catch (RuntimeException e) {
                LOG.error("the connection with {} stumbled", connection.address(), e);
                connections.end(
                        connection, new Ending("was dropped: internal error " + e, false), now);
            }
        } else {
            door.accept(key, now).forEach(channel -> connector.admit(channel, now));
        }
    }

    /** What waits in the sockets after a pause of this process is of unknown age: nothing of it may look fresh. */
    private void slept(Duration pause, MonoTime now) {
        connections.dropAll("was dropped: this process slept for " + pause.toMillis() + " ms", now);
        connections.hurry(now);
        selector.selectedKeys().clear();
    }

    private void publish() {
        if (!connections.takeChanged()) {
            return;
        }
        MonoTime now = clock.get();
        view = hearing.view(connections.views(), connections.anyIsUp(now), now);
        try {
            onChange.accept(view);
        } catch (RuntimeException e) {
            LOG.error("a listener of the peer link failed", e);
        }
    }
}
