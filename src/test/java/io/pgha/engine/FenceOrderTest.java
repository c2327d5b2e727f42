package io.pgha.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.decision.Fact;
import io.pgha.decision.Given;
import io.pgha.decision.Memory;
import io.pgha.decision.World;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Progress;
import io.pgha.plan.Step;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** An order to a fence agent is taken back at once, and what follows depends on what keeps the two apart. */
final class FenceOrderTest {

    private static final Step.Become BACK = new Step.Become(
            NodeState.STANDBY, Given.standby().world().memory().epoch(), Given.A, "undone");

    private final List<Step> ordered = new ArrayList<>();
    private boolean isOrdered;

    private final Actuator agent = new Actuator() {
        @Override
        public void begin(Step step, Memory memory, Observation now) {
            ordered.add(step);
            isOrdered = true;
        }

        @Override
        public Outcome poll() {
            return isOrdered
                    ? new Outcome.Running(new Progress(0, OptionalLong.empty(), "off"))
                    : new Outcome.Failed("it was never begun");
        }

        @Override
        public void abandon() {
            isOrdered = false;
        }

        @Override
        public void setGate(GateState wanted) {}

        @Override
        public void permit(int slot, long nonce, Duration atMost) {}

        @Override
        public void grant(int slot, long nonce) {}

        @Override
        public void ask(ArbiterAsk question) {}

        @Override
        public Resuming resumePoolers() {
            return Resuming.of(true);
        }

        @Override
        public void setSynchronous(String names) {}

        @Override
        public void endWaitingCommits() {}

        @Override
        public void announce(PeerMessage message, boolean now) {}
    };

    /** A takeover on silence that is about to switch the peer off. */
    private static Given fencing() {
        return fencing(PlanKind.FAILOVER);
    }

    /** Under another name, where it must outlive the start of an engine. */
    private static Given fencing(PlanKind kind) {
        Plan plan = new Plan(
                "p",
                kind,
                List.of(new Step.Fence(Given.A), new Step.Promote()),
                1,
                List.of(BACK),
                "");
        return Given.standby()
                .fenced(true)
                .peerSilent()
                .state(NodeState.PROMOTING, 4, Given.B)
                .remembers(new Fact.PlanBegun(plan));
    }

    @Test
    void anOrderIsTakenBackWhileTheJournalHangs() throws Exception {
        List<Consumer<Optional<String>>> hanging = new ArrayList<>();
        World[] world = {fencing(PlanKind.DEPOSE).world()};
        Engine engine = engine(world, hanging);
        engine.turn();
        assertTrue(isOrdered);

        engine.submit(new Request.GateClose("drill", false), reply -> {});
        engine.turn();
        assertEquals(1, hanging.size(), "something is on its way to the disk");
        assertTrue(isOrdered, "the peer is silent still");

        world[0] = fencing(PlanKind.DEPOSE).peerHeard().world();
        engine.turn();
        assertTrue(!isOrdered, "the peer is heard, and the disk has not answered");
    }

    @Test
    void anOrderThatWasTakenBackIsNotGivenAgainByTheSameSilence() {
        Executor executor = new Executor(agent);
        executor.advance(fencing().world());
        executor.takeBackOrder(fencing().peerHeard().world());
        assertTrue(!isOrdered);

        List<Fact> facts = executor.advance(fencing().world());

        assertTrue(
                facts.toString().contains("not switched off: a is heard again"), facts::toString);
        assertEquals(1, ordered.size());
    }

    @Test
    void underALeaseThePromotionWaitsUntilAPeerHeardAgainIsSeenClosed() {
        Executor executor = new Executor(agent);
        Given silent = fencing().guard(Guard.WITNESS);
        executor.advance(silent.world());
        assertTrue(isOrdered);

        World open = fencing().guard(Guard.WITNESS).peerHeard().world();
        executor.takeBackOrder(open);
        assertEquals(List.of(), executor.advance(open));
        assertTrue(!isOrdered);

        World closed =
                fencing().guard(Guard.WITNESS).peerHeard().peerGateClosed().world();
        executor.takeBackOrder(closed);
        assertInstanceOf(Fact.StepReached.class, executor.advance(closed).get(0));
        assertEquals(1, ordered.size());
    }

    private Engine engine(World[] world, List<Consumer<Optional<String>>> hanging)
            throws Journal.JournalDamaged {
        Memory before = world[0].memory();
        Journal journal = new Journal() {
            @Override
            public Memory replay() {
                return before;
            }

            @Override
            public void append(List<Fact> facts, Consumer<Optional<String>> done) {
                hanging.add(done);
            }
        };
        Clock clock = new Clock() {
            @Override
            public MonoTime now() {
                return world[0].now().at();
            }

            @Override
            public long wallClockMillis() {
                return 0;
            }
        };
        return new Engine(
                new Engine.Identity("0", "0", "i", List.of()),
                world[0].policy(),
                now -> world[0].now(),
                agent,
                journal,
                clock,
                event -> {},
                () -> {});
    }
}
