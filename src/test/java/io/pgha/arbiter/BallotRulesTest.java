package io.pgha.arbiter;

import static io.pgha.arbiter.Booth.A;
import static io.pgha.arbiter.Booth.B;
import static io.pgha.arbiter.Booth.LEASE;
import static io.pgha.arbiter.Booth.WAIT;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.ArbiterReply;
import io.pgha.model.Epoch;
import io.pgha.model.Followed;
import io.pgha.model.Lsn;
import io.pgha.model.NodeId;
import io.pgha.model.Register;
import io.pgha.model.Renewal;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;

class BallotRulesTest {

    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration CLAIM_TIMEOUT = Duration.ofSeconds(60);

    @Test
    void anEmptyRegisterGrantsNothingAndSaysWhy() {
        Booth booth = Booth.empty();

        assertFalse(booth.renews(A, 7));
        assertFalse(booth.claims(B, 7, A, false));
        assertFalse(booth.claims(B, 7, A, true));
        assertTrue(booth.ask(Booth.says(A, 7, A)).words().contains("both nodes"));
        assertEquals("nothing", booth.held());
    }

    @Test
    void anEmptyRegisterIsFilledByWhatBothNodesSay() {
        for (NodeId node : new NodeId[] {A, B}) {
            Booth booth = Booth.empty();

            ArbiterReply reply = booth.ask(Booth.agrees(node, 7, A));

            assertEquals("a@7", booth.held());
            assertEquals("", reply.words());
            assertTrue(booth.renews(A, 7));
        }
    }

    @Test
    void aClaimIsToldWhatTheOwnerToldLastAndRefusedWhenThatIsMoreThanMayBeLost() {
        Followed followed = new Followed(
                Optional.of(new Lsn(0x4000000)),
                Optional.of(false),
                Optional.of(Duration.ofSeconds(3)));
        Booth booth = Booth.settled();
        booth.ask(Booth.serves(A, 7, 0x5000000, followed));
        booth.ask(Booth.serves(A, 7, 0x4500000, followed));
        booth.after(Duration.ofMinutes(1));

        ArbiterReply refused = booth.claimsUpTo(B, 7, A, 0x4FFFFFF);
        ArbiterReply moved = booth.claimsUpTo(B, 7, A, 0x5000000);
        ArbiterReply again = booth.claimsUpTo(B, 7, A, 0x5000000);

        assertFalse(refused.claim().orElseThrow().moved());
        assertTrue(refused.words().contains("1 bytes beyond what b may lose"), refused.words());
        assertTrue(moved.claim().orElseThrow().moved());
        Optional<Renewal> told = Optional.of(
                new Renewal(new Epoch(7), A, new Lsn(0x5000000), Optional.of(followed)));
        assertEquals(told, moved.renewal());
        assertEquals(told, again.renewal());
    }

    @Test
    void aRestartedArbiterDoesNotKnowWhatItWasToldAndTheNextWordOfTheOwnerTellsIt() {
        Followed followed = new Followed(Optional.empty(), Optional.empty(), Optional.empty());
        Booth booth = Booth.settled();
        booth.ask(Booth.serves(A, 7, 0x5000000, followed));

        assertEquals(
                Optional.empty(), booth.restarted().ask(Booth.says(B, 7, A)).renewal());
        booth.ask(Booth.serves(A, 7, 0x4500000, followed));
        assertEquals(
                Optional.of(new Lsn(0x4500000)),
                booth.ask(Booth.says(B, 7, A)).renewal().map(Renewal::position));
    }

    @Test
    void whoClaimedAndDidNotOpenTellsNothingOfWhatIsLost() {
        Booth booth = Booth.settled();
        booth.ask(Booth.says(A, 7, A));
        booth.after(Duration.ofMinutes(1));
        assertTrue(booth.claims(B, 7, A, false));

        ArbiterReply reply = booth.ask(Booth.says(B, 8, B));

        assertEquals(Optional.of(A), reply.renewal().map(Renewal::owner));
        assertTrue(booth.renews(B, 8));
        assertEquals(Optional.of(B), booth.ask(Booth.says(B, 8, B)).renewal().map(Renewal::owner));
    }

    @Test
    void anOwnerOutsideThePairIsNotEnlisted() {
        Booth booth = Booth.empty();

        booth.ask(Booth.agrees(A, 7, new NodeId("c")));

        assertEquals("nothing", booth.held());
    }

    @Test
    void aLostRegisterMovesNothingBeforeTheLongestLeaseThatItMayHaveGranted() {
        Booth booth = Booth.empty();
        booth.ask(Booth.agrees(A, 7, A));

        assertFalse(booth.after(Duration.ofMillis(33_299)).claims(B, 7, A, false));
        assertTrue(booth.after(TICK).claims(B, 7, A, false));
    }

    @Test
    void aLeaseGoesToTheOwnerOfTheEpochAndToNobodyElse() {
        Booth booth = Booth.settled();

        assertTrue(booth.renews(A, 7));
        assertFalse(booth.renews(B, 7));
        assertFalse(booth.renews(A, 6));
        assertFalse(booth.renews(A, 8));
        assertFalse(booth.renews(B, 8));
    }

    @Test
    void whoAsksForALeaseMustSayThatItIsTheOwner() {
        Booth booth = Booth.settled();
        var asOwner = Booth.says(A, 7, B);
        var ask = new io.pgha.model.ArbiterAsk(
                A,
                asOwner.epoch(),
                asOwner.owner(),
                false,
                Optional.empty(),
                Optional.of(new io.pgha.model.LeaseRequest(1, new Epoch(7), LEASE)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        assertTrue(booth.ask(ask).grant().isEmpty());
    }

    @Test
    void aLeaseAboveTheLongestIsRefusedInWords() {
        Booth booth = Booth.settled();

        assertFalse(booth.renews(A, 7, LONG.plus(TICK)));
        assertFalse(booth.renews(A, 7, Duration.ZERO));
        assertFalse(booth.renews(A, 7, Duration.ofSeconds(-1)));
        assertTrue(booth.renews(A, 7, LONG));
    }

    @Test
    void nobodyTakesOverWhileALeaseMayBeInForce() {
        Booth booth = Booth.settled();
        booth.renews(A, 7);

        assertFalse(booth.after(WAIT.minus(TICK)).claims(B, 7, A, false));
        assertEquals("a@7", booth.held());
        assertEquals(TICK, booth.ask(Booth.says(B, 7, A)).leaseRest());
        assertTrue(booth.after(TICK).claims(B, 7, A, false));
        assertEquals("b@8?", booth.held());
        assertEquals(Duration.ZERO, booth.ask(Booth.says(B, 7, A)).leaseRest());
    }

    @Test
    void eachRenewalPutsTheTakeoverOff() {
        Booth booth = Booth.settled();
        for (int beat = 0; beat < 20; beat++) {
            assertTrue(booth.renews(A, 7));
            assertFalse(booth.after(Duration.ofSeconds(1)).claims(B, 7, A, false));
        }
    }

    @Test
    void aLongLeaseIsNotForgottenOverShortOnesAfterIt() {
        Booth booth = Booth.settled();
        booth.renews(A, 7, LONG);
        booth.after(Duration.ofSeconds(20)).renews(A, 7);

        assertFalse(booth.after(Duration.ofMillis(13_299)).claims(B, 7, A, false));
        assertTrue(booth.after(TICK).claims(B, 7, A, false));
    }

    @Test
    void aLateRenewalOfADeposedOwnerGetsNothing() {
        Booth booth = Booth.settled();
        booth.claims(B, 7, A, false);

        assertFalse(booth.renews(A, 7));
        assertTrue(booth.renews(B, 8));
        assertFalse(booth.renews(A, 7));
        assertEquals("b@8", booth.held());
    }

    @Test
    void ofTwoClaimsTheFirstWins() {
        Booth booth = Booth.settled();

        assertTrue(booth.claims(B, 7, A, false));
        assertFalse(booth.claims(A, 7, A, false));
        assertTrue(booth.claims(B, 7, A, false), "the same claim again is the same answer");
        assertEquals("b@8?", booth.held());
    }

    @Test
    void aClaimFromWhatIsNotHeldIsRefused() {
        Booth booth = Booth.settled();

        assertFalse(booth.claim(B, 7, A, 6, A, false).moved());
        assertFalse(booth.claim(B, 7, A, 8, A, false).moved());
        assertFalse(booth.claim(B, 7, A, 7, B, false).moved());
        assertFalse(booth.claim(B, 7, A, 6, A, true).moved());
        assertTrue(booth.claim(B, 7, A, 6, A, false).why().contains("epoch 7 of a"));
        assertEquals("a@7", booth.held());
    }

    @Test
    void aClaimIsNoLeaseUntilTheFirstOneIsAskedFor() {
        Booth booth = Booth.settled();
        booth.claims(B, 7, A, false);
        assertEquals("b@8?", booth.held());

        assertTrue(booth.renews(B, 8));

        assertEquals("b@8", booth.held());
    }

    @Test
    void aClaimIsOpenedByWhatBothNodesSay() {
        Followed followed = new Followed(Optional.empty(), Optional.empty(), Optional.empty());
        for (NodeId node : new NodeId[] {A, B}) {
            Booth booth = Booth.settled();
            booth.claims(B, 7, A, false);

            booth.ask(Booth.agrees(node, 8, B));

            assertEquals("b@8", booth.held());
            assertEquals(
                    Optional.of(B),
                    booth.ask(Booth.serves(B, 8, 0x5000000, followed))
                            .renewal()
                            .map(Renewal::owner));
            assertTrue(booth.claims(A, 8, B, false), "no grant of epoch 8 is in force");
        }
    }

    @Test
    void aClaimIsNotOpenedByWhatOneNodeSaysNorByWhatIsSaidOfAnotherEpoch() {
        Booth booth = Booth.settled();
        booth.claims(B, 7, A, false);

        booth.ask(Booth.says(B, 8, B));
        booth.ask(Booth.says(A, 8, B));
        booth.ask(Booth.agrees(B, 7, A));
        booth.ask(Booth.agrees(A, 8, A));

        assertEquals("b@8?", booth.held());
        assertFalse(booth.claim(A, 7, A, 8, B, false).moved());
    }

    @Test
    void aClaimThatBothNodesOpenedIsStillTakenOverOnlyWhenTheGrantsBeforeAreOver() {
        Booth booth = Booth.settled();
        booth.renews(A, 7);
        booth.claims(B, 7, A, true);
        booth.ask(Booth.agrees(B, 8, B));

        assertFalse(booth.after(WAIT.minus(TICK)).claims(A, 8, B, false));
        assertTrue(booth.after(TICK).claims(A, 8, B, false));
    }

    @Test
    void aCedeMovesTheEpochAtOnce() {
        Booth booth = Booth.settled();
        booth.renews(A, 7);

        assertTrue(booth.claims(B, 7, A, true));
        assertFalse(booth.renews(A, 7));
        assertTrue(booth.renews(B, 8));
    }

    @Test
    void aCedeThatCameLateOverARenewedLeaseLetsNobodyTakeOverEarlier() {
        Booth booth = Booth.settled();
        // B refused the cede; A went on with epoch 7. Only then B's claim arrives.
        booth.renews(A, 7);
        booth.claims(B, 7, A, true);

        // Whatever B claims now because A is silent, A's lease is waited for.
        assertFalse(booth.claims(B, 7, A, false));
        assertFalse(booth.claim(B, 7, A, 8, B, false).moved());
        booth.after(WAIT);
        assertTrue(booth.claims(B, 7, A, false));
    }

    @Test
    void anUnopenedClaimMayBeClaimedOverAfterItsTimeoutOnly() {
        Booth booth = Booth.settled();
        booth.claims(B, 7, A, false);

        assertFalse(booth.after(CLAIM_TIMEOUT.minus(TICK))
                .claim(A, 7, A, 8, B, false)
                .moved());
        assertTrue(booth.after(TICK).claim(A, 7, A, 8, B, false).moved());
        assertEquals("a@9?", booth.held());
        assertFalse(booth.renews(B, 8), "the claimant is too late");
        assertTrue(booth.renews(A, 9));
    }

    @Test
    void anOpenedClaimIsNotClaimedOverByTime() {
        Booth booth = Booth.settled();
        booth.claims(B, 7, A, false);
        booth.renews(B, 8);
        booth.after(CLAIM_TIMEOUT);
        booth.renews(B, 8);

        assertFalse(booth.claim(A, 7, A, 8, B, false).moved());
    }

    @Test
    void aRestartRenewsAtOnceAndMovesNothingForALease() {
        Booth booth = Booth.settled();
        booth.renews(A, 7);
        booth.after(Duration.ofSeconds(1)).restarted();

        assertEquals(WAIT, booth.ask(Booth.says(B, 7, A)).leaseRest());
        assertFalse(booth.after(WAIT.minus(TICK)).claims(B, 7, A, false));
        assertTrue(booth.renews(A, 7));
        assertFalse(booth.after(TICK).claims(B, 7, A, false), "A was just renewed");
        assertTrue(booth.after(WAIT).claims(B, 7, A, false));
    }

    @Test
    void aRestartWaitsForTheLongestLeaseThatMayBeInForce() {
        Booth booth = Booth.settled();
        booth.renews(A, 7, LONG);
        booth.after(Duration.ofSeconds(10)).renews(A, 7);
        booth.restarted();

        assertFalse(booth.after(Duration.ofMillis(33_299)).claims(B, 7, A, false));
        assertTrue(booth.after(TICK).claims(B, 7, A, false));
    }

    @Test
    void aLongLeaseThatIsOverNoLongerDelaysARestart() {
        Booth booth = Booth.settled();
        booth.renews(A, 7, LONG);
        booth.after(LONG).renews(A, 7);
        booth.restarted();

        assertEquals(LEASE, booth.ballot().longest());
        assertTrue(booth.after(WAIT).claims(B, 7, A, false));
    }

    @Test
    void aRestartDoesNotHinderACede() {
        Booth booth = Booth.settled();
        booth.renews(A, 7);

        assertTrue(booth.restarted().claims(B, 7, A, true));
    }

    @Test
    void aClaimSurvivesARestartAndItsTimeoutBeginsAnew() {
        Booth booth = Booth.settled();
        booth.claims(B, 7, A, false);
        booth.after(CLAIM_TIMEOUT.minus(TICK)).restarted();

        assertTrue(booth.claims(B, 7, A, false), "its own claim was proven before");
        assertFalse(booth.after(CLAIM_TIMEOUT.minus(TICK))
                .claim(A, 7, A, 8, B, false)
                .moved());
        assertTrue(booth.after(TICK).claim(A, 7, A, 8, B, false).moved());
    }

    @Test
    void aRegisterThatIsBehindGrantsNothingAndFollowsWhenBothNodesSaySo() {
        Booth booth = Booth.settled();

        assertFalse(booth.renews(B, 9));
        ArbiterReply alone = booth.ask(Booth.says(B, 9, B));
        assertTrue(alone.words().contains("it follows when both nodes say so"), alone.words());
        booth.ask(Booth.agrees(A, 9, B));
        assertEquals("a@7", booth.held());

        booth.ask(Booth.agrees(B, 9, B));

        assertEquals("b@9", booth.held());
        assertFalse(booth.renews(A, 7));
        assertTrue(booth.renews(B, 9));
    }

    @Test
    void aRegisterThatIsBehindFollowsACede() {
        Booth booth = Booth.settled();

        assertFalse(booth.claim(A, 9, B, 9, B, false).moved());
        assertTrue(booth.claim(A, 9, B, 9, B, true).moved());
        assertEquals("a@10?", booth.held());
    }

    @Test
    void anOldCopyPutBackNeverGrantsTheOldEpochToWhoKnowsBetter() {
        Booth booth = Booth.settled();
        Ballot old = booth.ballot();
        booth.claims(B, 7, A, false);
        booth.renews(B, 8);

        booth.restored(old);

        assertFalse(booth.renews(B, 8));
        assertFalse(booth.renews(B, 7));
        assertFalse(booth.claim(B, 8, B, 7, A, false).moved());
    }

    @Test
    void aNodeThatIsBehindLearnsWhatIsHeld() {
        Booth booth = Booth.settled();
        booth.claims(B, 7, A, false);
        booth.renews(B, 8);

        Register held = booth.ask(Booth.says(A, 7, A)).register().orElseThrow();

        assertEquals(new Epoch(8), held.epoch());
        assertEquals(B, held.owner());
        assertTrue(held.leased());
    }

    @Test
    void onlyTheOwnersPositionIsKept() {
        Booth booth = Booth.settled();
        booth.ask(Booth.says(B, 7, A));
        assertEquals(Optional.empty(), booth.ballot().register().orElseThrow().position());

        booth.ask(Booth.says(A, 7, A));

        assertEquals(
                Optional.of(new Lsn(0x3000000)),
                booth.ballot().register().orElseThrow().position());
    }

    @Test
    void renewalsNeedNoDisk() {
        Booth booth = Booth.settled();
        booth.renews(A, 7);
        Ballot before = booth.ballot();
        booth.after(Duration.ofSeconds(1)).renews(A, 7);

        assertTrue(before.isSameOnDisk(booth.ballot()));
        booth.renews(A, 7, LONG);
        assertFalse(before.isSameOnDisk(booth.ballot()));
    }
}
