package io.pgha.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

class ComplaintsTest {

    @TempDir
    Path directory;

    @Test
    void everythingThatIsWrongIsSaidAtOnceWithItsLine() {
        Written written = new Written(directory, """
                gaurd = failcount
                interval = 1
                probe_timeout = 90s
                heartbeat = soon
                max_primary_failcount = 1
                on_clean_stop = failovr
                postgres {
                  prot = 5432
                  bin = "relative/bin"
                  slot = "Not-A-Slot"
                  password = hunter2
                }
                gate = open
                nodes {
                  node1 { host = "192.0.2.11", guard = manual, postgres.port = 99999 }
                  node2 { hots = "192.0.2.12" }
                }
                """);

        InvalidConfiguration refused = assertThrows(InvalidConfiguration.class, written::load);

        List<String> expected = List.of(
                "1: gaurd: unknown key; did you mean guard?",
                "1: guard: is not set, and there is no default. Choose manual",
                "2: interval: '1' has no unit; units are ms, s, m, h or d",
                "3: probe_timeout: '90s' is out of range; allowed is a time from 100ms to 1m",
                "4: heartbeat: 'soon' is not a time; write for example 500ms, 10s, 5m, 12h or 7d",
                "5: max_primary_failcount: 1 is out of range; allowed is a whole number from 2 to 100",
                "6: on_clean_stop: 'failovr' is not one of failover, hold; did you mean 'failover'?",
                "7: postgres.data_directory: is not set, and has no default; write an absolute path",
                "8: postgres.prot: unknown key; did you mean postgres.port?",
                "9: postgres.bin: 'relative/bin' is not an absolute path; it must begin with /",
                "10: postgres.slot: 'Not-A-Slot' is not a slot name",
                "11: postgres.password: unknown key; passwords stand in the libpq password file",
                "13: gate: is a block; write gate { ... }",
                "15: nodes.node1.guard: is the same for both nodes; write it at the top of the file",
                "15: nodes.node1.postgres.port: 99999 is out of range",
                "16: nodes.node2.hots: unknown key; did you mean host?",
                "16: nodes.node2.host: is not set, and has no default");
        List<String> lines = refused.getMessage().lines().toList();
        for (String start : expected) {
            assertTrue(
                    lines.stream().anyMatch(line -> line.startsWith(written.file() + ":" + start)),
                    () -> start + " is missing in\n" + refused.getMessage());
        }
        assertEquals(expected.size(), lines.size(), refused.getMessage());
        assertFalse(refused.getMessage().contains("hunter2"));
    }

    @Test
    void complaintsComeInTheOrderOfTheFile() {
        List<Complaint> complaints =
                Written.with(directory, "b = 1", "a = 2", "interval = x").complaints();

        List<Integer> lines = complaints.stream().map(Complaint::line).toList();
        assertEquals(lines.stream().sorted().toList(), lines);
    }

    @Test
    void aLastWordAloneNamesTheKeysThatEndInIt() {
        assertEquals(
                "unknown key; did you mean postgres.data_directory?",
                Written.with(directory, "data_directory = /x").complaint("data_directory"));
        assertEquals(
                "unknown key; did you mean witness.port or postgres.port or link.port or http.port?",
                Written.with(directory, "port = 1").complaint("port"));
        assertEquals(
                "unknown key; did you mean max_primary_failcount?",
                Written.with(directory, "MAX_PRIMARY_FAILCOUNT = 3")
                        .complaint("MAX_PRIMARY_FAILCOUNT"));
    }

    @Test
    void numbersWithoutUnitAreRefusedForTimesAndSizes() {
        assertTrue(Written.with(directory, "clean_stop_grace = 15")
                .complaint("clean_stop_grace")
                .contains(" has "));
        assertTrue(Written.with(directory, "maximum_lag_on_failover = 16")
                .complaint("maximum_lag_on_failover")
                .contains(" has "));
        assertTrue(Written.with(directory, "maximum_lag_on_failover = 16XB")
                .complaint("maximum_lag_on_failover")
                .contains(" has "));
    }

    @Test
    void aSyntaxErrorHasItsLine() {
        List<Complaint> complaints =
                new Written(directory, "guard = manual\npostgres {\n  port = 5432\n").complaints();

        assertEquals(1, complaints.size());
        assertEquals("syntax", complaints.get(0).key());
        assertTrue(complaints.get(0).line() >= 3, complaints.toString());
    }

    @Test
    void includesAndTheEnvironmentAreNotRead() {
        assertTrue(Written.with(directory, "include \"other.conf\"")
                .complaint("include")
                .contains("is not read"));
        assertTrue(Written.with(directory, "on_event = [${HOME}]")
                .complaint("syntax")
                .contains("HOME"));
    }

    @Test
    void aFileThatCannotBeReadSaysWhy() throws IOException {
        Path missing = directory.resolve("none.conf");
        Path binary = directory.resolve("binary.conf");
        Files.write(binary, "guard = \u00e9".getBytes(StandardCharsets.ISO_8859_1));

        assertTrue(refusal(missing).contains("none.conf:1: file: does not exist"));
        assertTrue(refusal(binary).contains("is not UTF-8 text"));
        assertTrue(refusal(directory).contains("could not be read"));
    }

    private static String refusal(Path file) {
        InvalidConfiguration refused = assertThrows(
                InvalidConfiguration.class, () -> SettingsFile.load(file, Optional.empty()));
        return String.valueOf(refused.getMessage());
    }

    @Test
    void exactlyTwoNodesAreNeeded() {
        String one = Written.LEAST.replaceFirst(".*node2.*\n", "");
        String three = Written.LEAST.replace("node2", "node3 { host = \"192.0.2.13\" }\n  node2");

        assertTrue(new Written(directory, one).complaint("nodes").startsWith("names 1 nodes"));
        assertTrue(new Written(directory, three).complaint("nodes").startsWith("names 3 nodes"));
    }

    @Test
    void aNodesNameWithDotsMustBeQuoted() {
        String bare = Written.LEAST.replace("node2 {", "db2.example.com {");
        String quoted = Written.LEAST.replace("node2 {", "\"db2.example.com\" {");

        assertTrue(new Written(directory, bare)
                .complaints()
                .toString()
                .contains("a node's name with dots must be in double quotes"));
        assertEquals(
                "db2.example.com",
                org.junit.jupiter.api.Assertions.assertDoesNotThrow(
                                () -> new Written(directory, quoted).load())
                        .peer()
                        .id()
                        .name());
    }
}
