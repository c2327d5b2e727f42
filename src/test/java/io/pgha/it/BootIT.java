package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/** After every boot exactly one node is open, or none with a reason. */
@Tag("netns")
@NeedsNamespaces
class BootIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void bothNodesBootedTogetherEndWithExactlyOneOpenInBothOrders() {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            bootBoth(lab, lab.node1(), lab.node2());
            bootBoth(lab, lab.node2(), lab.node1());
        }
    }

    private static void bootBoth(Lab lab, LabNode first, LabNode second) {
        first.powerOff();
        second.powerOff();
        first.powerOn();
        second.powerOn();
        first.daemon().start();
        second.daemon().start();
        first.daemon().run(List.of("check-start", "--yes"));
        second.daemon().run(List.of("check-start", "--yes"));

        lab.expect("node1 is open", PATIENCE, () -> lab.isOpen(lab.node1()));
        assertFalse(lab.isOpen(lab.node2()), lab::diagnosis);
        assertTrue(lab.node1().postgres().isPrimary(), lab::diagnosis);
        lab.expect("node2 follows", PATIENCE, () -> lab.node2().postgres().isStreaming());
    }

    @Test
    void underBootManualABootedStandbyWaitsForAPerson() {
        try (Lab lab = Lab.open(LabOptions.shipped().with(List.of("boot = manual")))) {
            LabNode standby = lab.node2();
            standby.powerOff();
            standby.powerOn();
            standby.daemon().start();
            Run hook = standby.daemon().run(List.of("check-start", "--yes", "--at-boot"));
            assertEquals(5, hook.code(), hook::toString);

            lab.expect(
                    "a person is called",
                    PATIENCE,
                    () -> standby.daemon().run(List.of("status")).out().contains("boot = manual"));
            assertFalse(standby.postgres().runs(), lab::diagnosis);

            standby.daemon().run(List.of("check-start", "--yes")).orFail();
            lab.expect("node2 follows", PATIENCE, standby.postgres()::isStreaming);
        }
    }

    @Test
    void aLastKnownPrimaryBootedAloneOpensUnderFailcount() {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            lab.node2().powerOff();
            lab.node1().powerOff();

            lab.powerOn(lab.node1());

            lab.expect("node1 is open", PATIENCE, () -> lab.isOpen(lab.node1()));
        }
    }
}
