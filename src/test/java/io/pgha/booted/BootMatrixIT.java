package io.pgha.booted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The built packages of node and witness on three booted machines, from their installation to their purge. */
@Tag("systemd")
@NeedsBootedMachines
class BootMatrixIT extends BootMatrixContract {

    @Override
    String guard() {
        return "witness";
    }

    @Override
    BootedLab open() {
        return BootedLab.open(BootedLab.Thirds.WITNESS);
    }

    @Override
    void install(BootedLab lab) {
        Installation.postgres(lab);
        Installation.pgha(lab);
        lab.expect(
                "the witness may move the epoch",
                PATIENCE,
                () -> lab.witness()
                        .run("journalctl", "-u", "pgha-witness", "--no-pager")
                        .out()
                        .contains("the epoch may move"));
    }

    @Test
    @Order(20)
    void aPurgeLeavesPostgresRunningAndGivesItsBootBack() {
        BootedNode primary = settled();
        BootedNode standby = lab().other(primary);
        String pid = standby.mainPid("postgresql@15-main");

        standby.machine().run("apt-get", "purge", "-y", "-q", "pgha").orFail();

        assertEquals(pid, standby.mainPid("postgresql@15-main"));
        assertTrue(standby.isStreaming());
        String start = standby.machine()
                .run("grep", "-x", "auto", "/etc/postgresql/15/main/start.conf")
                .out();
        assertEquals("auto", start.strip());
        BootWatch.Sight sight = watch().begin();
        rebooted(sight, standby);
        lab().expect("PostgreSQL starts by itself", PATIENCE, standby::isStreaming);
        watch().awaitWrites();
        lab().assertNone("errors of clients", sight.errors());
    }
}
