package io.pgha.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

class ContradictionsTest {

    private static final String GATEWAY = "guard = gateway, gateways = [\"198.51.100.1\"]";

    @TempDir
    Path directory;

    @Test
    void aPrimaryMustBeFencedBeforeItsStandbyCanOpen() {
        assertEquals(
                "fence_after 2s + heartbeat 500ms + gateway_timeout 500ms + close_timeout 300ms = 3300ms <"
                        + " (max_primary_failcount 4 - 1) x interval 1s = 3s does not hold: the standby could open before a"
                        + " cut-off primary has closed. Shorten fence_after, or set max_primary_failcount to 5",
                Written.with(directory, GATEWAY, "fence_after = 2s").complaint("fence_after"));
    }

    @Test
    void whatTheComplaintProposesIsAccepted() throws InvalidConfiguration {
        Written.with(directory, GATEWAY, "fence_after = 2s, max_primary_failcount = 5")
                .load();
    }

    @Test
    void withoutGuardGatewayThereIsNothingToFence() throws InvalidConfiguration {
        Written.with(directory, "fence_after = 2s").load();
    }

    private static final String FENCED =
            "nodes.node1.fence.levels = [/srv/fence/one], nodes.node2.fence.levels = [/srv/fence/two]";

    @Test
    void fencingIsForBothNodesOrForNeither() {
        assertTrue(Written.with(directory, "nodes.node1.fence.levels = [/srv/fence/one]")
                .complaint("nodes.node2.fence.levels")
                .contains("node1 has it"));
        assertTrue(Written.with(directory, "fence.timeout = 30s")
                .complaint("fence.timeout")
                .contains("nothing can be switched off"));
    }

    @Test
    void aDeviceSwitchesOffOneNodeOnly() {
        assertTrue(Written.with(
                        directory,
                        "nodes.node1.fence.levels = [/srv/fence/one], nodes.node2.fence.levels = [[/srv/fence/two,"
                                + " /srv/fence/one]]")
                .complaint("nodes.node2.fence.levels")
                .contains("is a device of node1 too"));
    }

    @Test
    void onlyWithALeaseFencingMayBeAnExtra() throws InvalidConfiguration {
        assertTrue(Written.with(directory, FENCED, "fence.required = off")
                .complaint("fence.required")
                .contains("would make two primaries"));
        String witness = "guard = witness, witness.host = \"192.0.2.3\", claim_timeout = 2m";
        Written.with(directory, FENCED, witness, "fence.required = off").load();
    }

    @Test
    void aClaimMustOutlastFencingAndPromotion() {
        assertEquals(
                "claim_timeout 1m >= fence.timeout 1m + promote_timeout 1m = 2m does not hold: the old primary could claim"
                        + " back what the standby is still fencing and being promoted for",
                Written.with(directory, FENCED, "guard = witness, witness.host = \"192.0.2.3\"")
                        .complaint("claim_timeout"));
    }

    @Test
    void timesThatOutlastEachOtherAreRefused() {
        assertEquals(
                "probe_timeout 2s <= interval 1s does not hold: a probe must end before the next one begins",
                Written.with(directory, "probe_timeout = 2s").complaint("probe_timeout"));
        assertEquals(
                "heartbeat 2s <= interval 1s does not hold: the peer's daemon must have had its say before a probe counts",
                Written.with(directory, "heartbeat = 2s, boot_peer_wait = 10s")
                        .complaint("heartbeat"));
        assertEquals(
                "stream_timeout 5s <= (max_primary_failcount 4 - 1) x interval 1s + probe_timeout 1s = 4s does not hold: a"
                        + " stream that fell silent would delay the takeover after a power loss",
                Written.with(directory, "stream_timeout = 5s").complaint("stream_timeout"));
        assertEquals(
                "boot_peer_wait 1s >= 2 x heartbeat 900ms = 1800ms does not hold: a living peer could not have answered"
                        + " yet",
                Written.with(directory, "heartbeat = 900ms, boot_peer_wait = 1s")
                        .complaint("boot_peer_wait"));
        assertTrue(Written.with(directory, GATEWAY, "fence_after = 900ms")
                .complaint("fence_after")
                .contains("one lost message"));
    }

    @Test
    void guardAndGatewaysBelongTogether() {
        assertTrue(Written.with(directory, "guard = gateway")
                .complaint("gateways")
                .startsWith("is empty"));
        assertTrue(Written.with(directory, "gateways = [\"198.51.100.1\"]")
                .complaint("gateways")
                .startsWith("is asked with guard = gateway only"));
    }

    @Test
    void aGatewayOnTheSameSiteProvesNothing() {
        for (String near :
                List.of("192.0.2.1", "192.0.2.1:443", "192.0.2.12", "127.0.0.1", "[::1]:80")) {
            assertTrue(
                    Written.with(directory, "guard = gateway, gateways = [\"" + near + "\"]")
                            .complaint("gateways")
                            .contains("name a place beyond"),
                    near);
        }
    }

    @Test
    void portsMustNotCollide() {
        assertEquals(
                "5432 is the port of postgres.port too; each needs its own",
                Written.with(directory, "link.port = 5432, gate.ports = [5432]")
                        .complaint("link.port"));
        assertEquals(
                "7432 is the port of link.port too; each needs its own",
                Written.with(directory, "http.port = 7432").complaint("http.port"));
    }

    @Test
    void theGateMustGuardPostgresAndNothingThatMustStayReachable() {
        assertTrue(Written.with(directory, "gate.ports = [6432]")
                .complaint("gate.ports")
                .contains("does not contain postgres.port 5432"));
        assertTrue(Written.with(directory, "gate.ports = []")
                .complaint("gate.ports")
                .contains("does not contain postgres.port 5432"));
        assertTrue(Written.with(directory, "gate.ports = [5432, 7480], http {}")
                .complaint("gate.ports")
                .contains("contains http.port 7480"));
        assertTrue(Written.with(directory, "gate.ports = [5432, 5432]")
                .complaint("gate.ports")
                .contains("twice"));
    }

    @Test
    void theUnitAndTheControlBelongTogether() {
        assertTrue(Written.with(directory, "postgres.control = systemd")
                .complaint("postgres.unit")
                .contains("control = systemd needs it"));
        assertTrue(Written.with(directory, "postgres.unit = postgresql")
                .complaint("postgres.unit")
                .contains("control is pg_ctl"));
        assertTrue(Written.with(
                        directory, "postgres { control = systemd, unit = pg, options = \"-F\" }")
                .complaint("postgres.options")
                .contains("the unit says"));
    }

    @Test
    void nothingOfOursLiesInTheDataDirectory() {
        assertTrue(Written.with(directory, "state_directory = /srv/pg/data/pgha")
                .complaint("state_directory")
                .contains("replaced as a whole"));
        assertTrue(Written.with(directory, "archive.write = /srv/pg")
                .complaint("archive.write")
                .contains("contains postgres.data_directory"));
        assertTrue(Written.with(directory, "run_directory = /var/lib/pgha")
                .complaint("run_directory")
                .contains("is the state_directory too"));
    }

    @Test
    void debiansSplitDirectoriesAreKnown() throws InvalidConfiguration {
        String debian =
                "postgres { data_directory = /var/lib/postgresql/15/main, bin = /usr/lib/postgresql/15/bin }";

        assertTrue(Written.with(directory, debian)
                .complaint("postgres.config_directory")
                .contains("config_directory = \"/etc/postgresql/15/main\""));
        Written.with(directory, debian, "postgres.config_directory = /etc/postgresql/15/main")
                .load();
    }

    @Test
    void programsOfAnotherVersionAreRefused() {
        assertTrue(Written.with(
                        directory,
                        "postgres { data_directory = /var/lib/pgsql/15/data, bin = /usr/pgsql-14/bin }")
                .complaint("postgres.bin")
                .contains("of version 14, but postgres.data_directory is of version 15"));
    }

    @Test
    void aControlSocketMustFitItsAddress() {
        assertTrue(Written.with(directory, "run_directory = /" + "r".repeat(94))
                .complaint("run_directory")
                .contains("108 bytes"));
    }

    @Test
    void twoNodesAtOnePlaceNeedEverythingTwice() {
        List<String> keys =
                Written.with(directory, "nodes.node2.host = \"192.0.2.11\"").complaints().stream()
                        .map(Complaint::key)
                        .filter(key -> !key.equals("nodes"))
                        .toList();

        assertEquals(
                List.of(
                                "nodes.node2.link.port",
                                "nodes.node2.state_directory",
                                "nodes.node2.run_directory",
                                "nodes.node2.gate.name",
                                "nodes.node2.postgres.port",
                                "nodes.node2.postgres.data_directory")
                        .stream()
                        .sorted()
                        .toList(),
                keys.stream().sorted().toList());
    }

    @Test
    void aCapBelowASegmentIsRefused() {
        assertTrue(Written.with(directory, "archive { write = /srv/w, maximum = 16MB }")
                .complaint("archive.maximum")
                .contains("at least 160MB"));
    }
}
