package io.pgha.engine;

import io.pgha.decision.GateRule;
import io.pgha.decision.Memory;
import io.pgha.decision.SyncRules;
import io.pgha.decision.Tally;
import io.pgha.decision.World;
import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;

import java.util.Optional;

/** Keeps synchronous_standby_names what the rules want; what came of an order shows in a later look at PostgreSQL. */
final class Syncing {

    private final Actuator actuator;
    private final Epoch atStart;
    private Optional<String> ordered = Optional.empty();
    private Optional<MonoTime> orderedAt = Optional.empty();
    private Optional<MonoTime> endedAt = Optional.empty();

    /** @param atStart the epoch this daemon found when it started */
    Syncing(Actuator actuator, Epoch atStart) {
        this.actuator = actuator;
        this.atStart = atStart;
    }

    /** Once a turn; an order that shows no effect is given again after an interval. */
    Tally turn(World w) {
        if (!w.policy().sync().isOn()) {
            return w.tally();
        }
        Tally tally = w.tally().withSync(SyncRules.next(w, atStart));
        World after = new World(w.now(), w.memory(), tally, w.policy(), w.id());
        Optional<String> wanted = SyncRules.wanted(after);
        boolean again = orderedAt
                .map(at -> w.now().at().isPast(at, w.policy().interval()))
                .orElse(true);
        if (wanted.isPresent() && (again || !wanted.equals(ordered))) {
            ordered = wanted;
            orderedAt = Optional.of(w.now().at());
            actuator.setSynchronous(wanted.get());
        }
        endWaiting(after);
        return tally;
    }

    /** Together with the gate's closing, which ends nobody on this host; and again, for whom comes later. */
    private void endWaiting(World w) {
        boolean isDue = endedAt.map(at -> w.now().at().isPast(at, w.policy().interval()))
                .orElse(true);
        if (!SyncRules.keepsClosed(w, w.memory())) {
            endedAt = Optional.empty();
        } else if (isDue) {
            endedAt = Optional.of(w.now().at());
            actuator.endWaitingCommits();
        }
    }

    /** The gate, also by what COMMIT waits for. */
    static Optional<GateState> desired(World w, Memory memory) {
        return SyncRules.keepsClosed(w, memory)
                ? Optional.of(GateState.CLOSED)
                : GateRule.desired(memory, w.now());
    }
}
