package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Lsn;
import io.pgha.postgres.CommitCounter;
import io.pgha.postgres.ControlFailed;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Clients' commits are counted exactly, nobody else's, and a WAL that cannot be read is no zero. */
@Tag("netns")
@Timeout(180)
final class CommitCounterIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String PROBE =
            "begin; set local synchronous_commit = local; select pg_logical_emit_message(true, 'pgha', 'probe'); commit";

    private static PgInstance server;

    @BeforeAll
    static void start() {
        server = PgInstance.started("autovacuum = off", "max_prepared_transactions = 5");
        server.sql("create table t (a int primary key, b text)");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Lsn here() {
        return Lsn.parse(server.ask("select pg_current_wal_insert_lsn()"));
    }

    private static long count(Lsn from, int timeline) throws ControlFailed {
        return new CommitCounter(server.settings(), LIMIT).count(from, timeline);
    }

    @Test
    void nothingAfterThePositionIsZeroOnlyWhereTheWalReallyEnds() throws Exception {
        assertEquals(0, count(here(), 1));
        assertThrows(ControlFailed.class, () -> count(here(), 7));
        assertThrows(ControlFailed.class, () -> count(new Lsn(1 << 20), 1));
    }

    @Test
    void clientsCommitsAreCountedAndOurProbesAreNot() throws Exception {
        Lsn from = here();
        server.sql(PROBE, PROBE);
        assertEquals(0, count(from, 1));

        server.sql(
                "insert into t select i, 'x' from generate_series(1, 10) i",
                PROBE,
                "begin; savepoint s; insert into t values (100, 'y'); release s; delete from t where a = 5; commit",
                "begin; insert into t values (200, 'z'); rollback",
                "begin; insert into t values (300, 'z'); prepare transaction 'one'",
                "begin; insert into t values (301, 'z'); prepare transaction 'two'",
                "commit prepared 'one'",
                "commit prepared 'two'",
                PROBE,
                "select 1");
        assertEquals(4, count(from, 1));
    }

    @Test
    void aClientThatSendsMessagesOfItsOwnIsCounted() throws Exception {
        Lsn from = here();
        server.sql("select pg_logical_emit_message(true, 'theirs', 'pgha')");
        assertEquals(1, count(from, 1));
    }

    @Test
    void whatAnalyzeKeepsIsNobodysLoss() throws Exception {
        server.sql(
                "insert into t select i, repeat('x', i % 10) from generate_series(1000, 3000) i");
        Lsn from = here();
        server.sql("analyze t", "vacuum t");
        assertEquals(0, count(from, 1));
        // As autovacuum does after a while: a transaction for each table.
        Lsn all = here();
        server.sql("analyze");
        assertEquals(0, count(all, 1));
        server.sql("create function f() returns int language sql as 'select 1'");
        assertEquals(1, count(from, 1));
    }

    @Test
    void manyCommitsAreCountedWithoutBeingHeld() throws Exception {
        Lsn from = here();
        server.sql(
                "do $$ begin for i in 1..3000 loop insert into t values (10000 + i, 'x'); commit; end loop; end $$");
        long began = System.nanoTime();
        assertEquals(3000, count(from, 1));
        System.out.println(
                "3000 commits counted in " + (System.nanoTime() - began) / 1_000_000 + " ms");
    }

    @Test
    void aDeadlineThatPassesIsNotAnAnswer() {
        Lsn from = here();
        assertThrows(
                ControlFailed.class,
                () -> new CommitCounter(server.settings(), Duration.ofMillis(1)).count(from, 1));
    }

    @Test
    void bothSidesOfAForkAreCountedAlsoWhenTheServerIsDown() throws Exception {
        try (PgInstance primary = PgInstance.started("autovacuum = off");
                PgInstance standby = primary.standby()) {
            primary.sql("create table t (a int)");
            standby.start();
            PgInstance.await(
                    "the table",
                    () -> standby.ask("select count(*) from pg_class where relname = 't'")
                            .equals("1"));
            standby.promote();
            primary.sql("insert into t values (1)", "insert into t values (2)");
            standby.sql("insert into t values (3)");
            primary.kill();
            Lsn fork = io.pgha.postgres.TimelineHistory.read(standby.data(), 2)
                    .get(0)
                    .at();

            assertEquals(2, new CommitCounter(primary.settings(), LIMIT).count(fork, 1));
            assertEquals(1, new CommitCounter(standby.settings(), LIMIT).count(fork, 2));
        }
    }

    @Test
    void aHoleInTheWalIsNotItsEnd() throws Exception {
        try (PgInstance other = PgInstance.started("autovacuum = off", "wal_keep_size = 512MB")) {
            Lsn from = Lsn.parse(other.ask("select pg_current_wal_insert_lsn()"));
            other.sql(
                    "create table t (a int)", "select pg_switch_wal()", "insert into t values (1)");
            Path hole = other.data()
                    .resolve("pg_wal")
                    .resolve(other.ask("select pg_walfile_name(pg_current_wal_lsn())"));
            other.sql("select pg_switch_wal()", "insert into t values (2)", "checkpoint");
            other.stop("fast");
            Path aside = other.base().resolve("aside");
            Files.move(hole, aside);
            ControlFailed missing = assertThrows(
                    ControlFailed.class,
                    () -> new CommitCounter(other.settings(), LIMIT).count(from, 1));
            assertTrue(missing.words().contains(hole.getFileName().toString()), missing.words());

            byte[] bytes = Files.readAllBytes(aside);
            java.util.Arrays.fill(bytes, 0, 8192, (byte) 0);
            Files.write(hole, bytes);
            assertThrows(
                    ControlFailed.class,
                    () -> new CommitCounter(other.settings(), LIMIT).count(from, 1));
        }
    }
}
