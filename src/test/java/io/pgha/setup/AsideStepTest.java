package io.pgha.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

/** A database goes aside only while it is sure that nobody runs it, looked at when it goes. */
class AsideStepTest {

    @TempDir
    Path home;

    private Path data;
    private Path aside;

    @BeforeEach
    void lieThere() throws Exception {
        data = Files.createDirectory(home.resolve("data"));
        aside = home.resolve("data.before-pgha");
        Files.writeString(data.resolve("PG_VERSION"), "15\n");
    }

    private void isRefusedNaming(String word) {
        SetupRefused refused =
                assertThrows(SetupRefused.class, new AsideStep(data, "1", aside)::make);

        assertEquals(SetupRefused.Why.SAFETY, refused.why());
        assertTrue(refused.words().contains(word), refused::words);
        assertTrue(Files.exists(data.resolve("PG_VERSION")), "it stays where it is");
    }

    @Test
    void nobodysDatabaseGoesAside() throws Exception {
        new AsideStep(data, "1", aside).make();

        assertFalse(Files.exists(data));
        assertTrue(Files.exists(aside.resolve("PG_VERSION")));
    }

    @Test
    void aProcessOfPostgresAtHomeThereKeepsItThere() throws Exception {
        try (PretendServer server = PretendServer.in(data)) {
            isRefusedNaming(Long.toString(server.pid()));
        }
    }

    @Test
    void aLockFileOfALivingProcessKeepsItThere() throws Exception {
        long living = ProcessHandle.current().pid();
        Files.writeString(data.resolve("postmaster.pid"), living + "\n" + data + "\n");

        isRefusedNaming(Long.toString(living));
    }

    @Test
    void aLockFileOfALivingSingleUserServerKeepsItThere() throws Exception {
        long living = ProcessHandle.current().pid();
        Files.writeString(data.resolve("postmaster.pid"), -living + "\n" + data + "\n");

        isRefusedNaming(Long.toString(living));
    }

    @Test
    void aLockFileThatIsBeingWrittenKeepsItThere() throws Exception {
        Files.writeString(data.resolve("postmaster.pid"), "");

        isRefusedNaming("postmaster.pid");
    }

    @Test
    void aLockFileThatCannotBeReadKeepsItThere() throws Exception {
        Files.createDirectory(data.resolve("postmaster.pid"));

        isRefusedNaming("postmaster.pid");
    }

    @Test
    void aLockFileOfADeadProcessIsALeftover() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Files.writeString(data.resolve("postmaster.pid"), dead.pid() + "\n" + data + "\n");

        new AsideStep(data, "1", aside).make();

        assertTrue(Files.exists(aside.resolve("PG_VERSION")));
    }
}
