package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.pgha.model.Armed;
import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.LeaseGrant;
import io.pgha.model.LeaseRequest;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PortAnswer;
import io.pgha.model.Postmaster;
import io.pgha.model.Register;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Every row has its rule and its law; and the laws of those rows that no other test holds. */
final class RowsTest {

    private static final MonoTime NOW = Given.at(100);
    private static final LeaseRequest REQUEST =
            new LeaseRequest(7, Given.EPOCH, Duration.ofSeconds(3));
    private static final LeaseGrant GRANT = new LeaseGrant(7, Given.EPOCH, Duration.ofSeconds(3));
    private static final Register OURS =
            new Register(Given.EPOCH, Given.A, true, Optional.of(Lsn.parse("0/5000000")));

    @Test
    void everyRowIsDecidedByARule() {
        assertEquals(EnumSet.allOf(Row.class), Laid.out().rules().keySet());
    }

    @Test
    void everyRowIsHeldByANamedTest() {
        assertEquals(EnumSet.allOf(Row.class), Laid.out().laws().keySet());
    }

    private static Leases leases(Optional<Leases.Asked> asked, Optional<Leases.Held> held) {
        return new Leases(
                7,
                asked,
                held,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Leases.Slots.UNKNOWN);
    }

    /** An owner whose slot is in the kernel and has not been granted yet. */
    private static Given asking() {
        Leases.Asked asked = new Leases.Asked(1, 7, Given.EPOCH, Duration.ofSeconds(3), NOW);
        return Given.primary()
                .guard(Guard.WITNESS)
                .leases(leases(Optional.of(asked), Optional.empty()))
                .armed(new Armed(1, 7, NOW, Duration.ofMillis(2700)));
    }

    /** An owner whose lease runs for another while. */
    private static Given holding() {
        Leases.Held held =
                new Leases.Held(0, Given.EPOCH, Given.at(98), NOW.plus(Duration.ofMillis(900)));
        return Given.primary()
                .guard(Guard.WITNESS)
                .leases(leases(Optional.empty(), Optional.of(held)))
                .remembers(new Fact.Opened(Given.EPOCH));
    }

    private static LeaseRules.Next next(Given given) {
        return LeaseRules.next(given.world(), given.world().memory(), true, false);
    }

    private static void assertHolds(Situation situation, Decision decision) {
        assertInstanceOf(Decision.Hold.class, decision, decision.toString());
        assertEquals(situation, decision.situation(), decision.toString());
    }

    @Test
    @Pins(Row.A1)
    void theStandbyAndTheArbiterAreAskedForTheSameLease() {
        Leases asked = next(asking()).leases();

        assertEquals(Optional.of(REQUEST), asked.request());
        assertEquals(
                asked.request(),
                LeaseRules.question(asking().leases(asked).world()).lease());
    }

    @Test
    @Pins(Row.A2)
    void anOwnerThatOnlyTheStandbyGrantsStaysOpen() {
        Given granted = asking().peerLease(Optional.empty(), Optional.of(GRANT));

        assertEquals(List.of(new LeaseRules.Order.Grant(1, 7)), next(granted).orders());
        assertHolds(Situation.HEALTHY, holding().decides());
    }

    @Test
    @Pins(Row.A3)
    void anOwnerThatOnlyTheArbiterGrantsStaysOpenAlone() {
        Given granted = asking().peerSilent().arbiterGrants(GRANT);

        assertEquals(List.of(new LeaseRules.Order.Grant(1, 7)), next(granted).orders());
        assertHolds(
                Situation.STANDBY_MISSING,
                holding()
                        .peerSilent()
                        .arbiter(Duration.ZERO, OURS, Duration.ZERO)
                        .decides());
    }

    @Test
    @Pins(Row.A8)
    void anOwnerThatSleptThroughItsLeaseOpensOnAFreshGrantOfTheSameEpoch() {
        Given woken = holding().later(Duration.ofSeconds(10)).gate(GateState.CLOSED);
        LeaseRules.Next first = next(woken);
        LeaseRules.Next second = next(woken.leases(first.leases()));

        assertEquals(List.of(new LeaseRules.Order.Close()), first.orders());
        assertInstanceOf(LeaseRules.Order.Permit.class, second.orders().get(0));
        assertEquals(Given.EPOCH, second.leases().asked().orElseThrow().epoch());
        assertInstanceOf(Decision.Hold.class, woken.decides());
    }

    @Test
    @Pins(Row.A10)
    void aDaemonThatLeavesAsksForALeaseThatLastsUntilItIsBack() {
        World w = holding().world();
        LeaseRules.Next leaving = LeaseRules.next(w, w.memory(), true, true);

        assertEquals(
                w.policy().handoverLease(),
                leaving.leases().asked().orElseThrow().duration());
        assertEquals(
                List.of(new LeaseRules.Order.Permit(
                        1, 8, w.policy().permit(w.policy().handoverLease()))),
                leaving.orders());
    }

    @Test
    @Pins(Row.A11)
    void aBootedOwnerOpensByTheArbiterOnlyWhileItsCopyIsNotBehind() {
        Given booted = Given.primary()
                .guard(Guard.WITNESS)
                .state(NodeState.UNDECIDED, 3, Given.A)
                .peerSilent()
                .undecidedFor(6, true);
        Register moved = new Register(new Epoch(4), Given.B, true, Optional.empty());

        assertBoots(Boot.Kind.STAY, booted);
        assertBoots(Boot.Kind.OPEN, booted.arbiter(Duration.ZERO, OURS, Duration.ZERO));
        assertBoots(Boot.Kind.STAY, booted.lagBytes(1));
        assertBoots(Boot.Kind.DEPOSED, booted.arbiter(Duration.ZERO, moved, Duration.ZERO));
    }

    /** A password that was changed, a full server, a name that does not resolve: who does not let us in may well let clients in. */
    @Test
    void aBootedLastPrimaryDoesNotOpenAloneBesideAPostgresThatMayAcceptWrites() {
        for (PortAnswer answer : PortAnswer.values()) {
            boolean mayWrite = answer != PortAnswer.REFUSED
                    && answer != PortAnswer.TIMEOUT
                    && answer != PortAnswer.READ_ONLY
                    && answer != PortAnswer.ALIVE;
            assertBoots(mayWrite ? Boot.Kind.STAY : Boot.Kind.OPEN, bootedAlone(600, answer));
        }
    }

    @Test
    void oneProbeWithoutAnAnswerDoesNotMakeAServerThatMayAcceptWritesSilent() {
        Given since =
                bootedAlone(600, PortAnswer.DENIED).peerPort(PortAnswer.REFUSED).counted();

        assertBoots(Boot.Kind.STAY, since);
        assertBoots(Boot.Kind.STAY, since.later(Duration.ofSeconds(29)));
        assertBoots(Boot.Kind.OPEN, since.later(Duration.ofSeconds(2)));
    }

    @Test
    void aServerThatTurnsOutToBeAStandbyIsNoLongerFeared() {
        Given starting = bootedAlone(600, PortAnswer.STARTING);

        assertBoots(Boot.Kind.OPEN, starting.peerPort(PortAnswer.READ_ONLY).counted());
    }

    /** Else the boot hook would be told no for good by a server that is just starting. */
    @Test
    void untilBootPeerWaitIsOverASignOfLifeIsWaitedFor() {
        for (PortAnswer answer : PortAnswer.values()) {
            assertBoots(Boot.Kind.WAIT, bootedAlone(1, answer));
            assertBoots(
                    answer == PortAnswer.READY ? Boot.Kind.STAY : Boot.Kind.WAIT,
                    bootedAlone(20, answer));
        }
    }

    private static Given bootedAlone(int seconds, PortAnswer answer) {
        return Given.primary()
                .guard(Guard.FAILCOUNT)
                .state(NodeState.UNDECIDED, 3, Given.A)
                .peerSilent()
                .undecidedFor(seconds, true)
                .peerPort(answer)
                .counted();
    }

    private static void assertBoots(Boot.Kind kind, Given given) {
        Boot.Verdict verdict = Boot.verdict(given.world());
        assertEquals(kind, verdict.kind(), verdict.why());
    }

    @Test
    @Pins(Row.B3)
    void aPrimaryThatDealsWithItsOwnPostgresIsWaitedFor() {
        for (Guard guard : Guard.values()) {
            assertHolds(
                    Situation.PRIMARY_POSTGRES_DOWN,
                    Given.standby()
                            .guard(guard)
                            .streamDead()
                            .peerPort(PortAnswer.REFUSED)
                            .peerPostmaster(Postmaster.CRASHED)
                            .decides());
        }
    }

    @Test
    @Pins(Row.B4)
    void aPrimaryWhosePostgresAnswersIsNotTakenOverBecauseItsDaemonIsSilent() {
        for (Guard guard : Guard.values()) {
            Given given = Given.standby()
                    .guard(guard)
                    .peerSilent()
                    .streamDead()
                    .failures(3)
                    .peerPort(PortAnswer.ALIVE);
            World w = given.world();
            Tally after = Counting.count(w.tally(), w.now(), w.memory(), w.policy());

            assertEquals(0, after.failures());
            assertHolds(Situation.PEER_DAEMON_DOWN, given.failures(0).decides());
        }
    }
}
