package io.pgha.peer;

import io.pgha.model.LinkView;
import io.pgha.model.MonoTime;

import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.Optional;

/**
 * One configured address of the peer: when to connect to it next, and what to show of it. Used by the link thread only.
 */
final class Dial {

    private enum Phase {
        WAITING,
        RESOLVING,
        CONNECTING,
        CONNECTED
    }

    private final LinkAddress address;
    private final String addressText;
    private Phase phase = Phase.WAITING;
    private Optional<SelectionKey> attempt = Optional.empty();
    private Optional<Connection> connection = Optional.empty();
    private MonoTime next;
    private Duration pause = LinkPace.FIRST_RETRY;
    private Optional<Duration> roundTrip = Optional.empty();
    private Optional<MonoTime> lastAnswered = Optional.empty();
    private String trouble = "not connected yet";
    private boolean refused;
    private boolean up;

    Dial(LinkAddress address, MonoTime now) {
        this.address = address;
        this.addressText = address.toString();
        this.next = now;
    }

    LinkAddress address() {
        return address;
    }

    boolean isDue(MonoTime now) {
        return phase == Phase.WAITING && now.isPast(next, Duration.ZERO);
    }

    /** The name is being looked up; that ends by itself, whenever the name service gives up. */
    void resolving() {
        phase = Phase.RESOLVING;
        trouble = "has a name that is being looked up";
    }

    void connecting(SelectionKey key, MonoTime now) {
        phase = Phase.CONNECTING;
        attempt = Optional.of(key);
        next = now.plus(LinkPace.CONNECT_DEADLINE);
    }

    void connected(Connection made) {
        phase = Phase.CONNECTED;
        attempt = Optional.empty();
        connection = Optional.of(made);
    }

    /** Why the connection attempt is to be given up now; empty when there is none, or it may go on. */
    Optional<String> overdue(MonoTime now) {
        return phase == Phase.CONNECTING && now.isPast(next, Duration.ZERO)
                ? Optional.of("gives no answer to a connection attempt (waited "
                        + LinkPace.CONNECT_DEADLINE.toMillis() + " ms)")
                : Optional.empty();
    }

    /** The next moment at which this dial has something to do; empty when it waits for an event only. */
    Optional<MonoTime> deadline() {
        return phase == Phase.WAITING || phase == Phase.CONNECTING
                ? Optional.of(next)
                : Optional.empty();
    }

    void answered(Connection.Answer answer, MonoTime now) {
        up = true;
        refused = false;
        trouble = "";
        roundTrip = Optional.of(answer.roundTrip());
        lastAnswered = Optional.of(now);
        pause = LinkPace.FIRST_RETRY;
    }

    /** The attempt or connection is over; the next one waits a little longer than the last. */
    void failed(String words, boolean byRefusal, MonoTime now) {
        attempt.ifPresent(Dial::close);
        attempt = Optional.empty();
        connection = Optional.empty();
        phase = Phase.WAITING;
        up = false;
        refused = byRefusal;
        trouble = words;
        next = now.plus(pause);
        Duration longest = byRefusal ? LinkPace.LAST_RETRY_REFUSED : LinkPace.LAST_RETRY;
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(longest) > 0 ? longest : doubled;
    }

    /** The peer was heard on another connection: no need to wait any longer. */
    void hurry(MonoTime now) {
        if (phase == Phase.WAITING && !refused) {
            next = now;
        }
    }

    /** The connection, when questions may be sent on it. */
    Optional<Connection> open() {
        return connection.filter(Connection::isOpen);
    }

    boolean isUp() {
        return up;
    }

    LinkView view() {
        return new LinkView(addressText, up, roundTrip, lastAnswered, up ? "" : trouble);
    }

    private static void close(SelectionKey key) {
        key.cancel();
        Connection.closeQuietly(key.channel());
    }
}
