package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What may go wrong on the standby, and at the hands of people, in the moment in which it is to take over: each ends in a stated
 * state in which one node serves or says what to type, and nothing is lost that was not said to be.
 */
@Tag("netns")
@NeedsNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileTakeoverIT {

    private static final String RESUME = "select pg_wal_replay_resume()";
    private static final String FAR = "10min";
    /** Those that the journal shows: what is only recorded goes to the disk with the one before. */
    private static final List<Integer> TAKEOVER = List.of(1, 2, 3, 5, 6);
    /** One kill voids the workflow, which is begun anew; some come too late, on a busy machine many. */
    private static final int ROUNDS = 20;

    private final StruckPair pair = new StruckPair(LabOptions.shipped()
            .withDisks()
            .with(List.of("promote_timeout = 10s", "clean_stop_grace = 5s")));

    @AfterAll
    void close() {
        pair.close();
    }

    /** What a daemon says from now on. */
    private record Ear(LabNode node, int from) {
        static Ear at(LabNode node) {
            return new Ear(node, node.daemon().logged().length());
        }

        boolean hears(String words) {
            return node.daemon().logged().substring(from).contains(words);
        }
    }

    @Test
    void aPausedReplayKeepsThePrimaryThatCrashedWhereItIs() {
        losesNothing("replay paused, crash", round -> {
            Ear primary = Ear.at(round.primary());
            pauseReplay(round);
            round.expect("the primary knows", () -> shows(round.primary(), RESUME));
            round.primary().postgres().crash();
            // Its orphans may acknowledge rows until they notice: a write alone does not say that
            // it serves again.
            round.expect("it says why", () -> primary.hears("no standby would take over"));
            round.recorder().awaitWrites(round.primary());

            assertFalse(round.standby().postgres().isPrimary(), round.lab()::diagnosis);
            round.standby().postgres().sql("postgres", RESUME);
        });
    }

    @Test
    void aPausedReplayHoldsTheTakeoverFromADeadMachineUntilItIsResumed() {
        pair.run("replay paused, power loss", round -> {
            LabPostgres standby = round.standby().postgres();
            pauseReplay(round);
            round.primary().postgres().sql("app", "create table after_the_pause ()");
            standby.awaitReceived(round.primary().postgres());
            round.primary().powerOff();
            round.expect(
                    "it says what to type",
                    () -> shows(round.standby(), "but not taking over")
                            && shows(round.standby(), RESUME));
            round.assertNobodyServes(Duration.ofSeconds(1));

            standby.sql("postgres", RESUME);
            round.awaitTakeover();
            // What was received is there, though it had not been replayed.
            standby.sql("app", "drop table after_the_pause");
            round.lab().powerOn(round.primary());
        });
    }

    @Test
    void aReportThatHoldsReplayUpIsEndedByATakeoverAndTheBacklogIsReplayed() {
        losesNothing("replay held up by a report, crash", round -> {
            LabPostgres standby = round.standby().postgres();
            LabPostgres primary = round.primary().postgres();
            Ear heir = Ear.at(round.standby());
            primary.sql("app", "create table held (); grant select on held to app");
            standby.set("max_standby_streaming_delay", "-1");
            standby.awaitReplayed(primary);
            standby.beginSession("select count(*), pg_sleep(600) from held");
            primary.sql("app", "drop table held");
            ballast(primary, 30);
            standby.awaitReceived(primary);
            primary.crash();
            round.awaitTakeover();

            round.expect("it is said", () -> heir.hears("for which replay waited"));
            standby.reset("max_standby_streaming_delay");
            standby.sql("app", "drop table ballast");
        });
    }

    @Test
    void aDelayedStandbyTakesOverWithAllThatWasSentAndAllThatIsFetched() {
        losesNothing("delayed standby, crash", round -> {
            LabPostgres standby = round.standby().postgres();
            LabPostgres primary = round.primary().postgres();
            Ear heir = Ear.at(round.standby());
            standby.set("recovery_min_apply_delay", FAR);
            ballast(primary, 5);
            standby.awaitReceived(primary);
            standby.freezeReceiver();
            primary.sql("app", "insert into ballast select * from ballast");
            round.recorder().awaitWrites(round.primary());
            primary.crash();
            round.awaitTakeover();

            round.expect("it is said", () -> heir.hears("rescued "));
            round.expect(
                    "the delay is back",
                    () -> LivePair.read(standby.data().resolve("postgresql.auto.conf"))
                            .contains(FAR));
            standby.reset("recovery_min_apply_delay");
            standby.sql("app", "drop table ballast");
        });
    }

    @Test
    void aPromotionThatHangsIsGivenUpAndTheOldPrimaryServesAgain() {
        losesNothing("promotion hangs", round -> {
            Ear heir = Ear.at(round.standby());
            round.standby().postgres().freezeReplay();
            // A clean stop sends everything first, so that there is nothing to fetch.
            round.primary().postgres().stop();
            round.recorder().awaitWrites(round.primary(), StruckPair.PATIENCE);

            assertFalse(round.standby().postgres().isPrimary(), round.lab()::diagnosis);
            round.expect("it is said", () -> heir.hears("it was stopped"));
            round.expect("it is said", () -> heir.hears("ended before it was promoted"));
        });
    }

    @Test
    void aPromotionThatHangsWhileThePrimaryIsSilentIsTriedAgainOnAFreshServer() {
        pair.run("promotion hangs, power loss", round -> {
            Ear heir = Ear.at(round.standby());
            round.standby().postgres().freezeReplay();
            round.primary().powerOff();
            round.awaitTakeover();

            round.expect("it is said", () -> heir.hears("it was stopped"));
            round.lab().powerOn(round.primary());
        });
    }

    @Test
    void anOldPrimaryStartedByHandAfterItCededIsStoppedAgainByWhoTakesOver() {
        startedByHand("old primary started by hand", 0);
    }

    @Test
    void anOldPrimaryStartedByHandInTheMiddleOfARescueEndsItAndOneOfBothServes() {
        startedByHand("old primary started by hand in a rescue", 80);
    }

    /** Its WAL is not final then: what could not be fetched before is lost, and said. */
    private void startedByHand(String what, int megabytes) {
        Ear heir = Ear.at(pair.lab().other(pair.primary()));
        Recording seen = pair.run(what, round -> {
            LabPostgres primary = round.primary().postgres();
            if (megabytes > 0) {
                primary.sql("postgres", "checkpoint");
                RescueIT.fallBehind(round.lab(), round.primary(), megabytes);
                round.recorder().awaitWrites(round.primary());
            }
            primary.crash();
            Lab.await(
                    "it ceded",
                    StruckPair.PATIENCE,
                    () -> round.primary().daemon().is("CEDED")
                            || round.primary().daemon().is("DEPOSED"));
            primary.begin();
            round.recorder().awaitServed();

            round.expect(
                    "one is open",
                    () -> round.lab().isOpen(round.primary())
                            != round.lab().isOpen(round.standby()));
            dropBallast(round.lab());
        });
        assertTrue(
                seen.lost(pair.primary()).isEmpty() || heir.hears(" bytes of WAL: "),
                pair.lab()::diagnosis);
    }

    @Test
    void aStandbyWithoutRoomToBePromotedGivesTheRoleBack() {
        losesNothing("no room for the promotion", round -> {
            LabNode standby = round.standby();
            Ear heir = Ear.at(standby);
            standby.storage().fill(2);
            round.primary().postgres().stop();
            round.recorder().awaitWrites(round.primary(), StruckPair.PATIENCE);

            standby.storage().empty();
            round.expect("it is said", () -> heir.hears("ended before it was promoted"));
            // It may be down, on its way up, or up.
            round.expect(
                    "its PostgreSQL runs again",
                    () -> standby.postgres().isReady()
                            || standby.daemon()
                                            .run(List.of("check-start", "--yes"))
                                            .code()
                                    == 0);
        });
    }

    @Test
    void aDiskThatCannotBeReadIsSaidToHideWhatNobodyKnowsAndAFrozenReceiverHoldsNothingUp() {
        Recording seen = pair.run("disk unreadable", round -> {
            Ear heir = Ear.at(round.standby());
            round.standby().postgres().freezeReceiver();
            round.primary().postgres().crashWithUnreadableWal();
            round.awaitTakeover();

            round.expect("it is said", () -> heir.hears("it is not known whether"));
            round.expect("it is said", () -> heir.hears("WAL cannot be read"));
        });
        // Whatever held the promotion up would hold it up for promote_timeout.
        assertTrue(seen.longestGapMillis() < 10_000, () -> seen.longestGapMillis() + " ms");
    }

    @Test
    void aTakeoverSurvivesAKillOfItsDaemonAtEachStep() {
        Interruption takeover = new Interruption(pair.lab(), TAKEOVER);
        for (int round = 0; round < ROUNDS && !takeover.isComplete(); round++) {
            losesNothing("daemon killed in a takeover", struck -> {
                RescueIT.fallBehind(struck.lab(), struck.primary(), 8);
                struck.recorder().awaitWrites(struck.primary());
                takeover.after(() -> struck.primary().postgres().crash(), struck.standby());
                struck.recorder().awaitServed();
                dropBallast(struck.lab());
            });
        }
        System.out.println("takeover " + takeover);
        assertTrue(takeover.isComplete(), takeover::toString);
    }

    /** Whoever serves in the end has every acknowledged row. */
    private void losesNothing(String what, StruckPair.Blow blow) {
        Recording seen = pair.run(what, blow);
        assertEquals(0, seen.lost(pair.primary()).size(), pair.lab()::diagnosis);
    }

    private static void pauseReplay(StruckPair.Round round) {
        round.standby().postgres().sql("postgres", "select pg_wal_replay_pause()");
    }

    private static boolean shows(LabNode node, String words) {
        return node.daemon().status().filter(s -> s.text().contains(words)).isPresent();
    }

    private static void ballast(LabPostgres primary, int megabytes) {
        primary.sql(
                "app",
                "create table ballast as select repeat('x', 1000) from generate_series(1, "
                        + megabytes * 1000 + ")");
    }

    private static void dropBallast(Lab lab) {
        lab.expect(
                "the ballast is gone",
                StruckPair.PATIENCE,
                () -> Stream.of(lab.node1(), lab.node2())
                        .filter(lab::isOpen)
                        .anyMatch(node -> node.postgres()
                                        .trySql("app", "drop table if exists ballast")
                                        .code()
                                == 0));
    }
}
