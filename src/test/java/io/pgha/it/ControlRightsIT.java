package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.http.ControlServer;
import io.pgha.http.Sample;
import io.pgha.http.StoredDesk;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Another user at the control socket of a daemon that runs as root; the kernel says who it is. */
@Tag("netns")
@NeedsNamespaces
class ControlRightsIT {

    /** Perl's base package is everywhere that PostgreSQL is packaged; the JDK of this test may not be readable for all. */
    private static final String CLIENT =
            "my $s = IO::Socket::UNIX->new($ARGV[0]) or die \"connect: $!\";"
                    + " print $s $ARGV[1], \"\\n\"; print while <$s>;";

    private static String askAs(String user, Path socket, String line) throws Exception {
        Run run = Run.of(List.of(
                "setpriv",
                "--reuid=" + user,
                "--regid=" + user,
                "--clear-groups",
                "perl",
                "-MIO::Socket::UNIX",
                "-e",
                CLIENT,
                socket.toString(),
                line));
        return run.out() + run.err();
    }

    @Test
    void anotherUserMayLookAndMayNotChange() throws Exception {
        Path directory = Files.createTempDirectory("pgha-rights-");
        Path socket = directory.resolve("control.sock");
        StoredDesk desk = new StoredDesk(Sample.primary().status());
        ControlServer server =
                ControlServer.open(socket, desk, Sample::policy, () -> Sample.NOW, complaint -> {});
        try {
            String promote = "{\"protocol\":1,\"command\":\"ask\",\"request\":\"promote\","
                    + "\"accept_loss\":false,\"force\":true,\"dry_run\":";
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            assertTrue(
                    askAs("postgres", socket, "{\"protocol\":1,\"command\":\"status\"}")
                            .contains("Permission denied"),
                    "a user outside the group does not even connect");

            letIn(socket, "postgres");

            assertTrue(askAs("postgres", socket, "{\"protocol\":1,\"command\":\"status\"}")
                    .contains("PRIMARY"));
            assertTrue(askAs("postgres", socket, promote + "true}").contains("would do this"));
            assertEquals(1, desk.asked.size());

            String refusal = askAs("postgres", socket, promote + "false}");

            assertTrue(refusal.contains("\"exit\":5"), refusal);
            assertTrue(refusal.contains("user postgres may look and may not change"), refusal);
            assertEquals(1, desk.asked.size());
        } finally {
            server.close();
            Files.deleteIfExists(directory.resolve("control.sock.lock"));
            Files.deleteIfExists(directory);
        }
    }

    private static void letIn(Path socket, String group) throws IOException {
        GroupPrincipal principal = FileSystems.getDefault()
                .getUserPrincipalLookupService()
                .lookupPrincipalByGroupName(group);
        Files.getFileAttributeView(socket, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setGroup(principal);
    }
}
