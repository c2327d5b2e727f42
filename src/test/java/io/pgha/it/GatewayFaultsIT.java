package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Guard gateway: a primary that is cut off, both ways or one way, is no second one. */
@Tag("netns")
@NeedsNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayFaultsIT {

    private final StruckPair pair = new StruckPair(LabOptions.shipped().withGuard("gateway"));

    @AfterAll
    void close() {
        pair.close();
    }

    @Test
    void aCutOffPrimaryClosesBeforeTheStandbyOpens() {
        pair.run("cut off, clients reach it", round -> {
            round.primary().cut(Wires.Side.PEER);
            round.primary().cut(Wires.Side.GATEWAY);
            round.awaitTakeover();

            assertFalse(round.lab().isOpen(round.primary()), round.lab()::diagnosis);
            round.healAndChoose();
        });
    }

    @Test
    void aPrimaryThatNobodyHearsIsNoSecondOne() {
        pair.run("silenced", round -> {
            round.primary().silence(Wires.Side.EVERYTHING);
            round.awaitTakeover();
            round.healAndChoose();
        });
    }

    @Test
    void aPrimaryThatHearsNobodyIsNoSecondOne() {
        pair.run("deafened", round -> {
            round.primary().deafen(Wires.Side.EVERYTHING);
            round.awaitTakeover();
            round.healAndChoose();
        });
    }
}
