package io.pgha.sim;

import io.pgha.decision.Memory;
import io.pgha.engine.Actuator;
import io.pgha.engine.Outcome;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.Armed;
import io.pgha.model.GateState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.plan.Progress;
import io.pgha.plan.Step;
import io.pgha.plan.StepWords;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** One daemon's hands: one step at a time, the gate beside it, the newest message. */
final class SimActuator implements Actuator {

    private static final Outcome RUNNING =
            new Outcome.Running(new Progress(0, OptionalLong.empty(), "under way"));

    private final Universe universe;
    private final SimHost host;
    private final SimDaemon daemon;
    private final SimSensors sensors;
    private final SimLink link;
    private final SimKeeper keeper;
    private Optional<SimRun> run = Optional.empty();
    private boolean resuming;
    private boolean resumed;

    SimActuator(
            Universe universe, SimHost host, SimDaemon daemon, SimSensors sensors, SimLink link) {
        this.universe = universe;
        this.host = host;
        this.daemon = daemon;
        this.sensors = sensors;
        this.link = link;
        this.keeper = new SimKeeper(universe, host, daemon, sensors);
    }

    /** A begun step; what it does to the world may outlive the daemon's interest in it. */
    static final class SimRun {
        private final long begun;
        private Outcome outcome = RUNNING;
        private boolean abandoned;

        SimRun(long begun) {
            this.begun = begun;
        }

        /** When the daemon ordered it; a fault may hold it up after that. */
        long begun() {
            return begun;
        }

        boolean isAbandoned() {
            return abandoned;
        }
    }

    @Override
    public void begin(Step step, Memory memory, Observation now) {
        abandon();
        SimRun next = new SimRun(universe.now());
        run = Optional.of(next);
        universe.laws().began(host, step);
        host.trace(() -> "begins: " + StepWords.of(step));
        universe.faults()
                .befall(
                        host,
                        step,
                        () -> carryOut(step, memory, now, next),
                        outcome -> over(next, outcome));
    }

    private void carryOut(Step step, Memory memory, Observation now, SimRun next) {
        step.accept(
                new SimSteps(universe, host, memory, now, next, outcome -> over(next, outcome)));
    }

    private void over(SimRun ended, Outcome outcome) {
        daemon.after(0, () -> {
            if (!ended.abandoned && ended.outcome == RUNNING) {
                ended.outcome = universe.faults().reported(host, outcome);
                sensors.lookAtPostgres();
                if (ended.outcome instanceof Outcome.Failed failed) {
                    host.trace("step failed: " + failed.why());
                }
                daemon.wake();
            }
        });
    }

    @Override
    public Outcome poll() {
        return run.map(r -> r.outcome).orElseGet(() -> new Outcome.Failed("it was never begun"));
    }

    @Override
    public void abandon() {
        run.ifPresent(r -> r.abandoned = true);
        run = Optional.empty();
    }

    /** The process was killed: half of the programs it had started go on. */
    void processLost() {
        if (universe.chance().of(0.5)) {
            abandon();
        }
    }

    @Override
    public void setGate(GateState wanted) {
        keeper.set(wanted);
    }

    void lookAtGate() {
        keeper.look();
    }

    Optional<Armed> armed() {
        return keeper.armed();
    }

    @Override
    public void permit(int slot, long nonce, Duration atMost) {
        keeper.permit(slot, nonce, atMost);
    }

    @Override
    public void grant(int slot, long nonce) {
        keeper.grant(slot, nonce);
    }

    @Override
    public void endWaitingCommits() {
        host.after(universe.chance().between(2, 60) * Agenda.MS, () -> {
            if (host.postgres().isUp() && !host.postgres().isHung()) {
                universe.clients().ended(host);
            }
        });
    }

    @Override
    public void setSynchronous(String names) {
        host.after(universe.chance().between(2, 60) * Agenda.MS, () -> {
            if (host.postgres().isUp() && !host.postgres().isHung()) {
                host.trace(() -> "synchronous_standby_names is '" + names + "'");
                host.postgres().data().synchronousNames = names;
                universe.clients().namesChanged(host);
                sensors.lookAtPostgres();
                daemon.wake();
            }
        });
    }

    @Override
    public Resuming resumePoolers() {
        if (resumed) {
            resumed = false;
            return Resuming.of(true);
        }
        if (!resuming) {
            resuming = true;
            universe.pooler().resume(host, () -> resumed(true), () -> resumed(false));
        }
        return Resuming.of(false);
    }

    private void resumed(boolean done) {
        resuming = false;
        resumed = done;
    }

    @Override
    public void ask(ArbiterAsk question) {
        daemon.arbiter().ask(question);
    }

    @Override
    public void announce(PeerMessage message, boolean now) {
        universe.laws().announcing(host, message.state());
        link.outgoing(message);
        if (now) {
            link.send();
        }
    }
}
