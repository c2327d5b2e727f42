package io.pgha.daemon;

import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;
import io.pgha.model.Postmaster;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * What to do on a message from the peer: a turn of the engine, and a look at the local PostgreSQL when that of the peer has
 * just started or ended. Who hands its role over waits for what this node has received, and clients wait with it.
 */
final class PeerNews implements Consumer<PeerView> {

    private final Runnable wake;
    private volatile Runnable look = () -> {};
    private volatile Optional<Postmaster> last = Optional.empty();

    PeerNews(Runnable wake) {
        this.wake = wake;
    }

    /** From now on the peer's news make this node look; {@code callNow} returns at once. */
    void onChange(Runnable callNow) {
        look = callNow;
    }

    /** On the link's thread. */
    @Override
    public void accept(PeerView view) {
        Optional<Postmaster> now = view.last().map(PeerMessage::postmaster);
        boolean changed = !now.equals(last);
        last = now;
        if (changed) {
            look.run();
        }
        wake.run();
    }
}
