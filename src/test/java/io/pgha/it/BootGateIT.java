package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.network.BootGate;
import io.pgha.network.GateRules;
import io.pgha.network.NftGate;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The rules that a boot loads, in a network namespace of their own. */
@Tag("netns")
@NeedsNamespaces
class BootGateIT {

    private static final String TABLE = "inet pgha_boot_test";

    @TempDir
    Path state;

    @Test
    void theSavedRulesCloseAtBootAndLoadingThemAgainClosesNobodyOut() throws Exception {
        BootGate boot = new BootGate(state);
        NftGate gate = new NftGate(
                new GateRules(
                        "pgha_boot_test",
                        List.of(5432, 6432),
                        List.of(
                                InetAddress.getByName("192.0.2.2"),
                                InetAddress.getByName("2001:db8::2"))),
                Duration.ofSeconds(5));
        try {
            boot.save(gate);
            boot.save(gate);
        } finally {
            gate.dispose();
        }
        String load = "nft -f " + boot.file() + " && ";
        String list = "nft list table " + TABLE;
        String closed = inOwnNetwork(load + list);
        assertTrue(closed.contains("reject with tcp reset"), closed);
        assertTrue(closed.contains("ip saddr 192.0.2.2 accept"), closed);
        assertTrue(closed.contains("2001:db8::2"), closed);
        assertFalse(closed.contains("elements = {"), closed);
        String open = "nft add element " + TABLE + " open '{ 5432 }' && ";
        String again = inOwnNetwork(load + open + load + list);
        assertTrue(again.contains("elements = { 5432 }"), again);
        assertEquals(
                closed.lines().count(),
                again.lines().filter(l -> !l.contains("elements")).count(),
                "loading twice doubles no rule");
    }

    private String inOwnNetwork(String script) throws Exception {
        Path output = Files.createTempFile(state, "said", "");
        Process process = new ProcessBuilder("unshare", "-n", "sh", "-c", script)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(20, TimeUnit.SECONDS);
        String said = Files.readString(output);
        assertTrue(ended && process.exitValue() == 0, said);
        return said;
    }
}
