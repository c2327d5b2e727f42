package io.pgha.daemon;

import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PeerView;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.postgres.Depth;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The peer's PostgreSQL port, over a fresh connection each time. Whether a server accepts writes is seen by a login alone, and a
 * login costs both sides a hundred times what the first answer costs. So while the peer's daemon tells that, as primary or
 * standby, the probe logs in now and then, to find out whether it is still let in; once the daemon is silent, or in any other
 * state, the port alone can tell, and each probe logs in, as after a failure and until it is let in.
 */
final class PeerPort {

    static final Duration LOGIN_EVERY = Duration.ofSeconds(30);

    private final Function<Depth, PortProbe> prober;
    private final Supplier<PeerView> peer;
    private final Supplier<MonoTime> clock;
    private final Duration silence;

    private volatile Optional<PortProbe> newest = Optional.empty();
    private Optional<MonoTime> loginAt = Optional.empty();

    /**
     * @param prober asks the port
     * @param silence of the peer's daemon after which it is not relied upon
     */
    PeerPort(
            Function<Depth, PortProbe> prober,
            Supplier<PeerView> peer,
            Supplier<MonoTime> clock,
            Duration silence) {
        this.prober = prober;
        this.peer = peer;
        this.clock = clock;
        this.silence = silence;
    }

    /** The newest answer; empty before the first. */
    Optional<PortProbe> newest() {
        return newest;
    }

    /** Asks; one caller at a time. */
    PortProbe probe() {
        MonoTime now = clock.get();
        Depth depth = depth(now);
        if (depth == Depth.FULL) {
            loginAt = Optional.of(now);
        }
        PortProbe probe = prober.apply(depth);
        newest = Optional.of(probe);
        return probe;
    }

    private Depth depth(MonoTime now) {
        boolean isDue = loginAt.filter(at -> !now.isPast(at, LOGIN_EVERY)).isEmpty();
        return isDue || isWrong() || !isTold(now) ? Depth.FULL : Depth.LIGHT;
    }

    private boolean isWrong() {
        return newest.filter(p -> p.answer().isFailure() || p.answer() == PortAnswer.DENIED)
                .isPresent();
    }

    private boolean isTold(MonoTime now) {
        PeerView view = peer.get();
        return view.heardAt().filter(heard -> !now.isPast(heard, silence)).isPresent()
                && view.last()
                        .filter(said -> said.state() == NodeState.PRIMARY
                                || said.state() == NodeState.STANDBY)
                        .isPresent();
    }
}
