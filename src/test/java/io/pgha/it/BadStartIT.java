package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * A daemon that cannot do its work does not start, and says in one sentence what mends it; its exit code is 1 where another
 * start may end otherwise by itself. The primary it was to look after goes on serving, with its gate as it was.
 */
@Tag("netns")
@NeedsNamespaces
class BadStartIT {

    private final LivePair pair = LivePair.shared();
    private final LabNode primary = pair.primary();
    private final LabNode standby = pair.standby();

    @AfterEach
    void isMendedAndSaidNoSecret() {
        pair.awaitWell();
        pair.assertNowhere(Template.PASSWORD);
    }

    @AfterAll
    static void close() {
        LivePair.closeShared();
    }

    private void assertRefused(int code, Run daemon, String... words) {
        pair.remember(daemon);
        assertEquals(code, daemon.code(), daemon::toString);
        assertTrue(daemon.err().contains("pgha does not start: "), daemon::toString);
        for (String word : words) {
            assertTrue(daemon.err().contains(word), () -> word + " is missing: " + daemon);
        }
        pair.assertUnharmed();
    }

    @Test
    void aDamagedJournalIsNotBelieved() throws IOException {
        Path journal = primary.disk().resolve("state/journal");
        primary.daemon().stop();
        String right = LivePair.read(journal);
        Files.writeString(journal, right.replaceFirst("\"Became\"", "\"Begame\""));

        assertRefused(
                5,
                primary.daemon().refused(),
                "is damaged at line",
                "Nothing was changed",
                "move the file aside");
        Run status = pair.remember(primary.daemon().run(List.of("status")));
        assertEquals(4, status.code(), status::toString);
        assertTrue(
                status.err().contains("It last refused to start: the journal"), status::toString);
        LivePair.assertFinding(pair.check(primary), "daemon", "damaged at line", "systemctl start");
        Files.writeString(journal, right);
        primary.daemon().start();
    }

    @Test
    void withoutRoomForItsStateItSaysSo() {
        String state = primary.mountPoint().resolve("state").toString();
        primary.daemon().stop();
        String fill =
                "mount -t tmpfs -o size=4k,mode=777 state %1$s && dd if=/dev/zero of=%1$s/filler bs=4k count=1";
        Run.of(primary.machine().root(List.of("sh", "-c", fill.formatted(state))))
                .orFail();

        assertRefused(1, primary.daemon().refused(), "No space left on device", "df " + state);
        LivePair.assertFinding(pair.check(primary), "state", "is full", "df " + state);
        Run.of(primary.machine().root(List.of("umount", state))).orFail();
        primary.daemon().start();
    }

    /** /tmp is often mounted noexec, or full; its unit names a directory of its own. */
    @Test
    void withoutATemporaryDirectoryThatCanBeUsedItNeedsTheOneOfItsUnit() throws IOException {
        primary.daemon().stop();
        String state = primary.mountPoint().resolve("state").toString();

        primary.daemon().install(Optional.of(hardened("cd /")));
        assertRefused(1, primary.daemon().refused(), "jffi", "noexec", "-Djffi.extract.dir=");
        primary.daemon().install(Optional.of(hardened("export STATE_DIRECTORY=" + state)));
        primary.daemon().start();
        pair.awaitWell();

        primary.daemon().stop();
        primary.daemon().install(Optional.empty());
        primary.daemon().start();
    }

    /** The program, after that line, where nothing can be written to the temporary directory. */
    private Path hardened(String line) throws IOException {
        String name = "hardened";
        Path script = primary.disk().resolve(name);
        Files.writeString(
                script, """
                #!/bin/sh
                export JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=/proc/1
                %s
                cd /
                exec %s "$@"
                """.formatted(line, LabDaemon.program(primary.daemon().home())));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return primary.mountPoint().resolve(name);
    }

    @Test
    void withoutFirewallOrTheRightToItItIsNoGuard() {
        primary.daemon().stop();

        assertRefused(
                1, primary.daemon().refusedWithoutRights(), "CAP_NET_ADMIN", "AmbientCapabilities");
        primary.daemon()
                .configure(Optional.of(pair.configuration(
                        "iptables.conf",
                        text -> text.replace("backend = nftables", "backend = iptables"))));
        assertRefused(1, primary.daemon().refusedWithoutPath(), "apt install iptables", "nftables");
        primary.daemon().configure(Optional.empty());
        Path library = Path.of("/usr/lib/x86_64-linux-gnu/libnftables.so.1");
        List<String> hide = List.of("mount", "--bind", "/dev/null", library.toString());
        Run.of(primary.machine().root(hide)).orFail();
        assertRefused(
                1, primary.daemon().refused(), "libnftables.so.1 failed", "apt install nftables");
        LivePair.assertFinding(pair.check(primary), "gate", "libnftables", "apt install nftables");
        Run.of(primary.machine().root(List.of("umount", library.toString()))).orFail();
        primary.daemon().start();
    }

    @Test
    void aSecondDaemonAtTheSamePortsTouchesNothing() {
        String own = "state_directory = \"%s\"\nrun_directory = \"%s\"\n"
                .formatted(
                        primary.mountPoint().resolve("state2"),
                        primary.mountPoint().resolve("run2"));
        Path link = pair.configuration("second.conf", text -> text + own);
        Path http = pair.configuration(
                "http.conf",
                text -> text + own
                        + "link.port = 7999\nhttp { listen = \"0.0.0.0\", port = 7432 }\n");

        primary.daemon().configure(Optional.of(link));
        assertRefused(1, primary.daemon().refused(), "port 7432", "already used", "ss -ltnp");
        primary.daemon().configure(Optional.of(http));
        assertRefused(
                1, primary.daemon().refused(), "HTTP cannot listen", "port 7432", "http.port");
        primary.daemon().configure(Optional.empty());
        assertRefused(
                1, primary.daemon().refused(), "another pgha daemon uses the state directory");
        assertFalse(Files.exists(primary.disk().resolve("run/not-started")));
    }

    @Test
    void aKeyOrConfigurationThatCannotBeReadIsNamed() throws IOException {
        standby.daemon().stop();
        Path broken = pair.configuration(
                "broken.conf", text -> text + "guardd = failcount\npostgres.port = many\n");
        standby.daemon().configure(Optional.of(broken));
        Run refused = pair.remember(standby.daemon().refused());
        assertEquals(2, refused.code(), refused::toString);
        assertTrue(refused.err().contains("guardd"), refused::toString);
        assertTrue(refused.err().contains("postgres.port"), refused::toString);
        Path keyless =
                pair.configuration("keyless.conf", text -> text.replace("pair.key", "no-such.key"));
        standby.daemon().configure(Optional.of(keyless));
        assertRefused(2, standby.daemon().refused(), "no-such.key", "pgha keygen");
        standby.daemon().configure(Optional.empty());
        standby.daemon().start();
    }
}
