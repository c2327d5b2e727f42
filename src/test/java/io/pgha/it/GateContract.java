package io.pgha.it;

import static io.pgha.it.GateBed.CLIENT4;
import static io.pgha.it.GateBed.CLIENT6;
import static io.pgha.it.GateBed.PEER4;
import static io.pgha.it.GateBed.PEER6;
import static io.pgha.it.GateBed.POOLER;
import static io.pgha.it.GateBed.POSTGRES;
import static io.pgha.it.GateBed.SERVER4;
import static io.pgha.it.GateBed.SERVER6;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.it.GateBed.Session;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The laws of a gate, whatever keeps it. The gate is a process with a daemon's rights (PostgreSQL's owner, two ambient
 * capabilities), its clients are real TCP connections over a wire, in both families.
 */
@Tag("netns")
@NeedsNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GateContract {

    private static final Duration SOON = Duration.ofSeconds(10);

    final String backend;
    GateBed bed;
    /** Serves one law after the other, since a JVM takes its time to start. */
    GateProgram gate;

    GateContract(String backend) {
        this.backend = backend;
    }

    @BeforeAll
    void boot() {
        bed = new GateBed();
        gate = bed.gate(backend);
    }

    @AfterAll
    void shutDown() {
        gate.close();
        bed.close();
    }

    @BeforeEach
    void install() {
        gate.tell("install");
    }

    @AfterEach
    void remove() {
        gate.ask("remove");
        bed.onServer("nft", "flush", "ruleset");
        bed.onServer("ipset", "destroy");
    }

    /** A new daemon in place of the one that is dead or has been reconfigured. */
    void replaceGate() {
        gate.kill();
        gate = bed.gate(backend);
    }

    private boolean isShut(String from, String to) {
        boolean postgres = bed.isRefused(from, 0, to, POSTGRES);
        if (to.equals(SERVER4)) {
            assertEquals(postgres, bed.isRefused(from, 0, to, POOLER), "all ports alike");
        }
        return postgres;
    }

    void expectShut() {
        assertTrue(isShut(CLIENT4, SERVER4));
        assertTrue(isShut(CLIENT6, SERVER6));
    }

    void expectOpen() {
        assertFalse(isShut(CLIENT4, SERVER4));
        assertFalse(isShut(CLIENT6, SERVER6));
    }

    @Test
    void aGateIsClosedWhereThereWasNone() {
        assertEquals("CLOSED", gate.tell("look"));
        expectShut();
        gate.tell("open");
        assertEquals("OPEN", gate.tell("look"));
        expectOpen();
    }

    @Test
    void aClosedGateRefusesAtOnce() {
        for (String server : List.of(SERVER4, SERVER6)) {
            String from = server.equals(SERVER4) ? CLIENT4 : CLIENT6;
            long begun = System.nanoTime();
            assertTrue(bed.isRefused(from, 0, server, POSTGRES));
            // Linux repeats an unanswered SYN after a second: this was the answer to the first.
            assertTrue(Duration.ofNanos(System.nanoTime() - begun).toMillis() < 900);
        }
    }

    @Test
    void closingResetsAClientThatSends() throws IOException {
        gate.tell("open");
        for (String server : List.of(SERVER4, SERVER6)) {
            try (Session session =
                    bed.session(server.equals(SERVER4) ? CLIENT4 : CLIENT6, server, POSTGRES)) {
                assertTrue(session.isAlive());
                gate.tell("close");
                session.client().getOutputStream().write('q');
                assertThrows(
                        SocketException.class,
                        () -> session.client().getInputStream().read());
            }
            gate.tell("open");
        }
    }

    @Test
    void aReplyInFlightNeverEscapesAfterTheClose() throws IOException {
        gate.tell("open");
        try (Session session = bed.session(CLIENT4, SERVER4, POSTGRES)) {
            session.client().getOutputStream().write("COMMIT".getBytes(StandardCharsets.US_ASCII));
            assertEquals(6, session.server().getInputStream().readNBytes(6).length);
            gate.tell("close");
            session.server()
                    .getOutputStream()
                    .write("COMMITTED".getBytes(StandardCharsets.US_ASCII));
            session.client().setSoTimeout(700);
            assertThrows(
                    SocketTimeoutException.class,
                    () -> session.client().getInputStream().read());
            assertEquals("0 left", gate.tell("kill"));
            session.client().setSoTimeout(3_000);
            assertThrows(
                    SocketException.class,
                    () -> session.client().getInputStream().read());
        }
    }

    @Test
    void idleSessionsAreEndedAndThePeersAndLoopbackSpared() throws IOException {
        gate.tell("open");
        try (Session v4 = bed.session(CLIENT4, SERVER4, POSTGRES);
                Session pooler = bed.session(CLIENT4, SERVER4, POOLER);
                Session v6 = bed.session(CLIENT6, SERVER6, POSTGRES);
                Session peer4 = bed.session(PEER4, SERVER4, POSTGRES);
                Session peerPooler = bed.session(PEER4, SERVER4, POOLER);
                Session peer6 = bed.session(PEER6, SERVER6, POSTGRES);
                Session loopback = local("127.0.0.1", "127.0.0.1", POSTGRES);
                Session own = local(SERVER4, SERVER4, POOLER)) {
            gate.tell("close");
            assertEquals("0 left", gate.tell("kill"));
            for (Session ended : List.of(v4, pooler, v6)) {
                assertThrows(
                        SocketException.class,
                        () -> ended.client().getInputStream().read());
                assertThrows(
                        IOException.class,
                        () -> ended.server().getOutputStream().write('a'));
            }
            for (Session spared : List.of(peer4, peerPooler, peer6, loopback, own)) {
                assertTrue(spared.isAlive());
            }
        }
    }

    private Session local(String from, String to, int port) {
        return bed.serverNet.call(() -> {
            Socket client = GateBed.connectHere(from, 0, to, port);
            return new Session(client, bed.listener(port).accept());
        });
    }

    @Test
    void thePeerPassesAClosedGateButItsObserverPortDoesNot() {
        assertFalse(isShut(PEER4, SERVER4));
        assertFalse(isShut(PEER6, SERVER6));
        assertTrue(bed.isRefused(PEER4, GateBed.OBSERVER, SERVER4, POSTGRES));
        assertTrue(bed.isRefused(PEER6, GateBed.OBSERVER, SERVER6, POSTGRES));
        gate.tell("open");
        assertFalse(bed.isRefused(PEER4, GateBed.OBSERVER, SERVER4, POSTGRES));
    }

    @Test
    void openingAndClosingCanBeRepeatedForEver() {
        gate.tell("toggle 100");
        assertEquals("CLOSED", gate.tell("look"));
        for (int i = 0; i < 5; i++) {
            gate.tell("install");
        }
        gate.tell("open");
        gate.tell("install");
        assertEquals("OPEN", gate.tell("look"));
        expectOpen();
    }

    @Test
    void otherPeoplesRulesDoNotConfuseALook() {
        for (String iptables : List.of("iptables", "ip6tables")) {
            rule(iptables, "-I INPUT 1 -p tcp --dport 15432 -j ACCEPT");
            rule(iptables, "-I INPUT 1 -p udp --dport 5432 -j ACCEPT");
            rule(iptables, "-I INPUT 1 -i lo -j ACCEPT");
            rule(iptables, "-I OUTPUT 1 -p tcp --sport 15432 -j REJECT");
            rule(iptables, "-A INPUT -p tcp --dport 5432 -j ACCEPT");
            rule(iptables, "-N elsewhere");
            rule(iptables, "-A elsewhere -p tcp --dport 22 -j ACCEPT");
            rule(iptables, "-I INPUT 1 -m comment --comment \"5432 pgha-in\" -j elsewhere");
        }
        bed.onServer("nft", "add table inet filter").orFail();
        bed.onServer("nft", "add chain inet filter input { type filter hook input priority -20; }")
                .orFail();
        bed.onServer("nft", "add rule inet filter input tcp dport 5432 accept").orFail();
        assertEquals("CLOSED", gate.tell("look"));
        expectShut();
        gate.tell("open");
        assertEquals("OPEN", gate.tell("look"));
        expectOpen();
    }

    /** Words apart by blanks; a quoted one may hold some. */
    void rule(String iptables, String words) {
        Run.fed(
                        "*filter\n" + words.replaceFirst("^-N (.*)", ":$1 - [0:0]") + "\nCOMMIT\n",
                        Run.SHORT,
                        bed.server.root(List.of(iptables + "-restore", "--noflush")))
                .orFail();
    }

    /** What an unwitting person or program does to this kind of firewall; afterwards nothing guards the port. */
    abstract void flush();

    @Test
    void aForeignFlushIsDamageAndIsMendedToTheWantedState() {
        gate.tell("open");
        flush();
        assertTrue(gate.tell("look").startsWith("DAMAGED "), "after a flush");
        assertTrue(gate.tell("describe").contains("DAMAGED"));
        try (Session session = bed.session(CLIENT4, SERVER4, POSTGRES)) {
            gate.tell("mend OPEN");
            assertEquals("OPEN", gate.tell("look"));
            assertTrue(session.isAlive(), "mending an open gate cuts nobody");
        }
        flush();
        gate.tell("mend CLOSED");
        assertEquals("CLOSED", gate.tell("look"));
        expectShut();
    }

    /** Small changes that somebody may make to our rules, each a command as root; every one of them is damage. */
    abstract List<List<String>> damages();

    @Test
    void everyChangeToOurRulesIsSeenAndMendedWithoutLosingTheState() {
        for (List<String> damage : damages()) {
            gate.tell("open");
            // Nobody looks less closely at what has long been as it should be.
            for (int look = 0; look < 3; look++) {
                assertEquals("OPEN", gate.tell("look"));
            }
            Run.of(bed.server.root(damage)).orFail();
            String seen = gate.tell("look");
            assertTrue(seen.startsWith("DAMAGED "), damage + ": " + seen);
            gate.tell("install");
            assertEquals("OPEN", gate.tell("look"), damage.toString());
            gate.tell("close");
            expectShut();
        }
    }

    @Test
    void aNewDaemonKeepsTheStateAndCutsNobody() {
        gate.tell("open");
        try (Session session = bed.session(CLIENT4, SERVER4, POSTGRES)) {
            gate.kill();
            assertTrue(session.isAlive());
            replaceGate();
            gate.tell("install");
            assertEquals("OPEN", gate.tell("look"));
            gate.tell("exempt " + CLIENT4);
            assertTrue(gate.tell("look").startsWith("DAMAGED "), "rules of another configuration");
            gate.tell("install");
            assertEquals("OPEN", gate.tell("look"));
            assertTrue(session.isAlive());
            gate.tell("close");
            assertFalse(isShut(CLIENT4, SERVER4), "newly exempt");
            assertTrue(isShut(PEER4, SERVER4), "no longer exempt");
        } finally {
            replaceGate();
        }
    }

    @Test
    void changedPortsAreTakenOverInTheSameState() {
        gate.tell("open");
        try (GateProgram other = new GateProgram(bed.server.daemon(
                bed.driver(backend, "pgha", "5432,6432,7000", PEER4 + "," + PEER6, "700")))) {
            other.tell("install");
            assertEquals("OPEN", other.tell("look"));
            expectOpen();
            other.tell("close");
            expectShut();
        }
    }

    @Test
    void twoGatesWithTwoNamesLiveSideBySide() {
        try (GateProgram other =
                new GateProgram(bed.server.daemon(bed.driver(backend, "node2", "7000", "", "0")))) {
            other.tell("install");
            gate.tell("open");
            assertEquals("CLOSED", other.tell("look"));
            assertEquals("OPEN", gate.tell("look"));
            other.tell("open");
            gate.tell("close");
            assertEquals("OPEN", other.tell("look"));
            other.tell("remove");
            assertEquals("CLOSED", gate.tell("look"));
            expectShut();
            assertTrue(other.tell("look").startsWith("DAMAGED "));
        }
    }

    @Test
    void aSlotLetsPassOnlyWhilePermittedAndGranted() {
        gate.tell("permit 0 10000");
        assertEquals("CLOSED", gate.tell("look"));
        expectShut();
        gate.tell("ungrant 0");
        gate.tell("grant 1");
        assertEquals("CLOSED", gate.tell("look"));
        expectShut();
        gate.tell("grant 0");
        assertEquals("OPEN", gate.tell("look"));
        expectOpen();
        gate.tell("ungrant 0");
        expectShut();
        gate.tell("grant 0");
        gate.tell("close");
        gate.tell("permit 0 10000");
        assertEquals("CLOSED", gate.tell("look"), "closing and permitting both ungrant");
    }

    @Test
    void aSlotThatIsPermittedAgainIsShutUntilItIsGrantedAgain() {
        gate.tell("permit 0 10000");
        gate.tell("grant 0");
        expectOpen();
        gate.tell("permit 0 10000");
        assertEquals("CLOSED", gate.tell("look"), "permitted again");
        expectShut();
        gate.tell("grant 0");
        expectOpen();
    }

    /** A daemon that stopped has left its last lease and the long one; the next one must not take the long one back. */
    @Test
    void ofTwoSlotsInForceTheOneIsNamedThatLastsLonger() {
        assertEquals("none", gate.tell("lasting"));
        for (int usual = 0; usual < 2; usual++) {
            int longer = 1 - usual;
            gate.tell("permit " + usual + " 30000");
            gate.tell("grant " + usual);
            assertEquals(String.valueOf(usual), gate.tell("lasting"));
            gate.tell("permit " + longer + " 90000");
            assertEquals(String.valueOf(usual), gate.tell("lasting"), "not granted yet");
            gate.tell("grant " + longer);
            assertEquals(String.valueOf(longer), gate.tell("lasting"));
            gate.tell("close");
        }
    }

    @Test
    void aSlotClosesByItselfWhenItsDaemonIsDead() {
        assertEquals("0 ms", gate.tell("permit 0 0"));
        gate.tell("grant 0");
        assertEquals("CLOSED", gate.tell("look"), "no time, no permit");
        long before = System.nanoTime();
        gate.tell("permit 0 2000");
        long armed = System.nanoTime();
        gate.tell("grant 0");
        expectOpen();
        gate.kill();
        AtomicLong lastLetIn = new AtomicLong(armed);
        // One port is asked: between two questions the kernel may close both.
        Lab.await("the kernel closes", SOON, () -> {
            long asked = System.nanoTime();
            boolean refused = bed.isRefused(CLIENT4, 0, SERVER4, POSTGRES);
            lastLetIn.set(refused ? lastLetIn.get() : asked);
            return refused;
        });
        // What is certain, however late the answers are looked at: it was open no longer than
        // permitted.
        long held = Duration.ofNanos(System.nanoTime() - before).toMillis();
        long open = Duration.ofNanos(lastLetIn.get() - armed).toMillis();
        assertTrue(held > 1_000 && open < 2_300, open + " to " + held + " ms");
        expectShut();
        replaceGate();
    }

    /** Elements that run out change no rule, and no number of the ruleset. */
    @Test
    void aSlotThatHasRunOutIsSeenHoweverOftenItWasLookedAtBefore() {
        gate.tell("permit 0 2000");
        gate.tell("grant 0");
        for (int look = 0; look < 3; look++) {
            assertEquals("OPEN", gate.tell("look"));
        }
        Lab.await("it is seen", SOON, () -> gate.tell("look").equals("CLOSED"));
        expectShut();
    }

    @Test
    void renewalsInTurnKeepItOpenWithoutAGap() {
        gate.tell("permit 0 2000");
        gate.tell("grant 0");
        try (Session session = bed.session(CLIENT4, SERVER4, POSTGRES)) {
            long until = System.nanoTime() + Duration.ofMillis(2_500).toNanos();
            for (int slot = 1; System.nanoTime() < until; slot = 1 - slot) {
                gate.tell("permit " + slot + " 2000");
                gate.tell("grant " + slot);
                assertTrue(session.isAlive());
                expectOpen();
            }
        }
    }

    @Test
    void withoutRightsTheMessageSaysWhichAndHow() {
        try (GateProgram powerless = new GateProgram(
                bed.server.postgres(bed.driver(backend, "pgha", "5432", "", "0")))) {
            String answer = powerless.ask("install");
            assertTrue(answer.startsWith("error ") && answer.contains("CAP_NET_ADMIN"), answer);
            assertTrue(powerless.tell("look").contains("CAP_NET_ADMIN"));
        }
    }

    @Test
    void theDoorsBesideTheGateAreListed() {
        rule4nat("-A PREROUTING -p tcp --dport 5432 -j DNAT --to-destination 172.17.0.2:5432");
        String found = gate.tell("listeners");
        assertTrue(found.contains("--to-destination 172.17.0.2:5432"), found);
        assertFalse(found.contains("port=5432") || found.contains("port=6432"), found);
    }

    private void rule4nat(String words) {
        Run.fed(
                        "*nat\n" + words + "\nCOMMIT\n",
                        Run.SHORT,
                        bed.server.root(List.of("iptables-restore", "--noflush")))
                .orFail();
    }

    @Test
    void gatewaysAnswerByTcpRefusalOrPingAndSilenceIsSilence() {
        String seen = gate.tell("gateways " + CLIENT4 + ":1," + CLIENT4 + ",10.88.0.99," + CLIENT6);
        assertTrue(seen.startsWith("true "), seen);
        assertEquals(2, seen.split("Answered", -1).length - 1, seen);
        assertEquals(1, seen.split("Refused", -1).length - 1, seen);
        assertEquals(1, seen.split("Silent", -1).length - 1, seen);
        assertTrue(gate.tell("gateways 10.88.0.99:5432,10.88.0.99").startsWith("false "));
    }

    @Test
    void togglesAreFast() {
        System.out.println(backend + " gate, median/worst of 200: " + gate.tell("measure"));
    }
}
