package io.pgha.booted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What holds of an installed pair on booted machines whatever its guard, under writing clients. After every event exactly one
 * node is open, the other follows it, and at no moment was a node open that was not the primary.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class BootMatrixContract {

    static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Twice as long as a silent primary is given with the default profile. */
    private static final Duration REFUSED = Duration.ofSeconds(10);

    /** More than the default profile's lease with its rate and margin, and less than the handover lease. */
    private static final Duration USUAL_LEASE = Duration.ofSeconds(5);

    private final BootMatrix matrix = new BootMatrix();
    private Optional<BootedLab> opened = Optional.empty();
    private Optional<BootWatch> watching = Optional.empty();

    /** Its word in pgha.conf. */
    abstract String guard();

    /** Machines that boot, with nothing of pgha on them. */
    abstract BootedLab open();

    /** Makes a pair of them. */
    abstract void install(BootedLab lab);

    @BeforeAll
    void begin() {
        BootedLab lab = open();
        opened = Optional.of(lab);
        install(lab);
        settled();
        watching = Optional.of(new BootWatch(lab));
    }

    @AfterAll
    void close() {
        System.out.println(matrix);
        watching.ifPresent(BootWatch::close);
        opened.ifPresent(BootedLab::close);
    }

    final BootWatch watch() {
        return watching.orElseThrow();
    }

    final BootedLab lab() {
        return opened.orElseThrow();
    }

    /** The primary of a pair in which nothing is wrong: one node open, the other following. */
    final BootedNode settled() {
        lab().expect("one node serves, the other follows", PATIENCE, () -> {
            lab().nodes().forEach(BootMatrixContract::rejoinWhereThatTakesAPerson);
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
    interface Event {
        void happen(BootedNode primary, BootedNode standby, BootWatch.Sight sight);
    }

    /**
     * A long lease that this pair has taken for the absence of a daemon, in an event before, is over: a takeover on silence waits
     * for its end, and a row of the matrix shows one event.
     */
    private void withoutLongLease() {
        lab().expect(
                        "no lease but the usual one may be in force",
                        PATIENCE,
                        () -> lab().nodes().stream()
                                .allMatch(node -> node.grantedMillis() < USUAL_LEASE.toMillis()));
    }

    final BootWatch.Sight event(String name, Event event) {
        BootWatch watch = watch();
        BootedNode primary = settled();
        watch.awaitWrites();
        BootWatch.Sight sight = watch.begin();
        event.happen(primary, lab().other(primary), sight);
        BootedNode open = settled();
        watch.awaitWrites();
        lab().expect("it is seen open", PATIENCE, () -> sight.connections(open) > 0);
        List<String> violations = sight.violations();
        String who = open.equals(primary) ? "the same node" : "the other node";
        matrix.add(name, guard(), who, sight.gapSeconds(), violations.size());
        lab().assertNone("violations", violations);
        return sight;
    }

    /** Gives the order and returns when the machine begins to boot. */
    final void rebooted(BootWatch.Sight sight, BootedNode... nodes) {
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
        var acknowledged = watch().acknowledged();
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

        lab().assertNone("errors of clients", sight.errors());
    }

    @Test
    @Order(5)
    void aPrimaryWithoutPowerIsTakenOverAndReturnsAsStandby() {
        withoutLongLease();
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
        lab().assertNone("errors of clients", sight.errors());

        BootWatch.Sight stopped = event("systemctl stop pgha, and start", (primary, standby, s) -> {
            primary.machine().run("systemctl", "stop", "pgha").orFail();
            watch().awaitWrites();
            primary.machine().run("systemctl", "start", "pgha").orFail();
        });
        lab().assertNone("errors of clients", stopped.errors());
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
        withoutLongLease();
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
    void anUpgradeFromTheVersionBeforeIsNoticedByNoClient() {
        OtherPackage before = OtherPackage.make(lab().home(), "0.0.9", -1);
        for (BootedNode node : lab().nodes()) {
            Installation.install(node.machine(), before.deb()).orFail();
        }
        Path built = Installation.built("pgha");
        BootedNode first = settled();

        BootWatch.Sight sight =
                event("upgrade of both from the version before", (primary, standby, s) -> {
                    Installation.install(standby.machine(), built).orFail();
                    lab().expect(
                                    "two versions speak with each other",
                                    PATIENCE,
                                    () -> primary.says(standby.name() + " runs pgha ")
                                            && standby.says(primary.name() + " runs pgha 0.0.9"));
                    lab().expect("node streams", PATIENCE, standby::isStreaming);
                    watch().awaitWrites();
                    Installation.install(primary.machine(), built).orFail();
                });

        lab().assertNone("errors of clients", sight.errors());
        assertEquals(first, settled());
        for (BootedNode node : lab().nodes()) {
            String version = node.machine().run("pgha", "version").orFail().out();
            assertFalse(version.contains("0.0.9"), version);
        }
    }

    @Test
    @Order(12)
    void aVersionTwoStepsAwayIsRefusedByNameAndNothingElse() {
        OtherPackage far = OtherPackage.make(lab().home(), "9.0.0", 2);
        Path built = Installation.built("pgha");
        BootedNode first = settled();

        BootWatch.Sight sight =
                event("standby two versions ahead, and back", (primary, standby, s) -> {
                    Installation.install(standby.machine(), far.deb()).orFail();
                    for (BootedNode node : lab().nodes()) {
                        lab().expect(
                                        node.name() + " names both versions",
                                        PATIENCE,
                                        () -> node.says("they may differ by one step only"));
                    }
                    lab().watch("nobody takes over", REFUSED, () -> !standby.is("PRIMARY"));
                    Installation.install(standby.machine(), built).orFail();
                });

        lab().assertNone("errors of clients", sight.errors());
        assertEquals(first, settled());
    }

    private void powerCut(BootedNode primary, BootedNode standby, BootWatch.Sight sight) {
        primary.machine().powerCut();
        lab().expect("the other serves", PATIENCE, () -> standby.is("PRIMARY"));
        on(sight, primary);
    }
}
