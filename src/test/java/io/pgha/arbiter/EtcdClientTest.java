package io.pgha.arbiter;

import static io.pgha.arbiter.Booth.A;
import static io.pgha.arbiter.Booth.B;
import static io.pgha.arbiter.Booth.LEASE;
import static io.pgha.arbiter.Booth.TERMS;
import static io.pgha.arbiter.Booth.WAIT;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.Epoch;
import io.pgha.model.Followed;
import io.pgha.model.LeaseRequest;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.Renewal;
import io.pgha.peer.ModelJson;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How long the other node waits, by what stands in the key alone. */
final class EtcdClientTest {

    private static final Duration LONG = TERMS.longestLease();
    private static final Duration LONG_WAIT = TERMS.waitAfter(LONG);
    private static final Duration CAP = Duration.ofDays(1);
    private static final Optional<Duration> UNKNOWN = Optional.empty();
    private static final Optional<Duration> USUAL = Optional.of(LEASE);

    private final EtcdCell cell = new EtcdCell(List.of(A, B), TERMS);
    private final HeldWay way = new HeldWay();
    private MonoTime now = new MonoTime(1_000_000_000L);
    private EtcdCell.Client a = client();
    private EtcdCell.Client b = client();
    private long nonce;

    /** As a test wants it. */
    private static final class HeldWay implements EtcdCell.Way {
        private final List<Runnable> late = new ArrayList<>();
        private int changes;
        private EtcdCell.Fate fate = EtcdCell.Fate.ANSWERED;

        @Override
        public EtcdCell.Fate next() {
            return fate;
        }

        @Override
        public void later(Runnable swap) {
            late.add(swap);
        }

        @Override
        public void changed(ArbiterAsk ask) {
            changes = changes + 1;
        }

        void arrive() {
            late.forEach(Runnable::run);
            late.clear();
        }
    }

    private EtcdCell.Client client() {
        return cell.client(way, () -> now, CAP, Duration.ofSeconds(1));
    }

    private void enlist(EtcdCell.Client by, NodeId node) {
        by.put(Booth.agrees(node, 7, A));
    }

    private ArbiterAsk renewal(NodeId owner, long epoch, Duration lease, Optional<Duration> own) {
        nonce = nonce + 1;
        ArbiterAsk s = Booth.says(owner, epoch, owner);
        return new ArbiterAsk(
                s.node(),
                s.epoch(),
                s.owner(),
                true,
                s.position(),
                Optional.of(new LeaseRequest(nonce, new Epoch(epoch), lease)),
                Optional.empty(),
                Optional.empty(),
                own);
    }

    private void renews(EtcdCell.Client by, Duration lease, Optional<Duration> own) {
        assertTrue(
                by.put(renewal(A, 7, lease, own)).flatMap(ArbiterReply::grant).isPresent());
    }

    /** How long the other node would have to wait now, having just looked. */
    private Duration rest() {
        return b.put(Booth.says(B, 7, A)).orElseThrow().leaseRest();
    }

    @Test
    void afterTheFirstStartTheOtherNodeWaitsForTheUsualLeaseOnceTheOwnerKnowsThatThereIsNoOther() {
        enlist(a, A);
        renews(a, LEASE, UNKNOWN);
        assertEquals(LONG_WAIT, rest());

        renews(a, LEASE, USUAL);
        assertEquals(WAIT, rest());
    }

    /** The first lease may be the peer's, before the key was made. */
    @Test
    void theOwnerIsBelievedAlsoWhenItAsksForNothing() {
        enlist(b, B);
        ArbiterAsk r = renewal(A, 7, LEASE, USUAL);
        ArbiterAsk asksForNothing = new ArbiterAsk(
                r.node(),
                r.epoch(),
                r.owner(),
                r.agreed(),
                r.position(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                r.longest());
        assertTrue(a.put(asksForNothing).isPresent());
        assertEquals(WAIT, rest());
    }

    @Test
    void nobodyElseIsBelievedNorAnOwnerOfAnotherEpoch() {
        enlist(a, A);
        renews(a, LEASE, UNKNOWN);
        b.put(renewal(B, 7, LEASE, USUAL));
        a.put(renewal(A, 6, LEASE, USUAL));
        assertEquals(LONG_WAIT, rest());
    }

    @Test
    void anOwnerThatDoesNotKnowItShortensNothing() {
        enlist(b, B);
        renews(a, LEASE, UNKNOWN);
        renews(a, LEASE, UNKNOWN);
        assertEquals(LONG_WAIT, rest());
    }

    @Test
    void aLongerLeaseThatTheOwnerStillHasIsWaitedFor() {
        enlist(a, A);
        renews(a, LEASE, Optional.of(LONG.minus(LEASE)));
        assertEquals(TERMS.waitAfter(LONG.minus(LEASE)), rest());

        renews(a, LONG, USUAL);
        assertEquals(LONG_WAIT, rest());
    }

    @Test
    void aKeyThatWasRemovedUnderALongLeaseIsNotBelievedShortByTheQuestionThatMakesItAnew() {
        enlist(a, A);
        renews(a, LEASE, USUAL);
        cell.delete();

        renews(a, LEASE, USUAL);
        assertEquals(LONG_WAIT, rest());
    }

    @Test
    void aFirstLeaseOfAnEpochShortensNothing() {
        enlist(a, A);
        renews(a, LONG, UNKNOWN);
        ArbiterAsk said = Booth.says(B, 7, A);
        ArbiterAsk.Claim claim = new ArbiterAsk.Claim(
                "b-1", new Epoch(8), new Epoch(7), Optional.of(A), true, Optional.empty());
        b.put(new ArbiterAsk(
                B,
                said.epoch(),
                said.owner(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.of(claim),
                Optional.empty(),
                Optional.empty()));

        b.put(renewal(B, 8, LEASE, USUAL));
        assertEquals(LONG, cell.ballot().orElseThrow().longest());
        b.put(renewal(B, 8, LEASE, USUAL));
        assertEquals(LEASE, cell.ballot().orElseThrow().longest());
    }

    /** Of an earlier moment, or of an earlier start of the owner. */
    @Test
    void aRenewalThatIsCarriedOutLateLeavesTheWaitForALongerGrantInTheKey() {
        enlist(a, A);
        renews(a, LEASE, UNKNOWN);
        way.fate = EtcdCell.Fate.LATE;
        assertEquals(Optional.empty(), a.put(renewal(A, 7, LEASE, USUAL)));
        way.fate = EtcdCell.Fate.ANSWERED;

        renews(client(), LONG, UNKNOWN);
        way.arrive();
        assertEquals(LONG, cell.ballot().orElseThrow().longest());
    }

    @Test
    void aRenewalWhoseAnswerWasLostShortensAllTheSame() {
        enlist(a, A);
        way.fate = EtcdCell.Fate.UNHEARD;
        assertEquals(Optional.empty(), a.put(renewal(A, 7, LEASE, USUAL)));
        way.fate = EtcdCell.Fate.ANSWERED;
        assertEquals(WAIT, rest());
    }

    @Test
    void theRunningClaimantGoesOnWaitingForWhatItSawInTheKeyUntilTheKeyChanges() {
        enlist(a, A);
        renews(a, LONG, UNKNOWN);
        assertEquals(LONG_WAIT, rest());
        now = now.plus(LEASE);
        assertEquals(LONG_WAIT.minus(LEASE), rest());
        a = client();
        b = client();
        assertEquals(LONG_WAIT, rest());
    }

    private static ArbiterAsk serves(Optional<Duration> alone) {
        return Booth.serves(
                A, 7, 0x3000000, new Followed(Optional.empty(), Optional.empty(), alone));
    }

    private Optional<Duration> aloneByTheKey() {
        ArbiterReply reply = client().put(Booth.says(B, 7, A)).orElseThrow();
        return reply.renewal().flatMap(Renewal::followed).flatMap(Followed::alone);
    }

    @Test
    void thatTheStandbyFollowsIsToldAtOnceAndFromThenOnWithTheLeases() {
        enlist(a, A);
        renews(a, LEASE, UNKNOWN);
        a.put(serves(Optional.empty()));
        int before = way.changes;
        assertEquals(Optional.empty(), aloneByTheKey());

        a.put(serves(Optional.of(Duration.ofMillis(10))));
        a.put(serves(Optional.of(Duration.ofMillis(20))));
        assertEquals(Optional.of(Duration.ofMillis(10)), aloneByTheKey());
        assertEquals(before + 1, way.changes);
    }

    @Test
    void aVersionThatDoesNotSayItIsUnderstood() throws Exception {
        String older = "{\"node\":\"a\",\"epoch\":\"7\",\"agreed\":true}";
        ArbiterAsk read = ModelJson.JSON.read(older, ArbiterAsk.class);
        assertEquals(Optional.empty(), read.longest());
    }
}
