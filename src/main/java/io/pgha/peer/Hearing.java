package io.pgha.peer;

import io.pgha.model.LinkView;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What has been heard from the peer over all connections, and the rules that keep old news from looking fresh:
 *
 * <ul>
 *   <li>Within one start of the peer's daemon, only a higher sequence number counts.
 *   <li>Another start of the peer's daemon takes over only on a connection that was made later than every connection
 *       on which the present one has spoken: the handshake needs a living process, so connections order the starts.
 *       What an ended process left in the network arrives on an older connection and is refused.
 *   <li>Contact is counted from the moment our question was sent, never from the moment its answer was read.
 * </ul>
 *
 * <p>Used by the link thread only.
 */
final class Hearing {

    private static final int FORMER = 8;
    private static final Duration SHOW_DOUBLE = Duration.ofSeconds(60);

    private final NodeId self;
    private final NodeId peer;
    private final Deque<String> formerIncarnations = new ArrayDeque<>();
    private Optional<PeerMessage> last = Optional.empty();
    private Optional<MonoTime> heardAt = Optional.empty();
    private Optional<MonoTime> contactAt = Optional.empty();
    private Optional<MonoTime> doubleAt = Optional.empty();
    private long newestSequence;
    private long newestConnection;
    private String refusal = "";

    Hearing(NodeId self, NodeId peer) {
        this.self = self;
        this.peer = peer;
    }

    /** Refuses a version more than one step away from {@code own}. */
    void checkVersion(MessageCodec.Envelope envelope, PeerMessage own, String from)
            throws LinkRefused {
        int skew = envelope.protocol() - own.protocol();
        if (skew < -1 || skew > 1) {
            throw new LinkRefused("pgha " + envelope.version() + " on '" + peer + "' (" + from
                    + ") speaks link version " + envelope.protocol() + ", pgha " + own.version()
                    + " here speaks " + own.protocol() + ": they may differ by one step only."
                    + " Upgrade the older of the two");
        }
    }

    /**
     * Takes in a message.
     *
     * @param connection number of the connection it came on; a later connection has a higher one
     * @return true when it is news; false when newer news of the same daemon came before it
     * @throws LinkRefused when it is of another node, or of an earlier start of the peer's daemon
     */
    boolean hear(PeerMessage message, long sequence, long connection, String from, MonoTime now)
            throws LinkRefused {
        if (!message.node().equals(peer)) {
            throw new LinkRefused(from + " has the certificate of '" + peer + "' but calls itself '"
                    + message.node() + "'. Check --node and the configuration there");
        }
        String incarnation = message.incarnation();
        if (last.isPresent() && !last.get().incarnation().equals(incarnation)) {
            if (connection <= newestConnection) {
                throw new LinkRefused(
                        from + " is a connection of an earlier start of '" + peer + "'");
            }
            succeed(last.get().incarnation(), incarnation, now);
            newestSequence = 0;
        } else if (last.isPresent() && sequence <= newestSequence) {
            return false;
        }
        newestSequence = sequence;
        newestConnection = Math.max(newestConnection, connection);
        last = Optional.of(message);
        heardAt = Optional.of(now);
        refusal = "";
        return true;
    }

    private void succeed(String before, String after, MonoTime now) {
        if (formerIncarnations.contains(after)) {
            doubleAt = Optional.of(now);
        }
        formerIncarnations.remove(before);
        formerIncarnations.addLast(before);
        if (formerIncarnations.size() > FORMER) {
            formerIncarnations.removeFirst();
        }
    }

    /** A question of ours that was sent at {@code asked} has been answered. */
    void contact(MonoTime asked) {
        if (contactAt.isEmpty() || asked.isAfter(contactAt.get())) {
            contactAt = Optional.of(asked);
        }
    }

    /** When the newest question that has been answered was asked. */
    Optional<MonoTime> contactAt() {
        return contactAt;
    }

    /** Somebody was turned away; shown until a message is accepted. */
    void refused(String words) {
        refusal = words;
    }

    /**
     * Everything, as of {@code now}.
     *
     * @param connected some connection is up
     */
    PeerView view(List<LinkView> links, boolean connected, MonoTime now) {
        return new PeerView(last, heardAt, contactAt, links, trouble(links, connected, now));
    }

    private String trouble(List<LinkView> links, boolean connected, MonoTime now) {
        if (doubleAt.isPresent() && !now.isPast(doubleAt.get(), SHOW_DOUBLE)) {
            return "two daemons answer as '" + peer + "' in turn: find and stop one of them";
        }
        if (!refusal.isEmpty()) {
            return refusal;
        }
        if (connected) {
            return "";
        }
        StringBuilder words =
                new StringBuilder("no contact with '" + peer + "' from '" + self + "'");
        String separator = ": ";
        for (LinkView link : links) {
            words.append(separator).append(link.address()).append(' ').append(link.trouble());
            separator = "; ";
        }
        return words.toString();
    }
}
