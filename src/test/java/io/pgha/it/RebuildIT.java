package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.NextSegment;
import io.pgha.postgres.PeerSlot;
import io.pgha.postgres.RebuildReason;
import io.pgha.postgres.RebuildReason.Kind;
import io.pgha.postgres.RebuildReason.Standby;
import io.pgha.postgres.RebuildReason.Verdict;
import io.pgha.postgres.ServerLog;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What real PostgreSQL says when a standby can never follow again. */
@Tag("netns")
class RebuildIT {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Test
    void aStandbyWhoseWalIsGoneOrWhoseTimelineForkedNeedsARebuild() throws Exception {
        try (PgInstance primary =
                        PgInstance.started("wal_keep_size = 0", "max_slot_wal_keep_size = '16MB'");
                PgInstance standby = primary.standby()) {
            try (Connection connection = primary.connect()) {
                assertEquals("reserved", PeerSlot.ensure(connection, "s", 1).walStatus());
                assertEquals("s", PeerSlot.ensure(connection, "s", 1).name());
            }
            assertEquals(Kind.UNKNOWN, judge(standby, Optional.empty()).kind());

            for (int i = 0; i < 5; i++) {
                primary.sql(
                        "select pg_logical_emit_message(true, '', '')", "select pg_switch_wal()");
            }
            primary.sql("checkpoint", "select pg_switch_wal()", "checkpoint");
            standby.startWithoutWaiting();
            PgInstance.await(
                    "REBUILD NEEDED",
                    () -> judge(standby, Optional.empty()).kind() == Kind.REBUILD_NEEDED);
            assertTrue(judge(standby, Optional.empty()).why().startsWith("requested WAL segment"));

            try (Connection connection = primary.connect()) {
                PeerSlot lost = PeerSlot.look(connection, "s", 1).orElseThrow();
                assertEquals("lost", lost.walStatus());
                PeerSlot made = PeerSlot.ensure(connection, "s", 1);
                assertEquals("reserved", made.walStatus());
            }
        }
    }

    @Test
    void whoHasReplayedAllItHasKnowsWhetherThePrimaryHasTheNextSegment() throws Exception {
        try (PgInstance primary = PgInstance.started("wal_keep_size = 0");
                PgInstance standby = primary.standby();
                LocalPostgres local =
                        new LocalPostgres(standby.settings(), LIMIT, () -> new MonoTime(0))) {
            standby.start();
            PgInstance.await(
                    "it follows",
                    () -> standby.ask("select exists (select from pg_stat_wal_receiver)")
                            .equals("t"));
            standby.sql("select pg_wal_replay_pause()");
            for (int i = 0; i < 5; i++) {
                primary.sql(
                        "select pg_logical_emit_message(true, '', '')", "select pg_switch_wal()");
            }
            String end = primary.ask("select pg_current_wal_flush_lsn()::text");
            PgInstance.await(
                    "it has all",
                    () -> standby.ask("select pg_last_wal_receive_lsn() >= '" + end + "'")
                            .equals("t"));
            primary.sql("checkpoint");
            Lsn replayed = Lsn.parse(standby.ask("select pg_last_wal_replay_lsn()::text"));
            try (Connection connection = primary.connect()) {
                assertTrue(
                        NextSegment.missing(connection, replayed, 1, List.of()).isPresent(),
                        "what is replayed yet is gone at the primary");
                assertFalse(local.awaitsWal(), "and nobody needs it");
                assertEquals(
                        Optional.empty(),
                        NextSegment.missing(connection, Lsn.parse(end), 1, List.of()));
            }
            standby.sql("select pg_wal_replay_resume()");
            Lab.await("it waits for more", LIMIT, local::awaitsWal);
        }
    }

    private static Verdict judge(PgInstance standby, Optional<RebuildReason.Primary> primary) {
        try {
            return RebuildReason.judge(
                    new Standby("1", 1, new Lsn(1), false, false),
                    primary,
                    java.nio.file.Files.exists(standby.log())
                            ? ServerLog.lastLines(standby.log())
                            : java.util.List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
