package io.pgha.sim;

import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;

import java.util.List;
import java.util.Optional;

/** The link between the two daemons, with the real one's rules: newest news only, contact counts from the send. */
final class SimLink {

    private final Universe universe;
    private final SimHost host;
    private final SimDaemon daemon;
    private final long deadline;
    private Optional<PeerMessage> outgoing = Optional.empty();
    private Optional<PeerMessage> last = Optional.empty();
    private Optional<MonoTime> heardAt = Optional.empty();
    private Optional<MonoTime> contactAt = Optional.empty();
    private PeerView view =
            new PeerView(Optional.empty(), Optional.empty(), Optional.empty(), List.of(), "");
    private long sequence;
    private int newestStart;
    private long newestSequence;
    private long heardTrue = -1;
    private long contactTrue = -1;
    private long knownPosition;

    SimLink(Universe universe, SimHost host, SimDaemon daemon) {
        this.universe = universe;
        this.host = host;
        this.daemon = daemon;
        this.deadline = universe.policy().heartbeat().toNanos() * 3;
    }

    PeerView view() {
        return view;
    }

    /** True time at which the newest answered message was sent; negative: none was. */
    long contactTrue() {
        return contactTrue;
    }

    /** True time at which the peer was last heard; negative: never. */
    long heardTrue() {
        return heardTrue;
    }

    /** How far the primary's log reached when it last spoke of it, as an offset; 0: it never did. */
    long knownPosition() {
        return knownPosition;
    }

    void outgoing(PeerMessage message) {
        outgoing = Optional.of(message);
    }

    /** Sends the newest message now. */
    void send() {
        if (outgoing.isEmpty()) {
            return;
        }
        PeerMessage message = outgoing.get();
        sequence = sequence + 1;
        long mine = sequence;
        MonoTime asked = host.clock().now();
        long sent = universe.now();
        SimHost peer = host.peer();
        universe.network()
                .send(
                        host.place(),
                        peer.place(),
                        deadline,
                        () -> peer.daemon()
                                .ifPresent(
                                        d -> d.link().arrives(this, message, mine, asked, sent)));
    }

    /** What waited in a stopped process is dropped when it goes on: its connections are too old by then. */
    private void arrives(
            SimLink from, PeerMessage message, long number, MonoTime asked, long askedTrue) {
        long arrived = universe.now();
        daemon.after(0, () -> {
            if (universe.now() - arrived <= Math.max(deadline, Agenda.SECOND)) {
                hear(from, message, number, asked, askedTrue);
            }
        });
    }

    private void hear(
            SimLink from, PeerMessage message, long number, MonoTime asked, long askedTrue) {
        if (!isNews(from, message, number)) {
            return;
        }
        publish();
        daemon.wake();
        outgoing.ifPresent(mine -> {
            sequence = sequence + 1;
            long answer = sequence;
            universe.network()
                    .send(
                            host.place(),
                            host.peer().place(),
                            deadline,
                            () -> from.answered(this, mine, answer, asked, askedTrue));
        });
    }

    /** An answer has the newest message in it, so that no old word is ever taken for one of a fresh contact. */
    private void answered(
            SimLink from, PeerMessage message, long number, MonoTime asked, long askedTrue) {
        daemon.after(0, () -> {
            boolean news = isNews(from, message, number);
            if (contactAt.isEmpty() || asked.isAfter(contactAt.get())) {
                contactAt = Optional.of(asked);
                contactTrue = askedTrue;
                news = true;
            }
            if (news) {
                publish();
                daemon.wake();
            }
        });
    }

    /** Within one start only a higher number counts, and no earlier start. */
    private boolean isNews(SimLink from, PeerMessage message, long number) {
        int start = from.daemon.number();
        if (start < newestStart || (start == newestStart && number <= newestSequence)) {
            return false;
        }
        newestStart = start;
        newestSequence = number;
        last = Optional.of(message);
        heardAt = Optional.of(host.clock().now());
        heardTrue = universe.now();
        daemon.sensors().peerSpoke();
        if (message.state() == NodeState.PRIMARY && message.inRecovery().isPresent()) {
            knownPosition = message.position().map(Lsn::value).orElse(knownPosition);
        }
        return true;
    }

    private void publish() {
        view = new PeerView(last, heardAt, contactAt, List.of(), "");
    }
}
