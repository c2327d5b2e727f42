package io.pgha.engine;

import io.pgha.decision.Memory;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.GateState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.plan.Step;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Hands for steps that are the engine's own: nothing may be begun for them. */
final class IdleActuator implements Actuator {

    private final List<ArbiterAsk> asked = new ArrayList<>();

    @Override
    public void begin(Step step, Memory memory, Observation now) {
        throw new AssertionError("begun: " + step);
    }

    @Override
    public Outcome poll() {
        throw new AssertionError("nothing was begun");
    }

    @Override
    public void abandon() {}

    @Override
    public void setGate(GateState wanted) {}

    @Override
    public void permit(int slot, long nonce, Duration atMost) {}

    @Override
    public void grant(int slot, long nonce) {}

    @Override
    public void ask(ArbiterAsk question) {
        asked.add(question);
    }

    /** What the arbiter was asked. */
    List<ArbiterAsk> asked() {
        return asked;
    }

    @Override
    public void announce(PeerMessage message, boolean now) {}

    @Override
    public Resuming resumePoolers() {
        return Resuming.of(true);
    }

    @Override
    public void setSynchronous(String names) {}

    @Override
    public void endWaitingCommits() {}
}
