package io.pgha.booted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The built packages on booted machines, from their installation to their purge, under writing clients. After every event
 * exactly one node is open, the other follows it, and at no moment was a node open that was not the primary.
 */
@Tag("systemd")
@NeedsBootedMachines
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BootMatrixIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final BootMatrix matrix = new BootMatrix();
    private Optional<BootedLab> opened = Optional.empty();
    private Optional<BootWatch> watching = Optional.empty();

    @BeforeAll
    void open() {
        BootedLab lab = BootedLab.open();
        opened = Optional.of(lab);
        Installation.postgres(lab);
        Installation.pgha(lab);
        settled();
        lab.expect(
                "the witness may move the epoch",
                PATIENCE,
                () -> lab.witness()
                        .run("journalctl", "-u", "pgha-witness", "--no-pager")
                        .out()
                        .contains("the epoch may move"));
        watching = Optional.of(new BootWatch(lab));
    }

    @AfterAll
    void close() {
        System.out.println(matrix);
        watching.ifPresent(BootWatch::close);
        opened.ifPresent(BootedLab::close);
    }

    private BootedLab lab() {
        return opened.orElseThrow();
    }

    /** The primary of a pair in which nothing is wrong: one node open, the other following. */
    private BootedNode settled() {
        lab().expect("one node serves, the other follows", PATIENCE, () -> {
            lab().nodes().forEach(BootMatrixIT::rejoinWhereThatTakesAPerson);
            List<BootedNode> primaries =
                    lab().nodes().stream().filter(n -> n.is("PRIMARY")).toList();
            return primaries.size() == 1
                    && lab().nodes().stream().allMatch(BootedNode::isSteady)
                    && lab().other(primaries.get(0)).isStreaming();
        });
        return lab().nodes().stream().filter(n -> n.is("PRIMARY")).findFirst().orElseThrow();
    }

    /** A power cut may take commits along that no standby had: to discard them on the old primary is for a person to say. */
    private static void rejoinWhereThatTakesAPerson(BootedNode node) {
        boolean waits = node.is("DEPOSED")
                && node.status()
                        .filter(said -> said.text().contains("pgha rejoin here"))
                        .isPresent();
        if (waits) {
            node.machine().run("pgha", "rejoin", "--yes");
        }
    }

    /** An event: what is done to the pair, and what is told to the watch. */
    private interface Event {
        void happen(BootedNode primary, BootedNode standby, BootWatch.Sight sight);
    }

    private BootWatch.Sight event(String name, Event event) {
        BootWatch watch = watching.orElseThrow();
        BootedNode primary = settled();
        watch.awaitWrites();
        BootWatch.Sight sight = watch.begin();
        event.happen(primary, lab().other(primary), sight);
        BootedNode open = settled();
        watch.awaitWrites();
        lab().expect("it is seen open", PATIENCE, () -> sight.connections(open) > 0);
        List<String> violations = sight.violations();
        String who = open.equals(primary) ? "the same node" : "the other node";
        matrix.add(name, "witness", who, sight.gapSeconds(), violations.size());
        assertEquals(List.of(), violations, () -> lab().diagnosis());
        return sight;
    }

    /** Gives the order and returns when the machine begins to boot. */
    private void rebooted(BootWatch.Sight sight, BootedNode... nodes) {
        List<Optional<Long>> before =
                Arrays.stream(nodes).map(n -> n.machine().init()).toList();
        for (BootedNode node : nodes) {
            node.machine().reboot();
        }
        for (int i = 0; i < nodes.length; i++) {
            BootedNode node = nodes[i];
            Optional<Long> old = before.get(i);
            lab().expect(node.name() + " boots", PATIENCE, () -> {
                Optional<Long> init = node.machine().init();
                return init.isPresent() && !init.equals(old);
            });
            sight.boots(node);
        }
    }

    private void on(BootWatch.Sight sight, BootedNode node) {
        node.machine().powerOn();
        sight.boots(node);
    }

    @Test
    @Order(1)
    void aFreshInstallationIsSoundByItsOwnCheck() {
        for (BootedNode node : lab().nodes()) {
            lab().expect(
                            "pgha check finds nothing on " + node.name(),
                            PATIENCE,
                            () -> node.machine().run("pgha", "check").orFail().code() == 0);
        }
    }

    @Test
    @Order(2)
    void aKilledPostgresIsTakenOverAndNothingAcknowledgedIsLost() {
        event(
                "PostgreSQL killed",
                (primary, standby, sight) -> primary.machine()
                        .run("systemctl", "kill", "-s", "KILL", "postgresql@15-main")
                        .orFail());

        BootedNode open = settled();
        var acknowledged = watching.orElseThrow().acknowledged();
        open.sql("app", "select id from recorded")
                .orFail()
                .out()
                .lines()
                .map(Long::parseLong)
                .forEach(acknowledged::remove);
        assertEquals(0, acknowledged.size());
    }

    @Test
    @Order(3)
    void aRebootedPrimaryNeverOpensBeforeItsDecision() {
        event("reboot of the primary", (primary, standby, sight) -> rebooted(sight, primary));
    }

    @Test
    @Order(4)
    void aRebootedStandbyFollowsWithoutAnErrorOfAClient() {
        BootWatch.Sight sight =
                event("reboot of the standby", (primary, standby, s) -> rebooted(s, standby));

        assertEquals(List.of(), sight.errors());
    }

    @Test
    @Order(5)
    void aPrimaryWithoutPowerIsTakenOverAndReturnsAsStandby() {
        event("power cut of the primary, which returns", this::powerCut);
    }

    @Test
    @Order(6)
    void bothRebootedEndWithExactlyOneOpenInBothOrders() {
        event(
                "reboot of both, the primary first",
                (primary, standby, sight) -> rebooted(sight, primary, standby));
        event(
                "reboot of both, the standby first",
                (primary, standby, sight) -> rebooted(sight, standby, primary));
    }

    @Test
    @Order(7)
    void aPowerCutInTheMiddleOfABootChangesNothing() {
        event("power cut of the primary during its boot", (primary, standby, sight) -> {
            rebooted(sight, primary);
            primary.machine().powerCut();
            on(sight, primary);
            lab().expect(
                            "the gate is up",
                            PATIENCE,
                            () -> primary.machine()
                                            .run("systemctl", "is-active", "pgha-gate")
                                            .code()
                                    == 0);
            primary.machine().powerCut();
            on(sight, primary);
        });
    }

    @Test
    @Order(8)
    void aRestartedDaemonIsNoticedByNoClient() {
        BootWatch.Sight sight = event("systemctl restart pgha on both", (primary, standby, s) -> {
            primary.machine().run("systemctl", "restart", "pgha").orFail();
            standby.machine().run("systemctl", "restart", "pgha").orFail();
        });
        assertEquals(List.of(), sight.errors());

        BootWatch.Sight stopped = event("systemctl stop pgha, and start", (primary, standby, s) -> {
            primary.machine().run("systemctl", "stop", "pgha").orFail();
            watching.orElseThrow().awaitWrites();
            primary.machine().run("systemctl", "start", "pgha").orFail();
        });
        assertEquals(List.of(), stopped.errors());
    }

    @Test
    @Order(9)
    void aKilledDaemonIsStartedAgain() {
        event(
                "kill -9 of the primary's daemon",
                (primary, standby, sight) -> primary.machine()
                        .run("systemctl", "kill", "-s", "KILL", "pgha")
                        .orFail());
    }

    @Test
    @Order(10)
    void aStoppedDaemonIsEndedByTheWatchdog() {
        event("SIGSTOP of the primary's daemon", (primary, standby, sight) -> {
            String pid = primary.mainPid("pgha");
            primary.machine().run("kill", "-STOP", pid).orFail();
            lab().expect("the watchdog ended it", PATIENCE, () -> {
                String now = primary.mainPid("pgha");
                return !now.equals("0") && !now.equals(pid);
            });
        });
    }

    @Test
    @Order(11)
    void anUpgradeIsNoticedByNoClient() {
        Path later = Installation.later(lab().home());
        BootWatch.Sight sight = event("upgrade of the package on both", (primary, standby, s) -> {
            Installation.install(primary.machine(), later).orFail();
            Installation.install(standby.machine(), later).orFail();
        });

        assertEquals(List.of(), sight.errors());
        for (BootedNode node : lab().nodes()) {
            String version = node.machine()
                    .run("dpkg-query", "-W", "-f", "${Version}", "pgha")
                    .out();
            assertTrue(version.endsWith(Installation.LATER), version);
        }
    }

    private void powerCut(BootedNode primary, BootedNode standby, BootWatch.Sight sight) {
        primary.machine().powerCut();
        lab().expect("the other serves", PATIENCE, () -> standby.is("PRIMARY"));
        on(sight, primary);
    }

    @Test
    @Order(20)
    void aPurgeLeavesPostgresRunningAndGivesItsBootBack() {
        BootedNode primary = settled();
        BootedNode standby = lab().other(primary);
        String pid = standby.mainPid("postgresql@15-main");

        standby.machine().run("apt-get", "purge", "-y", "-q", "pgha").orFail();

        assertEquals(pid, standby.mainPid("postgresql@15-main"));
        assertTrue(standby.isStreaming(), lab()::diagnosis);
        String start = standby.machine()
                .run("grep", "-x", "auto", "/etc/postgresql/15/main/start.conf")
                .out();
        assertEquals("auto", start.strip());
        BootWatch.Sight sight = watching.orElseThrow().begin();
        rebooted(sight, standby);
        lab().expect("PostgreSQL starts by itself", PATIENCE, standby::isStreaming);
        watching.orElseThrow().awaitWrites();
        assertEquals(List.of(), sight.errors());
    }
}
