package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.it.PgInstance;
import io.pgha.os.ProcessEntry;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What was proven of a postmaster is believed only while nothing about it has changed. */
@Tag("netns")
@Timeout(120)
final class LiveClusterIT {

    private static long pid(LiveCluster cluster) throws Exception {
        return cluster.postmaster().map(ProcessEntry::pid).orElse(0L);
    }

    @Test
    void aLockFileThatIsRemovedOrNamesAnotherIsSeenAtTheNextLook() throws Exception {
        try (PgInstance server = PgInstance.started()) {
            LiveCluster cluster = new LiveCluster(server.data());
            Path lock = server.data().resolve("postmaster.pid");
            Path aside = server.data().resolve("aside");
            String text = Files.readString(lock);
            String checkpointer = server.ask(
                    "select pid from pg_stat_activity where backend_type = 'checkpointer'");
            assertEquals(server.pid(), pid(cluster));
            assertEquals(server.pid(), pid(cluster));

            Files.move(lock, aside);
            assertEquals(Optional.empty(), cluster.postmaster());
            Files.move(aside, lock);
            assertEquals(server.pid(), pid(cluster));

            Files.writeString(lock, checkpointer + text.substring(text.indexOf('\n')));
            assertEquals(Optional.empty(), cluster.postmaster());
            Files.writeString(lock, text);
            assertEquals(Long.parseLong(text.substring(0, text.indexOf('\n'))), pid(cluster));
        }
    }

    @Test
    void aPostmasterThatEndsIsGoneAtTheNextLookWhetherOrNotItsLockFileStays() throws Exception {
        try (PgInstance server = PgInstance.started()) {
            LiveCluster cluster = new LiveCluster(server.data());
            assertEquals(server.pid(), pid(cluster));

            server.kill();

            assertTrue(Files.exists(server.data().resolve("postmaster.pid")));
            assertEquals(Optional.empty(), cluster.postmaster());
            PgInstance.await("the rest to end", () -> server.processes().isEmpty());
            server.start();
            assertEquals(server.pid(), pid(cluster));

            server.stop("fast");

            assertEquals(Optional.empty(), cluster.postmaster());
        }
    }
}
