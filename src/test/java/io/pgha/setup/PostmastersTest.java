package io.pgha.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What cannot be seen of a server is not taken for "none runs". */
class PostmastersTest {

    @TempDir
    Path data;

    private void isNotKnown(PretendServer server) {
        SetupRefused refused = assertThrows(
                SetupRefused.class,
                () -> Postmasters.find(Optional.of(data.resolveSibling("elsewhere"))));

        assertEquals(SetupRefused.Why.SAFETY, refused.why());
        assertTrue(refused.words().contains("process " + server.pid()), refused::words);
        assertTrue(refused.words().contains(data.toString()), refused::words);
    }

    @Test
    void aServerThatIsJustStartingIsNotNone() throws Exception {
        try (PretendServer server = PretendServer.in(data)) {
            Files.writeString(data.resolve("postmaster.pid"), server.pid() + "\n" + data + "\n");

            isNotKnown(server);
        }
    }

    @Test
    void aServerWhoseLockFileIsStillEmptyIsNotNone() throws Exception {
        try (PretendServer server = PretendServer.in(data)) {
            Files.writeString(data.resolve("postmaster.pid"), "");

            isNotKnown(server);
        }
    }

    @Test
    void aServerWhosePortIsNotWrittenYetIsNotNone() throws Exception {
        try (PretendServer server = PretendServer.in(data)) {
            String text = server.pid() + "\n" + data + "\n1700000000\n\n/tmp\n";
            Files.writeString(data.resolve("postmaster.pid"), text);

            isNotKnown(server);
        }
    }

    @Test
    void aServerWhoseLockFileCannotBeReadIsNotNone() throws Exception {
        try (PretendServer server = PretendServer.in(data)) {
            Files.createDirectory(data.resolve("postmaster.pid"));

            isNotKnown(server);
        }
    }
}
