package io.pgha.daemon;

import io.pgha.model.LinkView;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;
import io.pgha.model.Postmaster;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What to do on a message from the peer: a turn of the engine if it says anything new, and a look at the local PostgreSQL when
 * that of the peer has just started or ended. Who hands its role over waits for what this node has received, and clients wait
 * with it. A message that repeats the one before is met by the turn of the next heartbeat.
 */
final class PeerNews implements Consumer<PeerView> {

    private final Supplier<Optional<PeerMessage>> own;
    private final Runnable wake;
    private volatile Runnable look = () -> {};
    /** On the link's thread only. */
    private Optional<PeerView> last = Optional.empty();

    /** @param own what this node says itself; empty before it said anything */
    PeerNews(Supplier<Optional<PeerMessage>> own, Runnable wake) {
        this.own = own;
        this.wake = wake;
    }

    /** From now on the peer's news make this node look; {@code callNow} returns at once. */
    void onChange(Runnable callNow) {
        look = callNow;
    }

    /** On the link's thread. */
    @Override
    public void accept(PeerView view) {
        Optional<PeerView> before = last;
        last = Optional.of(view);
        if (!postmaster(before).equals(postmaster(last))) {
            look.run();
        }
        boolean repeated = before.isPresent() && isRepeated(before.get(), view);
        if (!repeated || own.get().filter(PeerNews::isAtRest).isEmpty()) {
            wake.run();
        }
    }

    private static Optional<Postmaster> postmaster(Optional<PeerView> view) {
        return view.flatMap(PeerView::last).map(PeerMessage::postmaster);
    }

    private static boolean isRepeated(PeerView before, PeerView after) {
        return before.last().isPresent()
                && after.last().isPresent()
                && after.last().get().saysTheSameAs(before.last().get())
                && before.trouble().equals(after.trouble())
                && troubles(before).equals(troubles(after));
    }

    private static List<String> troubles(PeerView view) {
        List<String> troubles = new ArrayList<>();
        for (LinkView link : view.links()) {
            troubles.add(link.trouble());
        }
        return troubles;
    }

    /** It carries nothing out and hands nothing over, so it waits for no position of the peer's. */
    private static boolean isAtRest(PeerMessage own) {
        return own.activity().isEmpty()
                && (own.state() == NodeState.PRIMARY || own.state() == NodeState.STANDBY);
    }
}
