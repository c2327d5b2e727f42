package io.pgha.peer;

import io.pgha.model.MonoTime;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * One TCP connection with the peer, whoever made it: its handshake, the questions sent on it that wait for an answer,
 * and its deadlines. Used by the link thread only.
 */
final class Connection {

    /** Questions that may wait for an answer; more are not asked, the deadline of the first decides. */
    private static final int MAX_PENDING = 64;

    /** Where the connection is in its life. */
    private enum Phase {
        SHAKING,
        OPEN,
        LEAVING,
        CLOSED
    }

    /**
     * How a question was answered.
     *
     * @param asked when it was sent
     * @param roundTrip until now
     */
    record Answer(MonoTime asked, Duration roundTrip) {}

    private record Pending(long nonce, MonoTime asked) {}

    private final TlsChannel tls;
    private final SelectionKey key;
    private final PeerTrust trust;
    private final long number;
    private final String address;
    private final Optional<Dial> dial;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private Phase phase = Phase.SHAKING;
    private MonoTime since;
    private MonoTime lastHeard;
    private Optional<MonoTime> answeredQuestion = Optional.empty();

    /**
     * A connection whose TCP part is established.
     *
     * @param number higher than that of every connection before
     * @param address for the operator's eyes
     * @param dial the configured address it was made to; empty when the other side made it
     */
    Connection(
            TlsChannel tls,
            SelectionKey key,
            PeerTrust trust,
            long number,
            String address,
            Optional<Dial> dial,
            MonoTime now) {
        this.tls = tls;
        this.key = key;
        this.trust = trust;
        this.number = number;
        this.address = address;
        this.dial = dial;
        this.since = now;
        this.lastHeard = now;
    }

    void begin() throws IOException {
        tls.begin();
        interest();
    }

    /**
     * The socket is ready: sends what waits and returns the lines that came in.
     *
     * @throws IOException when the connection is over
     */
    List<byte[]> ready(MonoTime now) throws IOException {
        if (phase == Phase.LEAVING) {
            tls.discard();
            return List.of();
        }
        tls.flush();
        List<byte[]> lines = tls.receive();
        interest();
        if (!lines.isEmpty()) {
            lastHeard = now;
        }
        return lines;
    }

    /** True exactly once: when the other side has proven who it is. */
    boolean becameOpen(MonoTime now) {
        if (phase != Phase.SHAKING || !tls.isSecure()) {
            return false;
        }
        phase = Phase.OPEN;
        since = now;
        lastHeard = now;
        return true;
    }

    /** Sends a question. */
    void ask(long nonce, byte[] line, MonoTime now) throws IOException {
        pending.addLast(new Pending(nonce, now));
        tell(line);
    }

    boolean mayAsk() {
        return phase == Phase.OPEN && pending.size() < MAX_PENDING && !tls.hasUnsent();
    }

    void tell(byte[] line) throws IOException {
        tls.send(line);
        interest();
    }

    /** A question waits for its answer, or was asked not longer ago than {@code span}. */
    boolean isAsked(Duration span, MonoTime now) {
        return !pending.isEmpty()
                || (answeredQuestion.isPresent() && !now.isPast(answeredQuestion.get(), span));
    }

    /** The other side has answered a question; empty when it was not one of this connection's. */
    Optional<Answer> answered(long nonce, MonoTime now) {
        for (Pending one : pending) {
            if (one.nonce() == nonce) {
                pending.remove(one);
                answeredQuestion = Optional.of(one.asked());
                return Optional.of(new Answer(one.asked(), now.since(one.asked())));
            }
        }
        return Optional.empty();
    }

    /** Why the connection is to be given up now; empty when it may live. */
    Optional<String> overdue(LinkPace pace, MonoTime now) {
        return switch (phase) {
            case SHAKING ->
                late(
                        since,
                        LinkPace.HANDSHAKE_DEADLINE,
                        now,
                        "accepts, but makes no TLS handshake");
            case OPEN -> {
                if (!pending.isEmpty()
                        && now.isPast(pending.getFirst().asked(), pace.answerDeadline())) {
                    yield late(
                            pending.getFirst().asked(),
                            pace.answerDeadline(),
                            now,
                            "does not answer");
                }
                yield dial.isPresent()
                        ? Optional.empty()
                        : late(lastHeard, pace.idleLimit(), now, "is silent");
            }
            case LEAVING -> late(since, LinkPace.GOODBYE, now, "refused");
            case CLOSED -> Optional.empty();
        };
    }

    /** The next moment at which {@link #overdue} can speak. */
    Optional<MonoTime> deadline(LinkPace pace) {
        return switch (phase) {
            case SHAKING -> Optional.of(since.plus(LinkPace.HANDSHAKE_DEADLINE));
            case OPEN -> {
                Optional<MonoTime> answer = pending.isEmpty()
                        ? Optional.empty()
                        : Optional.of(pending.getFirst().asked().plus(pace.answerDeadline()));
                MonoTime idle = lastHeard.plus(pace.idleLimit());
                yield dial.isPresent()
                        ? answer
                        : answer.filter(idle::isAfter).or(() -> Optional.of(idle));
            }
            case LEAVING -> Optional.of(since.plus(LinkPace.GOODBYE));
            case CLOSED -> Optional.empty();
        };
    }

    private static Optional<String> late(
            MonoTime from, Duration limit, MonoTime now, String words) {
        return now.isPast(from, limit)
                ? Optional.of(words + " (waited " + limit.toMillis() + " ms)")
                : Optional.empty();
    }

    /** Stays for a moment, deaf, so that the other side can read why it is turned away. */
    void leave(MonoTime now) {
        phase = Phase.LEAVING;
        since = now;
        try {
            tls.sayGoodbye();
            key.interestOps(SelectionKey.OP_READ);
        } catch (IOException cannotBeTold) {
            close();
        }
    }

    void close() {
        phase = Phase.CLOSED;
        key.cancel();
        closeQuietly(key.channel());
    }

    static void closeQuietly(@Nullable Channel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException ignored) {
            // The descriptor is gone either way (close(2)); there is nobody to tell.
        }
    }

    private void interest() {
        key.interestOps(
                tls.hasUnsent()
                        ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                        : SelectionKey.OP_READ);
    }

    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    /** The other side made it to read WAL on it. */
    boolean isForWal() {
        return dial.isEmpty() && tls.purpose().equals(PairTls.WAL);
    }

    /** Leaves the link: the socket goes on with whoever is given it. */
    void handOver(WalDoor door, List<byte[]> lines) {
        phase = Phase.CLOSED;
        key.cancel();
        door.admit((SocketChannel) key.channel(), tls, lines, address);
    }

    boolean isShaking() {
        return phase == Phase.SHAKING;
    }

    boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    /** A question asked on this connection has been answered at some time. */
    boolean hasAnswered() {
        return answeredQuestion.isPresent();
    }

    /** A question asked not longer ago than {@code limit} has been answered, and none is overdue. */
    boolean isUp(Duration limit, MonoTime now) {
        return phase == Phase.OPEN
                && answeredQuestion.isPresent()
                && !now.isPast(answeredQuestion.get(), limit);
    }

    PeerTrust trust() {
        return trust;
    }

    long number() {
        return number;
    }

    String address() {
        return address;
    }

    Optional<Dial> dial() {
        return dial;
    }
}
