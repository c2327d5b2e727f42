package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.decision.Memory;
import io.pgha.engine.Actuator;
import io.pgha.engine.Outcome;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.GateState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.plan.Progress;
import io.pgha.plan.Step;
import io.pgha.plan.StepWords;
import io.pgha.postgres.LongStep;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** The engine's hands on this host: one step at a time on a thread of its own, the gate on another. */
final class HostActuator implements Actuator, AutoCloseable {

    private final HostSteps steps;
    private final GateKeeper gate;
    private final Consumer<Boolean> send;
    private final NewestMessage message;
    private final Consumer<ArbiterAsk> arbiter;
    private final SyncKeeper sync;
    private final Runnable wake;
    private final ExecutorService thread;
    private Optional<Run> current = Optional.empty();

    /** One begun step; a later one does not hear of its end. */
    private static final class Run {
        private volatile Outcome outcome;
        private volatile Optional<Future<?>> future = Optional.empty();
        private final LongStep longStep;

        Run(Step step) {
            outcome =
                    new Outcome.Running(new Progress(0, OptionalLong.empty(), StepWords.of(step)));
            longStep = new LongStep(progress -> outcome = new Outcome.Running(progress));
        }
    }

    /**
     * @param message the newest message to the peer, read by the link
     * @param send called when it should go out at once
     * @param arbiter takes questions, and never waits
     */
    HostActuator(
            Settings settings,
            HostSteps steps,
            GateKeeper gate,
            NewestMessage message,
            Consumer<Boolean> send,
            Consumer<ArbiterAsk> arbiter,
            SyncKeeper sync,
            Runnable wake) {
        this.steps = steps;
        this.gate = gate;
        this.message = message;
        this.send = send;
        this.arbiter = arbiter;
        this.sync = sync;
        this.wake = wake;
        this.thread = Executors.newSingleThreadExecutor(body -> {
            Thread t = new Thread(null, body, "steps-" + settings.self().id(), 2 << 20);
            t.setDaemon(true);
            return t;
        });
    }

    @Override
    public void begin(Step step, Memory memory, Observation now) {
        abandon();
        Run run = new Run(step);
        current = Optional.of(run);
        try {
            run.future = Optional.of(thread.submit(() -> {
                run.outcome = steps.carryOut(step, memory, now, run.longStep);
                wake.run();
            }));
        } catch (OutOfMemoryError e) {
            // "unable to create native thread": nothing was begun, and nobody else would say so.
            run.outcome = new Outcome.Failed("no thread could be made for it: " + e.getMessage());
        }
    }

    @Override
    public Outcome poll() {
        return current.map(run -> run.outcome)
                .orElseGet(() -> new Outcome.Failed("it was never begun"));
    }

    @Override
    public void abandon() {
        current.ifPresent(run -> {
            run.longStep.cancel();
            run.future.ifPresent(future -> future.cancel(true));
        });
        current = Optional.empty();
    }

    @Override
    public void setGate(GateState wanted) {
        gate.set(wanted);
    }

    @Override
    public void permit(int slot, long nonce, Duration atMost) {
        gate.permit(slot, nonce, atMost);
    }

    @Override
    public void grant(int slot, long nonce) {
        gate.grant(slot, nonce);
    }

    @Override
    public void setSynchronous(String names) {
        sync.set(names);
    }

    @Override
    public void endWaitingCommits() {
        sync.endWaiting();
    }

    @Override
    public Resuming resumePoolers() {
        return steps.resumePoolers();
    }

    @Override
    public void ask(ArbiterAsk question) {
        arbiter.accept(question);
    }

    @Override
    public void announce(PeerMessage newest, boolean now) {
        message.set(newest);
        if (now) {
            send.accept(true);
        }
    }

    @Override
    public void close() {
        abandon();
        thread.shutdown();
    }
}
