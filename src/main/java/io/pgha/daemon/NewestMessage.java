package io.pgha.daemon;

import io.pgha.model.MonoTime;
import io.pgha.model.PeerMessage;
import io.pgha.peer.Voice;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** What the engine said last, handed from its thread to the link's. */
final class NewestMessage implements Voice {

    private volatile Optional<Said> said = Optional.empty();
    private final Supplier<MonoTime> clock;
    private final Duration fresh;

    private record Said(PeerMessage message, MonoTime at) {}

    /** @param fresh after as long without a word of the engine's this node is silent */
    NewestMessage(Supplier<MonoTime> clock, Duration fresh) {
        this.clock = clock;
        this.fresh = fresh;
    }

    void set(PeerMessage message) {
        said = Optional.of(new Said(message, clock.get()));
    }

    /** Not before the engine's first turn. */
    @Override
    public PeerMessage newest() {
        return said.orElseThrow().message();
    }

    /** Empty before the engine's first turn. */
    Optional<PeerMessage> said() {
        return said.map(Said::message);
    }

    @Override
    public boolean isCurrent() {
        Optional<Said> newest = said;
        return newest.isPresent() && !clock.get().isPast(newest.get().at(), fresh);
    }
}
