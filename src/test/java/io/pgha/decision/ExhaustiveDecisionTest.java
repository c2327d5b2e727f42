package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Cede;
import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.Lsn;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.Postmaster;
import io.pgha.model.Register;
import io.pgha.model.Votes;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Every combination of the abstract observation through the decider, with the laws that hold in each of them. */
final class ExhaustiveDecisionTest {

    /** What the local PostgreSQL is at. */
    private enum Local {
        READ_WRITE,
        RECOVERING,
        SILENT,
        STOPPED,
        CRASHED,
        NO_DATA,
        UNKNOWN
    }

    /** What the peer's daemon says, if anything. */
    private enum Peer {
        SILENT,
        PRIMARY_HIGHER,
        PRIMARY_SAME,
        PRIMARY_LOWER,
        STANDBY,
        UNDECIDED,
        CEDED_TO_US,
        PROMOTING,
        ISOLATED,
        RECONCILING,
        DEPOSED,
        CONFLICT
    }

    /** What the arbiter says, if there is one. */
    private enum Arbiter {
        NONE,
        OURS,
        THEIRS_ALIVE,
        THEIRS_OVER
    }

    /** One combination. */
    private record Case(
            NodeState state,
            boolean owns,
            Guard guard,
            Local local,
            Peer peer,
            boolean failed,
            boolean streams,
            boolean gateway,
            boolean bootAsked,
            boolean votes,
            Arbiter arbiter) {}

    @Test
    void everyCombinationKeepsTheLaws() {
        int count = 0;
        for (NodeState state : NodeState.values()) {
            for (Guard guard : Guard.values()) {
                for (Local local : Local.values()) {
                    for (Peer peer : Peer.values()) {
                        count = count + bits(state, guard, local, peer);
                    }
                }
            }
        }
        System.out.println("EXHAUSTIVE combinations=" + count);
        assertTrue(count > 200_000, "only " + count + " combinations");
    }

    private static int bits(NodeState state, Guard guard, Local local, Peer peer) {
        int count = 0;
        for (int bits = 0; bits < 64; bits++) {
            for (Arbiter arbiter : Arbiter.values()) {
                if (arbiter != Arbiter.NONE && !guard.isLease()) {
                    continue;
                }
                Case c = new Case(
                        state,
                        (bits & 1) != 0,
                        guard,
                        local,
                        peer,
                        (bits & 2) != 0,
                        (bits & 4) != 0,
                        (bits & 8) != 0,
                        (bits & 16) != 0,
                        (bits & 32) == 0,
                        arbiter);
                check(c);
                count = count + 1;
            }
        }
        return count;
    }

    private static World world(Case c) {
        Given given =
                Given.standby().guard(c.guard()).state(c.state(), 3, c.owns() ? Given.B : Given.A);
        if (c.failed()) {
            given.failures(4);
        } else {
            given.undecidedFor(60, c.bootAsked());
        }
        switch (c.local()) {
            case READ_WRITE -> given.readWrite();
            case RECOVERING -> {}
            case SILENT -> given.postgresSilent();
            case STOPPED -> given.postmaster(Postmaster.STOPPED);
            case CRASHED -> given.postmaster(Postmaster.CRASHED);
            case NO_DATA -> given.postmaster(Postmaster.NO_DATA);
            case UNKNOWN -> given.postmaster(Postmaster.UNKNOWN);
        }
        if (!c.streams()) {
            given.streamDead();
        }
        if (!c.gateway()) {
            given.noGateway();
        }
        if (!c.votes()) {
            given.remembers(new Fact.Voted(Votes.BOTH.givenUp("stopped", 0).askedBack(), ""));
        }
        peer(c, given);
        arbiter(c, given);
        return given.world();
    }

    private static void peer(Case c, Given given) {
        switch (c.peer()) {
            case SILENT -> given.peerSilent();
            case PRIMARY_HIGHER -> given.peer(NodeState.PRIMARY, 4, Given.A);
            case PRIMARY_SAME -> given.peer(NodeState.PRIMARY, 3, Given.A);
            case PRIMARY_LOWER -> given.peer(NodeState.PRIMARY, 2, Given.A);
            case STANDBY -> given.peer(NodeState.STANDBY, 3, c.owns() ? Given.B : Given.A);
            case UNDECIDED -> given.peer(NodeState.UNDECIDED, 3, Given.A);
            case CEDED_TO_US ->
                given.peer(NodeState.CEDED, 3, Given.A)
                        .peerPromises(
                                Optional.of(new Cede(
                                        "c1",
                                        new Epoch(3),
                                        Given.B,
                                        "inc-b",
                                        Lsn.parse("0/5000000"),
                                        Optional.empty(),
                                        "crashed",
                                        false)),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty());
            case PROMOTING -> given.peer(NodeState.PROMOTING, 4, Given.A);
            case ISOLATED -> given.peer(NodeState.ISOLATED, 3, Given.A);
            case RECONCILING -> given.peer(NodeState.RECONCILING, 3, Given.A);
            case DEPOSED -> given.peer(NodeState.DEPOSED, 3, Given.B);
            case CONFLICT -> given.peer(NodeState.CONFLICT, 3, Given.A);
        }
    }

    private static void arbiter(Case c, Given given) {
        NodeId owner = c.arbiter() == Arbiter.OURS ? Given.B : Given.A;
        Duration rest = c.arbiter() == Arbiter.THEIRS_ALIVE ? Duration.ofSeconds(2) : Duration.ZERO;
        if (c.arbiter() != Arbiter.NONE) {
            given.arbiter(
                    Duration.ofMillis(100),
                    new Register(new Epoch(3), owner, true, Optional.empty()),
                    rest);
        }
    }

    private static void check(Case c) {
        World w = world(c);
        Decision decision = Decider.decide(w);
        Supplier<String> words = () -> c + " -> " + decision;
        assertFalse(decision.why().isBlank(), words);
        gate(c, w, words);
        if (decision instanceof Decision.Begin begin) {
            List<Step> steps = begin.plan().steps();
            takeover(c, begin, words);
            voteless(c, steps, words);
            opening(c, w, steps, words);
            stopping(c, begin, words);
            // A copy is made only when somebody asks for it: a person, or a peer that is released.
            assertFalse(steps.stream().anyMatch(Step.Clone.class::isInstance), words);
        }
    }

    /** P2. */
    private static void gate(Case c, World w, Supplier<String> words) {
        boolean opens = GateRule.desired(w.memory(), w.now())
                .filter(GateState.OPEN::equals)
                .isPresent();
        boolean right = c.state() == NodeState.PRIMARY && c.local() == Local.READ_WRITE;
        assertTrue(!opens || right, words);
    }

    /** Who takes over on silence: a counted-out standby, by the rule of its guard. */
    private static void takeover(Case c, Decision.Begin begin, Supplier<String> words) {
        if (begin.plan().kind() != PlanKind.FAILOVER || c.peer() == Peer.CEDED_TO_US) {
            return;
        }
        boolean confirmed = c.state() == NodeState.PROMOTING && c.arbiter() == Arbiter.OURS;
        if (confirmed) {
            return;
        }
        assertTrue(c.state() == NodeState.STANDBY, words);
        assertTrue(c.local() == Local.RECOVERING, words);
        assertTrue(c.guard() != Guard.MANUAL, words);
        assertTrue(c.failed() || c.guard().isLease(), words);
        assertTrue(c.guard() != Guard.GATEWAY || c.gateway(), words);
        assertTrue(c.guard().isLease() || !c.streams(), words);
        assertTrue(
                !c.guard().isLease()
                        || c.arbiter() == Arbiter.OURS
                        || c.arbiter() == Arbiter.THEIRS_OVER,
                words);
    }

    /** Row A4: without its vote a node that waits takes nothing over and opens nothing, whatever anybody but the owner says. */
    private static void voteless(Case c, List<Step> steps, Supplier<String> words) {
        boolean waits = c.state() == NodeState.STANDBY
                || c.state() == NodeState.UNDECIDED
                || c.state() == NodeState.ISOLATED;
        boolean rises = steps.stream()
                .anyMatch(step -> step instanceof Step.Become become
                        && (become.state() == NodeState.PRIMARY
                                || become.state() == NodeState.PROMOTING));
        assertTrue(c.votes() || !waits || !rises, words);
    }

    /** Whatever opens must come by a higher epoch, or by one that this node owns, and never past an open peer. */
    private static void opening(Case c, World w, List<Step> steps, Supplier<String> words) {
        for (Step step : steps) {
            if (step instanceof Step.Become become && become.state() == NodeState.PRIMARY) {
                assertTrue(become.owner().equals(Given.B), words);
                assertFalse(w.memory().epoch().isAfter(become.epoch()), words);
                assertTrue(c.peer() != Peer.PRIMARY_HIGHER, words);
                assertTrue(c.state() != NodeState.DEPOSED, words);
                assertTrue(
                        c.state() != NodeState.STANDBY
                                || steps.stream().anyMatch(Step.Promote.class::isInstance),
                        words);
            }
        }
    }

    /** P5 and P7: a PostgreSQL that serves is not stopped for silence, and one that is not known is not called dead. */
    private static void stopping(Case c, Decision.Begin begin, Supplier<String> words) {
        boolean serves = c.state() == NodeState.PRIMARY && c.local() == Local.READ_WRITE;
        boolean nobodyElse = c.peer() == Peer.STANDBY
                || c.peer() == Peer.UNDECIDED
                || (c.peer() == Peer.SILENT
                        && c.guard() != Guard.GATEWAY
                        && !c.guard().isLease());
        assertFalse(serves && nobodyElse && c.owns(), words);
        assertFalse(c.local() == Local.UNKNOWN && begin.plan().kind() == PlanKind.CEDE, words);
    }
}
