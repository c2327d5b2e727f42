package io.pgha.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.decision.Fact;
import io.pgha.decision.Given;
import io.pgha.decision.Memory;
import io.pgha.decision.World;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.MonoTime;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.plan.Step;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A disk that takes a write and never answers: no turn waits for it, and the node does not look alive for long (P5). */
final class HungJournalTest {

    private final List<PeerMessage> said = new ArrayList<>();
    private final List<Long> permits = new ArrayList<>();
    private final List<Consumer<Optional<String>>> waiting = new ArrayList<>();

    private final Actuator actuator = new Actuator() {
        @Override
        public void begin(Step step, Memory memory, Observation now) {}

        @Override
        public Outcome poll() {
            return new Outcome.Failed("nothing was begun");
        }

        @Override
        public void abandon() {}

        @Override
        public void setGate(GateState wanted) {}

        @Override
        public void permit(int slot, long nonce, Duration atMost) {
            permits.add(nonce);
        }

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
        public void announce(PeerMessage message, boolean now) {
            said.add(message);
        }
    };

    private World world = Given.primary().guard(Guard.WITNESS).world();

    private Engine engine() throws Journal.JournalDamaged {
        Memory before = world.memory();
        Journal journal = new Journal() {
            @Override
            public Memory replay() {
                return before;
            }

            @Override
            public void append(List<Fact> facts, Consumer<Optional<String>> done) {
                waiting.add(done);
            }
        };
        Clock clock = new Clock() {
            @Override
            public MonoTime now() {
                return world.now().at();
            }

            @Override
            public long wallClockMillis() {
                return 0;
            }
        };
        return new Engine(
                new Engine.Identity("0", "0", "i", List.of()),
                world.policy(),
                now -> world.now(),
                actuator,
                journal,
                clock,
                event -> {},
                () -> {});
    }

    @Test
    void aNodeThatCannotWriteItsJournalFallsSilentAndAsksForNoMoreLeases() throws Exception {
        Engine engine = engine();
        engine.submit(new Request.Pause("test", "disk", 0, false), reply -> {});
        engine.turn();
        engine.turn();
        assertEquals(1, waiting.size(), "something is on its way to the disk");
        int spoken = said.size();
        assertTrue(spoken > 0);
        assertTrue(!permits.isEmpty(), "it is open and asks for a lease");

        world = Given.primary()
                .guard(Guard.WITNESS)
                .later(world.policy().lease().plusMillis(1))
                .world();
        int asked = permits.size();
        engine.turn();
        engine.turn();
        assertEquals(spoken, said.size(), "it is silent");
        assertEquals(asked, permits.size(), "it asks for nothing");

        waiting.get(0).accept(Optional.empty());
        engine.turn();
        assertTrue(said.size() > spoken, "it speaks again");
    }
}
