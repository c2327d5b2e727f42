package io.pgha.engine;

import io.pgha.decision.Boot;
import io.pgha.decision.CedeOffer;
import io.pgha.decision.Eligibility;
import io.pgha.decision.Memory;
import io.pgha.decision.SyncRules;
import io.pgha.decision.World;
import io.pgha.model.GateState;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PostgresView;
import io.pgha.model.Receiver;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What this node tells its peer, composed anew each turn from what it knows. Engine's thread only. */
final class Messages {

    private final String version;
    private final Supplier<String> configDigest;
    private final Supplier<Optional<String>> gate;
    private Optional<PeerMessage> last = Optional.empty();

    Messages(String version, Supplier<String> configDigest, Supplier<Optional<String>> gate) {
        this.version = version;
        this.configDigest = configDigest;
        this.gate = gate;
    }

    /** The message of the turn before where nothing changed: one that is not new need not be put into words anew. */
    PeerMessage compose(World w, String activity, long wallClockMillis) {
        PeerMessage message = composed(w, activity, wallClockMillis);
        Optional<PeerMessage> same = last.filter(
                        m -> Math.abs(wallClockMillis - m.wallClockMillis())
                                < PeerMessage.CLOCK_TOLD_MILLIS)
                .filter(message::repeats);
        last = same.or(() -> Optional.of(message));
        return last.orElseThrow();
    }

    private PeerMessage composed(World w, String activity, long wallClockMillis) {
        NodeState state = w.memory().state();
        Optional<PostgresView> local = w.now().local().answer();
        return new PeerMessage(
                PeerMessage.PROTOCOL,
                version,
                w.now().self(),
                w.now().incarnation(),
                configDigest.get(),
                state,
                w.memory().epoch(),
                w.memory().owner(),
                w.now().gate().answer().map(gate -> gate == GateState.OPEN),
                gate.get(),
                w.now().postmaster(),
                local.map(PostgresView::inRecovery),
                w.now().systemId(),
                w.now().timeline(),
                w.now().position(),
                local.flatMap(PostgresView::receiver)
                        .filter(Receiver::isStreaming)
                        .isPresent(),
                state == NodeState.STANDBY ? Eligibility.vetoes(w) : List.of(),
                activity,
                w.memory().cede().filter(cede -> CedeOffer.stands(w)),
                w.memory().cedeAnswer(),
                state == NodeState.RELEASED ? w.memory().token() : Optional.empty(),
                w.memory().kept().map(io.pgha.model.ReleaseToken::id),
                w.memory().standbyAsked(),
                Boot.asks(state) ? Optional.of(w.bootQuestion()) : Optional.empty(),
                Boot.holdFor(w),
                w.now().forks(),
                w.memory().commits(),
                w.memory().paused().map(Memory.Pause::words),
                w.memory().unacknowledged(),
                w.tally().leases().request(),
                w.tally().leases().grant(),
                Optional.of(w.memory().votes()),
                SyncRules.told(w),
                wallClockMillis);
    }

    /** True when the peer should hear it at once: a change of mind, and of the position only where the peer waits for it. */
    static boolean isNews(PeerMessage before, PeerMessage after, boolean isPositionAwaited) {
        return (isPositionAwaited && !before.position().equals(after.position()))
                || before.state() != after.state()
                || !before.epoch().equals(after.epoch())
                || before.postmaster() != after.postmaster()
                || !before.gateOpen().equals(after.gateOpen())
                || before.streaming() != after.streaming()
                || !before.vetoes().equals(after.vetoes())
                || !before.cede().equals(after.cede())
                || !before.cedeAnswer().equals(after.cedeAnswer())
                || !before.token().equals(after.token())
                || !before.tokenHeld().equals(after.tokenHeld())
                || !before.wantsStandby().equals(after.wantsStandby())
                || !before.bootQuestion().equals(after.bootQuestion())
                || !before.holdFor().equals(after.holdFor())
                || !before.paused().equals(after.paused())
                || !before.unacknowledged().equals(after.unacknowledged())
                || !before.leaseRequest().equals(after.leaseRequest())
                || !before.leaseGrant().equals(after.leaseGrant())
                || !before.votes().equals(after.votes())
                || !before.synchronous().equals(after.synchronous())
                || !before.commitsSinceFork().equals(after.commitsSinceFork());
    }
}
