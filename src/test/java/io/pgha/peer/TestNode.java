package io.pgha.peer;

import static org.junit.jupiter.api.Assertions.fail;

import io.pgha.config.Settings.LinkSettings;
import io.pgha.model.MonoTime;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** A link on loopback whose views can be waited for. */
final class TestNode implements AutoCloseable {

    static final LinkPace PACE = new LinkPace(Duration.ofMillis(200), Duration.ofSeconds(2));

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final PeerLink link;
    final int port;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final AtomicLong spoken = new AtomicLong();

    TestNode(PairKey pair, int port, List<String> peers, String incarnation, int protocol)
            throws PeerLinkException {
        this(pair, port, peers, incarnation, protocol, PACE);
    }

    TestNode(
            PairKey pair,
            int port,
            List<String> peers,
            String incarnation,
            int protocol,
            LinkPace pace)
            throws PeerLinkException {
        this.port = port;
        this.link = new PeerLink(
                new LinkSettings(pair.file(), List.of("127.0.0.1"), port),
                pair,
                peers,
                pace,
                () -> message(pair, incarnation, protocol),
                TestNode::now,
                view -> signal());
        link.start();
    }

    static TestNode of(PairKey pair, int port, int peerPort) throws PeerLinkException {
        return new TestNode(
                pair, port, List.of("127.0.0.1:" + peerPort), "i1", PeerMessage.PROTOCOL);
    }

    static MonoTime now() {
        return new MonoTime(System.nanoTime());
    }

    private PeerMessage message(PairKey pair, String incarnation, int protocol) {
        return Messages.of(pair.self(), incarnation, protocol, spoken.incrementAndGet());
    }

    private void signal() {
        lock.lock();
        try {
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a view that fits. */
    PeerView await(String what, Predicate<PeerView> wanted) {
        MonoTime end = now().plus(PATIENCE);
        lock.lock();
        try {
            while (!wanted.test(link.view())) {
                if (now().isAfter(end)) {
                    return fail("never " + what + ": " + link.view());
                }
                // A view also changes by time alone.
                news.awaitNanos(PACE.heartbeat().toNanos());
            }
            return link.view();
        } catch (InterruptedException e) {
            return fail(e);
        } finally {
            lock.unlock();
        }
    }

    PeerView awaitUp() {
        return await(
                "up",
                view -> view.last().isPresent()
                        && view.contactAt().isPresent()
                        && view.trouble().isEmpty()
                        && view.links().stream().anyMatch(one -> one.up()));
    }

    PeerView awaitTrouble(String words) {
        return await("trouble with '" + words + "'", view -> view.trouble().contains(words));
    }

    @Override
    public void close() {
        link.close();
    }
}
