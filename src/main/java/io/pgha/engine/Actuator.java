package io.pgha.engine;

import io.pgha.decision.Memory;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.GateState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.plan.Step;

import java.time.Duration;
import java.util.Optional;

/**
 * Everything the engine can do to the world. Called on the engine's thread; every method returns at once and the work is
 * done elsewhere under deadlines. Steps may be begun again after a crash: each checks its postcondition first.
 */
public interface Actuator {

    /** Begins a step; a step begun before and not over is abandoned, its late outcome ignored. */
    void begin(Step step, Memory memory, Observation now);

    /** The outcome of the step begun last. */
    Outcome poll();

    /** Abandons the step begun last: stops waiting, kills its programs. */
    void abandon();

    /** Opens or closes the gate; what came of it shows in the next observations. Closing overtakes anything queued. */
    void setGate(GateState wanted);

    /**
     * Arms a slot of the gate: the kernel permits it for at most {@code atMost} from now and will end that by itself. What came
     * of it shows as {@link io.pgha.model.Armed} in the next observations; only then may a lease be asked for under the nonce.
     */
    void permit(int slot, long nonce, Duration atMost);

    /** A lease for that nonce is granted: clients pass for the rest of the slot's permit. Nothing when it was armed anew since. */
    void grant(int slot, long nonce);

    /** synchronous_standby_names of the local PostgreSQL becomes this, for good; what came of it shows in the next look. */
    void setSynchronous(String names);

    /**
     * Ends the local PostgreSQL's sessions whose COMMIT waits for a standby; none is acknowledged. Ordered again as long as they
     * are to end.
     */
    void endWaitingCommits();

    /** Lets the clients of every pooler on, and does not wait; what fails is tried again by a later call. */
    Resuming resumePoolers();

    /**
     * How far the poolers' clients have been let on.
     *
     * @param done each pooler has answered since the first call of a row; then the row is over
     * @param trouble what keeps clients waiting, in words; empty: nothing is known to
     */
    record Resuming(boolean done, Optional<String> trouble) {

        /** Nothing is known to fail. */
        public static Resuming of(boolean done) {
            return new Resuming(done, Optional.empty());
        }
    }

    /** A question to the arbiter. One is under way at a time; of those that wait only the newest is sent. */
    void ask(ArbiterAsk question);

    /**
     * The newest message to the peer. It ages: without a newer one this node falls silent after some heartbeats. {@code now} when
     * it should be sent at once instead of with the next heartbeat.
     */
    void announce(PeerMessage message, boolean now);
}
