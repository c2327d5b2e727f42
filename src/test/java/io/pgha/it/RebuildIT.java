package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Lsn;
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
import java.util.Optional;

/** What real PostgreSQL says when a standby can never follow again. */
@Tag("netns")
class RebuildIT {

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
