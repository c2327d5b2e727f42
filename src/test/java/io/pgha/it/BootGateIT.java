package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.network.BootGate;
import io.pgha.network.Gate;
import io.pgha.network.GateRules;
import io.pgha.network.IptablesGate;
import io.pgha.network.NftGate;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The rules that a boot loads, saved and loaded with the rights that the units have, before clients and a peer on a wire. */
@Tag("netns")
@NeedsNamespaces
class BootGateIT {

    @TempDir
    Path state;

    @BeforeEach
    void belongsToEverybody() throws IOException {
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @Test
    void theRulesOfNftablesCloseAtBootAndAreKnownToTheDaemon() throws IOException {
        closesAtBoot("nftables");
    }

    @Test
    void theRulesOfIptablesCloseAtBootAndAreKnownToTheDaemon() throws IOException {
        closesAtBoot("iptables");
    }

    private void closesAtBoot(String backend) throws IOException {
        try (GateBed bed = new GateBed();
                GateProgram daemon = bed.gate(backend)) {
            daemon.tell("save " + state);
            assertFalse(isShut(bed), "saved is not loaded");

            load(bed);
            assertTrue(isShut(bed));
            assertFalse(bed.isRefused(GateBed.PEER4, 0, GateBed.SERVER4, GateBed.POSTGRES));
            assertFalse(bed.isRefused(GateBed.PEER6, 0, GateBed.SERVER6, GateBed.POSTGRES));
            assertEquals("CLOSED", daemon.tell("look"));

            daemon.tell("open");
            load(bed);
            assertEquals("OPEN", daemon.tell("look"), "loading them again closes nobody out");
            assertFalse(isShut(bed));
            daemon.tell("close");
            load(bed);
            assertTrue(isShut(bed), "loading them again lets nobody in");

            daemon.tell("install");
            List<String> once = rules(bed);
            daemon.tell("remove");
            daemon.tell("install");
            assertEquals(rules(bed), once, "what was loaded three times is there once");
        }
    }

    private static boolean isShut(GateBed bed) {
        boolean shut = bed.isRefused(GateBed.CLIENT4, 0, GateBed.SERVER4, GateBed.POSTGRES);
        assertEquals(shut, bed.isRefused(GateBed.CLIENT6, 0, GateBed.SERVER6, GateBed.POSTGRES));
        assertEquals(shut, bed.isRefused(GateBed.CLIENT4, 0, GateBed.SERVER4, GateBed.POOLER));
        return shut;
    }

    @Test
    void openForGoodRemovesTheGateOfTheNameThatWasSaved() throws IOException {
        for (String backend : List.of("nftables", "iptables")) {
            for (String name : List.of("pgha", "sales")) {
                opensForGood(backend, name);
            }
        }
    }

    private void opensForGood(String backend, String name) throws IOException {
        try (GateBed bed = new GateBed();
                GateProgram daemon = bed.gate(backend, name)) {
            daemon.tell("save " + state);
            daemon.tell("install");
            assertTrue(isShut(bed), "what shall be opened is closed");

            Run run = openForGood(bed).orFail();

            assertFalse(isShut(bed), run.out());
            assertEquals(List.of(), saved(), "the next boot closes nothing");
            assertTrue(rules(bed).stream().noneMatch(rule -> rule.contains("pgha")), run.out());
            assertTrue(run.out().contains(" gone"), run.out());
        }
    }

    @Test
    void openForGoodSaysWhatItLeavesAndHowItGoes() throws IOException {
        for (String backend : List.of("nftables", "iptables")) {
            try (GateBed bed = new GateBed();
                    GateProgram daemon = bed.gate(backend, "sales")) {
                daemon.tell("install");

                Run run = openForGood(bed);

                assertEquals(1, run.code(), run.out());
                assertTrue(isShut(bed));
                List<String> typed =
                        run.err().lines().filter(l -> l.startsWith("    ")).toList();
                assertEquals(backend.equals("nftables") ? 1 : 2, typed.size(), run.err());
                for (String line : typed) {
                    bed.onServer("sh", "-c", line).orFail();
                }
                assertFalse(isShut(bed));
            }
        }
    }

    /** Wherever its run_directory lies: it would put the rules back. */
    @Test
    void openForGoodRemovesNothingUnderADaemonThatRunsOrMayRun() throws IOException {
        try (GateBed bed = new GateBed();
                GateProgram daemon = bed.gate("nftables")) {
            daemon.tell("save " + state);
            daemon.tell("install");
            for (String unit : List.of("active", "activating", "deactivating", "reloading")) {
                Run run = openForGood(bed, unit, "");

                assertEquals(5, run.code(), unit + run.out());
                assertTrue(run.err().contains("systemctl stop pgha"), run.err());
                assertTrue(isShut(bed), unit);
                assertEquals(List.of("gate.nft"), saved());
            }
            assertEquals(5, openForGood(bed, "inactive", LISTENS).code(), "started by hand");
            assertTrue(isShut(bed));

            openForGood(bed, "failed", LEFT_BEHIND).orFail();
            assertFalse(isShut(bed));
        }
    }

    private static final String SOCKET =
            "mount -t tmpfs none /run; mkdir /run/pgha; perl -MIO::Socket::UNIX -e"
                    + " '$s = IO::Socket::UNIX->new(Local => \"/run/pgha/control.sock\", Listen => 1) or die;";

    private static final String LISTENS = SOCKET + " exit(system(@ARGV) >> 8)' \"$@\"; exit";

    /** By a daemon that was killed. */
    private static final String LEFT_BEHIND = SOCKET + "'; test -S /run/pgha/control.sock;";

    /** With a systemctl that knows the state directory, and of no daemon. */
    private Run openForGood(GateBed bed) throws IOException {
        return openForGood(bed, "inactive", "");
    }

    /** @param before a shell's words, in a name space of mounts of its own */
    private Run openForGood(GateBed bed, String unit, String before) throws IOException {
        Path programs = Files.createDirectories(state.resolve("bin"));
        Path systemctl = programs.resolve("systemctl");
        Files.writeString(
                systemctl,
                "#!/bin/sh\ncase $1 in show) echo 'ExecStart={ path=/usr/sbin/pgha-boot ;"
                        + " argv[]=/usr/sbin/pgha-boot close " + state
                        + " ; ignore_errors=no }' ;; is-active) echo " + unit + "; test " + unit
                        + " = active ;; *) exit 3 ;; esac\n");
        Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwxr-xr-x"));
        String path = "PATH=" + programs + ":/usr/sbin:/usr/bin:/sbin:/bin";
        Run run = bed.onServer(
                "env",
                path,
                "unshare",
                "--mount",
                "sh",
                "-ec",
                before + " exec \"$@\"",
                "sh",
                Path.of("packaging/bin/pgha-boot").toAbsolutePath().toString(),
                "open-for-good");
        Files.delete(systemctl);
        Files.delete(programs);
        return run;
    }

    /** As pgha-gate.service does; its user may not be able to read the place where this tree lies. */
    private void load(GateBed bed) throws IOException {
        String program = Files.readString(Path.of("packaging/bin/pgha-boot"));
        List<String> close = List.of("sh", "-s", "close", state.toString());
        Run.fed(program, Run.SHORT, bed.server.daemon(close)).orFail();
    }

    /** All that is in the firewall, in nft's words, which show iptables-nft's rules too; chains come in any order. */
    private static List<String> rules(GateBed bed) {
        String all = bed.onServer("nft", "-s", "list", "ruleset").orFail().out();
        return all.lines().map(String::strip).sorted().toList();
    }

    @Test
    void theRulesOfAnotherBackendAreForgotten() throws IOException {
        GateRules rules = new GateRules("pgha", List.of(5432), List.of());
        Gate nft = new NftGate(rules, Duration.ofSeconds(5));
        Gate iptables = new IptablesGate(rules, Duration.ofSeconds(5));
        try {
            new BootGate(state).save(nft);
            assertEquals(List.of("gate.nft"), saved());
            new BootGate(state).save(iptables);
            assertEquals(List.of("gate.ip6tables", "gate.ipset", "gate.iptables"), saved());
            new BootGate(state).save(nft);
            assertEquals(List.of("gate.nft"), saved());
        } finally {
            nft.dispose();
            iptables.dispose();
        }
    }

    private List<String> saved() throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
