package io.pgha.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.config.InvalidConfiguration.Cause;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** One file, two readers: what they share, and how each finds out which one it is. */
class ThisNodeTest {

    @TempDir
    Path directory;

    @Test
    void bothNodesReadTheSameDigestAndEachItself() throws InvalidConfiguration {
        Written written = Written.with(directory, "nodes.node2.state_directory = /srv/two");

        Settings one = written.load("node1");
        Settings two = written.load("node2");

        assertEquals(one.digest(), two.digest());
        assertEquals(one.self(), two.peer());
        assertEquals(one.peer(), two.self());
        assertEquals(Path.of("/srv/two"), two.stateDirectory());
        assertEquals(16, one.digest().length());
    }

    @Test
    void theDigestSeesMeaningNotWriting() throws InvalidConfiguration {
        String digest = Written.with(directory).load().digest();
        String written = """
                # the same, written otherwise
                nodes { node2.host = 192.0.2.12, node1 { host: "192.0.2.11", addresses: ["192.0.2.11"] } }
                postgres.bin = "/elsewhere/bin"
                postgres.data_directory = "/elsewhere/data"
                interval = 1000 ms
                maximum_lag_on_failover = 16384kB
                profile = normal
                guard = "failcount"
                """;

        assertEquals(digest, new Written(directory, written).load().digest());
        assertNotEquals(digest, Written.with(directory, "interval = 2s").load().digest());
        assertNotEquals(
                digest,
                Written.with(directory, "nodes.node2.link.port = 7433").load().digest());
    }

    @Test
    void twoNodesOnOneMachineAreToldApartByTheOption() throws InvalidConfiguration {
        Written written = new Written(directory, """
                guard = manual
                postgres.bin = /srv/bin
                nodes {
                  a { host = "127.0.0.1", postgres { port = 5501, data_directory = /srv/a }, link.port = 7501
                      state_directory = /srv/sa, run_directory = /srv/ra, gate.name = a }
                  b { host = "127.0.0.1", postgres { port = 5502, data_directory = /srv/b }, link.port = 7502
                      state_directory = /srv/sb, run_directory = /srv/rb, gate.name = b }
                }
                """);

        assertEquals(5502, written.load("b").postgres().port());
        assertEquals(5501, written.load("b").peer().postgresPort());
        InvalidConfiguration refused =
                assertThrows(InvalidConfiguration.class, () -> written.loadOn("127.0.0.1"));
        assertEquals(
                written.file()
                        + ":3: nodes: more than one node is this machine: a (127.0.0.1) and b (127.0.0.1); type"
                        + " --node a or --node b",
                refused.getMessage());
    }

    @Test
    void aMachineThatIsNeitherNodeIsTold() {
        Written written = Written.with(directory, "nodes.node2.host = unknown.example.com");

        InvalidConfiguration refused =
                assertThrows(InvalidConfiguration.class, () -> written.loadOn("198.51.100.1"));

        assertTrue(
                refused.getMessage()
                        .endsWith(
                                "none of the nodes is this machine: node1 (192.0.2.11) and node2"
                                        + " (unknown.example.com, which does not resolve); type --node node1 or --node node2"),
                refused.getMessage());
    }

    @Test
    void anAddressThatIsNotHereYetIsNoFaultOfTheFile() {
        assertEquals(Cause.MACHINE, refusedElsewhere("").cause());
        assertEquals(Cause.FILE, refusedElsewhere("intervall = 1s").cause());
    }

    private InvalidConfiguration refusedElsewhere(String line) {
        Written written = Written.with(directory, line);
        return assertThrows(InvalidConfiguration.class, () -> written.loadOn("198.51.100.1"));
    }

    @Test
    void aNodeThatIsNotInTheFileIsRefused() {
        Written written = Written.with(directory);

        InvalidConfiguration refused =
                assertThrows(InvalidConfiguration.class, () -> written.load("node3"));

        assertTrue(
                refused.getMessage().contains("has no node node3; its nodes are node1 and node2"));
    }

    @Test
    void thisMachinesLoopbackIsHere() {
        assertEquals(Locality.Where.HERE, MachineLocality.look().where("127.0.0.1"));
        assertEquals(Locality.Where.HERE, MachineLocality.look().where("::1"));
        assertEquals(Locality.Where.ELSEWHERE, MachineLocality.look().where("192.0.2.77"));
    }
}
