package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.postgres.DataDirectory;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A primary that was replaced follows the new one: by a start, by a rewind, or anew, and never over a client's commit unasked. */
@Tag("netns")
@NeedsNamespaces
class RejoinIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CHANGES = 10;
    private static final int SEGMENTS = 8;
    private static final LabOptions FAST = LabOptions.shipped().withProfile("fast");

    @Test
    void theRoleChangesTenTimesInARowWithoutAHandACopyOrALostRow() {
        try (Lab lab = Lab.open(FAST)) {
            lab.trafficManager();
            Recorder recorder = lab.record(Recorder.Pace.EASY);
            LabNode from = lab.node1();
            for (int change = 0; change < CHANGES; change++) {
                LabNode to = lab.other(from);
                // A commit that was not sent yet would rightly wait for a person.
                from.cut(Wires.Side.CLIENTS);
                lab.expect("the standby has all", PATIENCE, caughtUp(from, to));
                if (change % 3 == 2) {
                    from.postgres().holdWal();
                    from.postgres().sql("postgres", "checkpoint");
                }
                from.postgres().crash();
                lab.expect(to.name() + " is primary", PATIENCE, to.postgres()::isPrimary);
                lab.heal();
                recorder.awaitWrites(to);
                follows(lab, from);
                // Until it has replayed the change of timeline it would rightly not take over.
                lab.expect(from.name() + " would take over", PATIENCE, to.daemon()::knowsOfAnHeir);
                from = to;
            }
            Recording recording = recorder.stop();
            // It follows before the last step of its workflow is done.
            lab.expect("each came back", PATIENCE, () -> count(lab, "rejoin done") >= CHANGES);
            System.out.println("rejoin: " + count(lab, "rejoin done") + " of " + CHANGES
                    + ", of them by rewind " + count(lab, "bytes of diverged WAL"));
            assertEquals(0, recording.lost(from).size(), lab::diagnosis);
            assertEquals(0, recording.twoPrimariesMillis(), lab::diagnosis);
            assertEquals(CHANGES, count(lab, "rejoin done"), lab::diagnosis);
            assertEquals(0, count(lab, "initialize as standby"), lab::diagnosis);
        }
    }

    @Test
    void clientCommitsThatTheNewPrimaryLacksAreDiscardedByAPersonOnlyAndSavedBefore()
            throws IOException {
        try (Lab lab = Lab.open(FAST)) {
            LabNode old = replaceWithUnsentCommits(lab, lab.node1());
            lab.watch(
                    "it waits for a person",
                    Duration.ofSeconds(3),
                    () -> !old.postgres().isReady() && old.daemon().is("DEPOSED"));
            Run dry = old.daemon().run(List.of("rejoin", "--dry-run"));
            assertEquals(0, dry.code(), dry::toString);
            assertTrue(dry.out().contains("3 commits of clients are discarded"), dry::toString);
            assertTrue(dry.out().contains("pg_rewind"), dry::toString);
            Run unasked = old.daemon().run(List.of("rejoin"));
            assertEquals(2, unasked.code(), unasked::toString);

            ownFiles(lab.node1());
            ownFiles(lab.node2());
            Run rejoin = old.daemon().run(List.of("rejoin", "--yes"));
            assertEquals(0, rejoin.code(), () -> rejoin + lab.diagnosis());
            follows(lab, old);
            hasItsOwnFiles(old);
            assertEquals(
                    "0", old.postgres().sql("app", "select count(*) from recorded where id < 0"));
            Path saved = saved(old);
            String summary = Files.readString(saved.resolve("summary.txt"));
            assertTrue(summary.contains("3 of them commits of clients"), summary);
            assertTrue(summary.contains("desc: COMMIT"), summary);
            try (Stream<Path> files = Files.list(saved)) {
                assertTrue(files.anyMatch(f -> f.getFileName().toString().startsWith("00000001")));
            }
            assertEquals(0, count(lab, "initialize as standby"), lab::diagnosis);

            interrupted(lab, lab.node2());
            hasItsOwnFiles(lab.node2());
            otherDatabase(lab, lab.node1());
        }
    }

    @Test
    void whoComesBackLateFindsTheWalSinceTheTakeoverOrIsToldThatItIsGone() {
        try (Lab lab = Lab.open(FAST)) {
            LabNode first = lab.node1();
            LabNode second = lab.node2();
            takeOverAndWriteOn(
                    lab, first, second, Optional.of("select pg_drop_replication_slot('pgha')"));
            lab.powerOn(first);
            lab.expect(
                    "it is told",
                    PATIENCE,
                    () -> first.daemon()
                            .status()
                            .filter(s -> s.text().contains("has removed WAL")
                                    && s.text().contains("pgha initialize here"))
                            .isPresent());
            first.daemon()
                    .run(List.of("initialize", "--as", "standby", "--yes"))
                    .orFail();
            follows(lab, first);
            int copies = count(lab, "initialize as standby begins");

            takeOverAndWriteOn(lab, second, first, Optional.empty());
            lab.powerOn(second);
            follows(lab, second);
            assertEquals(copies, count(lab, "initialize as standby begins"), lab::diagnosis);
            lab.expect("a standby keeps none", PATIENCE, second.postgres()::keepsNoWal);
            assertEquals(1, first.postgres().slots(), lab::diagnosis);
        }
    }

    /** The primary's machine dies, and the heir writes much more than it keeps for nobody. */
    private static void takeOverAndWriteOn(
            Lab lab, LabNode primary, LabNode heir, Optional<String> first) {
        lab.expect("the standby has all", PATIENCE, caughtUp(primary, heir));
        lab.expect("it would take over", PATIENCE, primary.daemon()::knowsOfAnHeir);
        primary.powerOff();
        lab.expect("the heir is open", PATIENCE, () -> lab.isOpen(heir));
        lab.expect("the heir is idle", PATIENCE, heir.daemon()::isIdle);
        first.ifPresent(sql -> heir.postgres().sql("postgres", sql));
        for (int segment = 0; segment < SEGMENTS; segment++) {
            heir.postgres().sql("app", "create table late (id int); drop table late");
            heir.postgres().sql("postgres", "select pg_switch_wal()");
            heir.postgres().sql("postgres", "checkpoint");
        }
    }

    /** The daemon is killed while pg_rewind writes. */
    private static void interrupted(Lab lab, LabNode primary) throws IOException {
        LabNode old = replaceWithUnsentCommits(lab, primary);
        Thread typing = new Thread(() -> old.daemon().run(List.of("rejoin", "--yes")), "typing");
        Path ledger = old.disk().resolve("data.pgha-rewind");
        ProcessHandle daemon = old.daemon().handle();
        typing.start();
        Lab.await(
                "pg_rewind writes",
                PATIENCE,
                () -> Files.exists(ledger) && Files.readString(ledger).contains("REWRITING"));
        daemon.destroyForcibly();
        Lab.await("pgha is dead", PATIENCE, () -> !old.daemon().runs());
        DataDirectory data = new DataDirectory(old.postgres().data());
        String obstacle = lookAt(data);
        assertTrue(obstacle.contains("pg_rewind was interrupted"), obstacle);
        old.daemon().start();
        follows(lab, old);
        lab.expect(
                "it is said",
                PATIENCE,
                () -> old.daemon().logged().contains("copied anew, since the rejoin failed"));
        lab.expect(
                "nothing is left of it",
                PATIENCE,
                () -> !Files.exists(ledger) && lookAt(data).isEmpty());
    }

    /** One that PostgreSQL may read and not write, which pg_rewind alone dies of, and one that the other node does not have. */
    private static void ownFiles(LabNode node) throws IOException {
        Path data = node.postgres().data();
        Files.writeString(data.resolve("own.key"), node.name());
        Run.of(List.of("chown", "root:postgres", data.resolve("own.key").toString()))
                .orFail();
        Run.of(List.of("chmod", "0440", data.resolve("own.key").toString())).orFail();
        Path log = Files.createDirectory(data.resolve("log-of-" + node.name()));
        Files.writeString(log.resolve("yesterday"), node.name());
        Run.of(List.of("chown", "-R", "postgres:postgres", log.toString())).orFail();
    }

    private static void hasItsOwnFiles(LabNode node) throws IOException {
        Path data = node.postgres().data();
        assertEquals(node.name(), Files.readString(data.resolve("own.key")));
        assertEquals(
                node.name(),
                Files.readString(data.resolve("log-of-" + node.name()).resolve("yesterday")));
    }

    private static String lookAt(DataDirectory data) {
        try {
            return data.obstacle().orElse("");
        } catch (io.pgha.postgres.DataDirectoryException e) {
            throw new AssertionError(e);
        }
    }

    /** Somebody put another cluster into the place of the data. */
    private static void otherDatabase(Lab lab, LabNode primary) {
        LabNode old = replaceWithUnsentCommits(lab, primary);
        old.daemon().stop();
        Path data = old.postgres().data();
        Run.of(List.of("rm", "-rf", data.toString())).orFail();
        Run.within(
                        PATIENCE,
                        Machine.asPostgres(
                                "-all",
                                List.of(
                                        Template.program("initdb"),
                                        "-D",
                                        data.toString(),
                                        "-U",
                                        "postgres",
                                        "-N")))
                .orFail();
        old.daemon().start();
        lab.expect("it says so", PATIENCE, () -> {
            Run rejoin = old.daemon().run(List.of("rejoin", "--yes"));
            return rejoin.code() == 5 && rejoin.err().contains("system identifier");
        });
        assertFalse(old.postgres().isReady(), lab::diagnosis);
    }

    /**
     * The primary's machine dies with commits that it could not send, so that nobody can fetch them; returns the old primary
     * when the new one serves, and it has booted and knows that it was replaced.
     */
    private static LabNode replaceWithUnsentCommits(Lab lab, LabNode from) {
        LabNode to = lab.other(from);
        lab.expect("the standby follows", PATIENCE, to.postgres()::isStreaming);
        lab.expect("the standby would take over", PATIENCE, () -> to.daemon().isSteady());
        from.postgres().holdWal();
        for (int row = 1; row <= 3; row++) {
            from.postgres().sql("app", "insert into recorded values (-" + row + ")");
        }
        from.powerOff();
        lab.expect(to.name() + " is open", PATIENCE, () -> lab.isOpen(to));
        lab.expect(to.name() + " is idle", PATIENCE, to.daemon()::isIdle);
        lab.powerOn(from);
        lab.expect("it was replaced", PATIENCE, () -> from.daemon().is("DEPOSED"));
        lab.expect(
                "it is known how",
                PATIENCE,
                () -> from.daemon()
                        .status()
                        .filter(s -> s.text().contains("pgha rejoin here"))
                        .isPresent());
        return from;
    }

    private static java.util.concurrent.Callable<Boolean> caughtUp(LabNode from, LabNode to) {
        return () -> {
            String sent = from.postgres().sql("postgres", "select pg_current_wal_flush_lsn()");
            return to.postgres()
                    .sql("postgres", "select pg_last_wal_receive_lsn() >= '" + sent + "'")
                    .equals("t");
        };
    }

    private static void follows(Lab lab, LabNode node) {
        lab.expect(node.name() + " follows", PATIENCE, node.postgres()::isStreaming);
        lab.expect(node.name() + " is a standby", PATIENCE, () -> node.daemon().is("STANDBY"));
        lab.expect(node.name() + " is steady", PATIENCE, node.daemon()::isSteady);
    }

    private static Path saved(LabNode node) throws IOException {
        try (Stream<Path> saved = Files.list(node.disk().resolve("state/diverged-wal"))) {
            return saved.findFirst().orElseThrow();
        }
    }

    private static int count(Lab lab, String words) {
        return (int) Stream.of(lab.node1(), lab.node2())
                .flatMap(node -> node.daemon().logged().lines())
                .filter(line -> line.contains(words))
                .count();
    }
}
