package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.it.PgInstance;
import io.pgha.model.ControlData;
import io.pgha.model.Lsn;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A primary that died within a record which goes on in the next segment, for which there was no room any more. */
@Timeout(120)
class TornWalIT {

    private static final int ALMOST_A_SEGMENT = 15 << 20;

    @Test
    void anOldPrimaryThatDiedWithinARecordFollowsTheNewOne() throws Exception {
        try (PgInstance old = PgInstance.started("autovacuum = off", "checkpoint_timeout = '1h'");
                PgInstance heir = old.standby()) {
            heir.start();
            String torn = tearAfterTheStandby(old, heir);
            Path lost = old.data().resolve("pg_wal").resolve(torn);
            old.kill();
            Files.deleteIfExists(lost);
            heir.start();
            heir.promote();

            ControlData crashed = new ControlFile(new Programs(old.settings())).read();
            EndOfWal endOfWal = new EndOfWal(old.data(), Duration.ofSeconds(10));
            Lsn end = endOfWal.of(crashed).end();
            assertEquals(
                    Optional.of("an unfinished record was cut off at " + end),
                    TornWal.cut(old.data(), crashed, endOfWal));
            assertEquals(
                    Optional.empty(), TornWal.cut(old.data(), crashed, endOfWal), "it is gone");
            String blind = TornWal.cut(old.data(), crashed, new EndOfWal(old.data(), Duration.ZERO))
                    .orElseThrow();
            assertTrue(blind.contains("not to its end"), blind);
            assertEquals(end, endOfWal.of(crashed).end(), "no whole record is");

            old.run("touch", old.data().resolve("standby.signal").toString());
            old.configure(
                    "primary_conninfo = 'host=127.0.0.1 user=postgres port=" + heir.port() + "'");
            old.start();
            heir.sql("create table later ()");
            PgInstance.await(
                    "the old primary has what the new one wrote",
                    () -> old.ask("select to_regclass('later') is not null").equals("t"));
        }
    }

    /**
     * Writes a record over the end of a segment which begins just where the standby has ended.
     *
     * @return the segment that it ends in
     */
    private static String tearAfterTheStandby(PgInstance primary, PgInstance standby) {
        primary.sql(
                "select pg_switch_wal()",
                "select pg_logical_emit_message(false, 'x', repeat('x', " + ALMOST_A_SEGMENT + "))",
                "checkpoint");
        String begun = "";
        while (begun.isEmpty()) {
            String position = primary.ask("select pg_current_wal_insert_lsn()");
            PgInstance.await(
                    "the standby has it",
                    () -> standby.ask("select pg_last_wal_receive_lsn() >= '" + position + "'")
                            .equals("t"));
            standby.stop("fast");
            begun = primary.ask(
                    "select coalesce((select pg_logical_emit_message(true, 'x', repeat('x', 3000000))"
                            + " where pg_current_wal_insert_lsn() = '" + position
                            + "')::text, '')");
            if (begun.isEmpty()) {
                standby.start();
            }
        }
        return primary.ask("select pg_walfile_name(pg_current_wal_insert_lsn())");
    }
}
