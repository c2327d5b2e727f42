package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** {@link io.pgha.network.IptablesGate} keeps the laws of a gate. */
class IptablesGateIT extends GateContract {

    IptablesGateIT() {
        super("iptables");
    }

    @Override
    void flush() {
        bed.onServer("iptables", "-F").orFail();
        bed.onServer("ip6tables", "-F").orFail();
    }

    @Override
    List<List<String>> damages() {
        return List.of(
                List.of("iptables", "-I", "INPUT", "1", "-j", "ACCEPT"),
                List.of("ip6tables", "-I", "OUTPUT", "1", "-j", "ACCEPT"),
                List.of("iptables", "-I", "INPUT", "1", "-s", "10.88.0.0/24", "-j", "RETURN"),
                List.of("iptables", "-I", "INPUT", "1", "-p", "tcp", "--dport", "5432"),
                List.of("nft", "insert rule ip filter INPUT tcp dport vmap { 5432 : accept }"),
                List.of("iptables", "-D", "INPUT", "1"),
                List.of("ip6tables", "-F", "pgha-out"),
                List.of("iptables", "-I", "pgha-in", "1", "-j", "RETURN"),
                List.of("ip6tables", "-R", "pgha-in", "1", "-j", "RETURN"),
                List.of("ipset", "del", "pgha-open", "6432"));
    }

    @Test
    void anAcceptInAChainAheadIsFound() {
        rule("iptables", "-N ahead");
        rule("iptables", "-A ahead -m conntrack --ctstate ESTABLISHED -j ACCEPT");
        rule("iptables", "-I INPUT 1 -j ahead");
        assertTrue(gate.tell("look").contains("-j ahead"), gate.tell("look"));
        gate.tell("install");
        assertEquals("CLOSED", gate.tell("look"));
    }

    @Test
    void itsIpsetProgramIsReplacedWhenItDies() {
        gate.tell("open");
        ProcessHandle first = gate.child("ipset");
        first.destroyForcibly();
        gate.tell("close");
        assertTrue(gate.child("ipset").pid() != first.pid());
        assertEquals("CLOSED", gate.tell("look"));
        gate.tell("open");
        expectOpen();
    }

    @Test
    void aStuckIpsetProgramMissesTheDeadlineAndNeverOpensLate() {
        ProcessHandle stuck = gate.child("ipset");
        Run.of(List.of("kill", "-STOP", Long.toString(stuck.pid()))).orFail();
        String answer = gate.ask("open");
        assertTrue(answer.contains("within 3000 ms"), answer);
        Lab.await("it is ended", Run.SHORT, () -> !stuck.isAlive());
        assertEquals("CLOSED", gate.tell("look"));
        gate.tell("open");
        expectOpen();
    }

    @Test
    void aDeadDaemonsStuckIpsetProgramIsEndedByTheNext() {
        ProcessHandle stuck = gate.child("ipset");
        Run.of(List.of("kill", "-STOP", Long.toString(stuck.pid()))).orFail();
        gate.kill();
        assertTrue(stuck.isAlive());
        replaceGate();
        gate.tell("install");
        Lab.await("it is ended", Run.SHORT, () -> !stuck.isAlive());
    }

    @Test
    void aMissingProgramIsNamedWithItsPackage() {
        List<String> blind = new ArrayList<>(bed.driver(backend, "pgha", "5432", "", "0"));
        blind.set(0, "/usr/bin/java");
        blind.addAll(0, List.of("env", "PATH=/nonexistent"));
        try (GateProgram program = new GateProgram(bed.server.daemon(blind))) {
            String answer = program.ask("install");
            assertTrue(answer.contains("apt install ipset"), answer);
            assertTrue(program.tell("look").contains("install iptables"));
        }
    }

    @Test
    void aHeldLockIsNamedAndDoesNotStopAToggle() throws java.io.IOException {
        Machine old = Machine.boot("legacy");
        try {
            String make = "mkdir /run/old; for p in iptables iptables-restore ip6tables"
                    + " ip6tables-restore; do t=${p/tables/tables-legacy}; [ -x /usr/sbin/$t ] || exit 7;"
                    + " ln -s /usr/sbin/$t /run/old/$p; done";
            org.junit.jupiter.api.Assumptions.assumeTrue(
                    Run.of(old.root(List.of("bash", "-c", make))).code() == 0,
                    "no iptables-legacy here");
            List<String> driver = new ArrayList<>(bed.driver(backend, "pgha", "5432", "", "0"));
            driver.addAll(0, List.of("env", "PATH=/run/old:/usr/sbin:/usr/bin"));
            try (GateProgram root = new GateProgram(old.root(driver));
                    GateProgram postgres = new GateProgram(old.daemon(driver))) {
                String noRights = postgres.ask("install");
                assertTrue(noRights.contains("needs root for its lock"), noRights);
                root.tell("install");
                assertEquals("CLOSED", root.tell("look"));
                Process holder = new ProcessBuilder(
                                old.root(List.of("flock", "/run/xtables.lock", "sleep", "30")))
                        .start();
                try {
                    Lab.await(
                            "the lock is held",
                            Run.SHORT,
                            () -> root.ask("install").contains("fuser -v /run/xtables.lock"));
                    root.tell("open");
                    root.tell("close");
                } finally {
                    holder.descendants().forEach(ProcessHandle::destroyForcibly);
                    holder.destroyForcibly();
                }
            }
        } finally {
            old.die();
        }
    }
}
