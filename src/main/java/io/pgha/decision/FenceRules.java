package io.pgha.decision;

import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;

import java.util.Optional;

/**
 * When the primary's machine may be switched off, and what follows when that fails.
 *
 * <p>Only a standby that takes over on silence from the known owner of the epoch fences. A primary never does, whatever it
 * sees: so of two nodes that lost each other at most one reaches for the other's power, and a node that boots reaches for
 * nothing.
 */
public final class FenceRules {

    private FenceRules() {}

    /** Why nothing is taken over though all else would allow it; empty: it may be, a fencing included where one is configured. */
    @Decides(Row.B8)
    static Optional<Decision> hold(World w) {
        if (!w.policy().fence().configured()) {
            return stillOpen(w)
                    .map(why -> new Decision.Hold(
                            Situation.TAKEOVER_VETOED,
                            why + ": not taking over. Start pgha there, or stop PostgreSQL there"));
        }
        if (!w.policy().fence().decides()) {
            return Optional.empty();
        }
        if (!w.memory().isOwner(w.now().peerId())) {
            return Optional.of(
                    new Decision.Hold(
                            Situation.WAITING_FOR_OPERATOR,
                            w.now().peerId()
                                    + " is silent, but it is not known that it was the primary:"
                                    + " its machine is not switched off; when it is surely down: pgha promote"));
        }
        boolean waits = w.memory().fenceTrouble().isPresent()
                && w.tally()
                        .unfencedSince()
                        .filter(since ->
                                w.now().at().isPast(since, w.policy().fence().timeout()))
                        .isEmpty();
        return waits
                ? Optional.of(new Decision.Hold(
                        Situation.WAITING_FOR_OPERATOR,
                        w.now().peerId() + " is silent, but fencing it failed ("
                                + w.memory().fenceTrouble().orElse("")
                                + "): not taking over. It is tried again every "
                                + w.policy().fence().timeout().toSeconds() + " s; when "
                                + w.now().peerId() + " is surely down: pgha promote"))
                : Optional.empty();
    }

    /** Row B8: the peer's lease is over and its gate is not closed. Only a connection that was accepted says so. */
    public static Optional<String> stillOpen(World w) {
        return w.now()
                .clientPort()
                .filter(probe -> w.policy().guard().isLease()
                        && probe.answer().isSignOfLife()
                        && !w.now().at().isPast(probe.at(), w.policy().heartbeats(3)))
                .map(probe -> w.now().peerId()
                        + "'s gate is still open: it let a client's connection to PostgreSQL through, though no lease can be"
                        + " in force there");
    }

    /** Whether a takeover on silence switches the peer off: it was the primary, and this node a standby that means to be next. */
    static boolean applies(World w) {
        boolean owns =
                w.memory().isOwner(w.now().peerId()) || w.memory().state() == NodeState.PROMOTING;
        return w.policy().fence().configured() && owns;
    }

    /**
     * The peer, heard again after its lease was over, opens no more: the claim has moved. But a machine that stood still may be
     * open for the rest of a kernel's timer (protocol section 10), so that it is either seen closed or has run for that long.
     */
    public static boolean isShut(World w, MonoTime heardSince) {
        boolean closed =
                w.peer().flatMap(PeerMessage::gateOpen).filter(open -> !open).isPresent();
        return closed
                || w.now().at().isPast(heardSince, w.policy().waitAfter(LeaseRules.longest(w)));
    }

    /** Why a fencing that is due or under way must not go on; empty: it may. */
    public static Optional<String> stops(World w) {
        Memory m = w.memory();
        return w.peer()
                .map(peer -> peer.node() + " is heard again")
                .or(m::stillness)
                .or(() -> m.withheld().map(why -> "an operator keeps this node a standby: " + why))
                .or(() -> m.hold().map(why -> "an operator holds the gate closed: " + why));
    }
}
