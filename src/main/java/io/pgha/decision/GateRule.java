package io.pgha.decision;

import io.pgha.model.GateState;
import io.pgha.model.Observation;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Probed;

import java.util.Optional;

/** Promise P2 as one function: open only over a running, writable PostgreSQL whose epoch this node durably owns. */
public final class GateRule {

    private GateRule() {}

    /** What the gate should be; empty: leave it as it is, because it cannot be known (P5, P7), or must not be touched. */
    public static Optional<GateState> desired(Memory memory, Observation now) {
        if (memory.stillness().isPresent()) {
            return Optional.empty();
        }
        if (!memory.state().mayOpen() || memory.hold().isPresent()) {
            return Optional.of(GateState.CLOSED);
        }
        if (now.postmaster() != Postmaster.RUNNING) {
            return now.postmaster() == Postmaster.UNKNOWN
                    ? Optional.empty()
                    : Optional.of(GateState.CLOSED);
        }
        if (now.local() instanceof Probed.Answered<PostgresView> view) {
            return Optional.of(view.value().inRecovery() ? GateState.CLOSED : GateState.OPEN);
        }
        return Optional.empty();
    }
}
