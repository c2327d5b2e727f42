package io.pgha.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.decision.Sync.Stage;
import io.pgha.model.Epoch;
import io.pgha.model.Guard;
import io.pgha.model.Lsn;
import io.pgha.model.NodeState;
import io.pgha.model.StandbyView;
import io.pgha.model.SyncPolicy;
import io.pgha.model.SyncPolicy.Mode;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** COMMIT waits as long as the standby might take over, and no longer; who may lack something is told first. */
final class SyncRulesTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(11);
    private static final String OURS = SyncRules.names(Given.B);

    private Sync sync = Sync.none(Given.at(0));
    private Given given = Given.primary();
    private long end = 0x5000000;

    /** A second later: the primary wrote something, the standby shows this. */
    private World second(Mode mode, Optional<Long> flushed, String names) {
        end = end + 0x100;
        given = given.later(Duration.ofSeconds(1))
                .at(new Lsn(end))
                .followed(
                        flushed
                                .map(lsn -> new StandbyView(
                                        Given.B.name(),
                                        "10.0.0.2",
                                        "streaming",
                                        names.isEmpty() ? "async" : "sync",
                                        new Lsn(lsn)))
                                .stream()
                                .toList(),
                        names);
        World w = world(given, mode);
        sync = SyncRules.next(w, Given.EPOCH);
        return new World(w.now(), w.memory(), w.tally().withSync(sync), w.policy(), w.id());
    }

    private void becomeSynchronous(Mode mode) {
        second(mode, Optional.of(end), "");
        assertEquals(Stage.RESTORING, sync.stage());
        second(mode, Optional.of(end), OURS);
        second(mode, Optional.of(end), OURS);
        second(mode, Optional.of(end), OURS);
        assertEquals(Stage.SYNCHRONOUS, sync.stage());
    }

    @Test
    void
            theStandbyIsToldThatItHasEverythingOnlyWhenItHasConfirmedWhatWasThereWhenCommitBeganToWait() {
        second(Mode.PREFERRED, Optional.of(end), "");
        second(Mode.PREFERRED, Optional.of(end), "");
        long behind = end - 0x40;
        World w = second(Mode.PREFERRED, Optional.of(behind), OURS);
        assertEquals(Optional.of(false), SyncRules.told(w));
        w = second(Mode.PREFERRED, Optional.of(behind), OURS);
        assertEquals(Optional.of(false), SyncRules.told(w));
        second(Mode.PREFERRED, Optional.of(end), OURS);
        w = second(Mode.PREFERRED, Optional.of(end), OURS);
        assertEquals(Optional.of(true), SyncRules.told(w));
    }

    @Test
    void aStandbyWhosePowerIsGoneAndThatIsStillShownIsLetGoInTime() {
        becomeSynchronous(Mode.PREFERRED);
        given.peerSilent();
        long last = end;
        int seconds = 0;
        while (sync.stage() != Stage.ALONE && seconds < 60) {
            second(Mode.PREFERRED, Optional.of(last), OURS);
            seconds++;
        }
        assertTrue(seconds <= TIMEOUT.toSeconds() + 1, () -> "it took longer: " + sync);
        assertTrue(seconds > 5, () -> "the standby might have taken over still: " + sync);
    }

    @Test
    void aStandbyThatSaysThatItKnowsIsLetGoAtOnce() {
        becomeSynchronous(Mode.PREFERRED);
        second(Mode.PREFERRED, Optional.empty(), OURS);
        assertEquals(Stage.PARTING, sync.stage());
        given.peerSynchronous(Optional.of(false));
        World w = second(Mode.PREFERRED, Optional.empty(), OURS);
        assertEquals(Stage.ALONE, sync.stage());
        assertEquals(Optional.of(""), SyncRules.wanted(w));
    }

    @Test
    void aPrimaryThatHoldsNoLeaseNeverGoesOnAlone() {
        given = Given.primary().guard(Guard.WITNESS);
        becomeSynchronous(Mode.PREFERRED);
        given.peerSilent();
        for (int i = 0; i < 2 * TIMEOUT.toSeconds(); i++) {
            second(Mode.PREFERRED, Optional.empty(), OURS);
        }
        assertEquals(Stage.PARTING, sync.stage());
    }

    @Test
    void aStrictPrimaryNeverGoesOnAloneButCloses() {
        becomeSynchronous(Mode.STRICT);
        given.peerSilent();
        long last = end;
        World w = second(Mode.STRICT, Optional.of(last), OURS);
        assertFalse(SyncRules.keepsClosed(w, w.memory()));
        for (int i = 0; i < TIMEOUT.toSeconds() + 2; i++) {
            w = second(Mode.STRICT, Optional.of(last), OURS);
        }
        assertEquals(Stage.SYNCHRONOUS, sync.stage());
        assertEquals(Optional.of(true), SyncRules.told(w));
        assertTrue(SyncRules.keepsClosed(w, w.memory()), sync::toString);
    }

    @Test
    void aNewPrimaryServesAloneAtOnce() {
        given = Given.primary().state(NodeState.PRIMARY, 4, Given.A);
        sync = Sync.none(Given.at(0));
        World w = world(given.later(Duration.ofSeconds(1)), Mode.STRICT);
        assertEquals(Stage.ALONE, SyncRules.next(w, new Epoch(3)).stage());
    }

    /** It has told the standby that it has everything, in this epoch: who believes that may take over at any time. */
    @Test
    void aPrimaryThatWasIsolatedGoesOnInItsEpochAndDoesNotBeginItAlone() {
        Epoch atStart = new Epoch(Given.EPOCH.number() - 1);
        becomeSynchronous(Mode.STRICT);
        next(Given.primary().state(NodeState.ISOLATED, Given.EPOCH.number(), Given.A), atStart);
        assertEquals(Stage.NONE, sync.stage());

        next(Given.primary().followed(List.of(), OURS), atStart);
        assertEquals(Stage.RESTORING, sync.stage());
        next(Given.primary().followed(List.of(), OURS), atStart);
        assertEquals(Stage.RESTORING, sync.stage());

        next(Given.primary().state(NodeState.ISOLATED, Given.EPOCH.number(), Given.A), atStart);
        next(
                Given.primary()
                        .state(NodeState.PRIMARY, Given.EPOCH.number() + 1, Given.A)
                        .followed(List.of(), OURS),
                atStart);
        assertEquals(Stage.ALONE, sync.stage());
    }

    private void next(Given seen, Epoch atStart) {
        sync = SyncRules.next(world(seen, Mode.STRICT), atStart);
    }

    /** What is given, with this mode, and where the node stands in it. */
    private World world(Given seen, Mode mode) {
        World plain = seen.world();
        return new World(
                plain.now(),
                plain.memory(),
                plain.tally().withSync(sync),
                plain.policy().withSync(new SyncPolicy(mode, TIMEOUT)),
                plain.id());
    }

    @Test
    void aStandbyThatWasNotToldTheTruthLatelyDoesNotTakeOver() {
        for (Optional<Boolean> told :
                List.of(Optional.<Boolean>empty(), Optional.of(false), Optional.of(true))) {
            World plain = Given.standby().peerSynchronous(told).world();
            World w = new World(
                    plain.now(),
                    plain.memory(),
                    plain.tally(),
                    plain.policy().withSync(new SyncPolicy(Mode.PREFERRED, TIMEOUT)),
                    plain.id());
            boolean would = Eligibility.vetoes(w).stream().noneMatch(v -> v.startsWith("sync "));
            assertEquals(told.orElse(false), would);
        }
    }
}
