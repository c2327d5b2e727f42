package io.pgha.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** Makes the database of a pair as large as wanted, through the primary, so that the standby has it too. */
final class Filling {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long GIGABYTE = 1L << 30;
    /** Four rows fill a page, and none is compressed or put elsewhere. */
    private static final int ROW_BYTES = 1_960;

    private static final int ROWS_AT_A_TIME = 16_384;
    /** Beside the data of both nodes there may be the copy that a rebuild makes, and WAL. */
    private static final int COPIES = 4;

    private static final long BEHIND_BYTES = 64L << 20;
    private static final String CAUGHT_UP =
            "select count(*) from pg_stat_replication where pg_current_wal_lsn() - replay_lsn < "
                    + BEHIND_BYTES;

    private Filling() {}

    /**
     * Fills it, and waits until both nodes have it on disk.
     *
     * @throws IllegalStateException when there is not enough room for that on this machine's disk
     */
    static void fill(Lab lab, double gigabytes) {
        long wanted = (long) (gigabytes * GIGABYTE);
        mustHaveRoom(lab, COPIES * (wanted + GIGABYTE));
        LabPostgres primary = BenchBed.primary(lab).postgres();
        primary.sql("app", "create table filling (body text) with (autovacuum_enabled = off)");
        String more = "insert into filling select repeat('x', %d) from generate_series(1, %d)"
                .formatted(ROW_BYTES, ROWS_AT_A_TIME);
        while (Long.parseLong(primary.sql("app", "select pg_database_size('app')")) < wanted) {
            primary.sql("app", more, PATIENCE);
            // Farther behind than its slot may hold WAL for, the standby would have to be copied.
            lab.expect(
                    "the standby keeps up",
                    PATIENCE,
                    () -> primary.sql("app", CAUGHT_UP).equals("1"));
        }
        for (LabNode node : List.of(lab.node1(), lab.node2())) {
            node.postgres().sql("postgres", "checkpoint", PATIENCE);
        }
        Run.within(PATIENCE, List.of("sync", "-f", lab.home().toString())).orFail();
    }

    private static void mustHaveRoom(Lab lab, long bytes) {
        try {
            long room = Files.getFileStore(lab.home()).getUsableSpace();
            if (room < bytes) {
                throw new IllegalStateException("no room: " + bytes / GIGABYTE
                        + " GB are needed, and the disk of the lab has " + room / GIGABYTE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no look at the lab's disk", e);
        }
    }
}
