package io.pgha.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.engine.Status;
import io.pgha.model.GateState;
import io.pgha.model.NodeState;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.model.Postmaster;
import io.pgha.model.Probed;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

class StatusTextTest {

    private static String page(Sample s) {
        return StatusText.of(s.status(), Sample.NOW, Call.Form.TEXT);
    }

    @Test
    void aHealthyPairSeenFromThePrimary() throws IOException {
        Golden.assertSame("status-primary.txt", page(Sample.primary()));
    }

    @Test
    void aHealthyPairSeenFromTheStandby() throws IOException {
        Golden.assertSame("status-standby.txt", page(Sample.standby()));
    }

    @Test
    void aSilentPeerIsShownAsLastSeenAndNeverAsDown() throws IOException {
        Sample s = Sample.standby();
        s.peerView = Sample.view(
                Optional.of(Sample.message(Sample.NODE1, NodeState.PRIMARY, false)), "", false);
        s.peerAge = Optional.of(Duration.ofSeconds(12));
        s.local = new Probed.Answered<>(Sample.following("waiting"), Sample.AT);
        s.failures = 2;
        s.primaryPort = Optional.of(
                new PortProbe(PortAnswer.TIMEOUT, "", Duration.ofSeconds(1), Sample.AT));
        s.situation = "the primary is silent: failure 2 of 4";
        s.problems = List.of("node1 is silent on every channel: look at its power and network");
        s.exitCode = 4;

        String page = page(s);

        Golden.assertSame("status-silent-peer.txt", page);
        assertFalse(
                page.contains("PRIMARY  open"), "what is not known now is not shown as if it were");
    }

    @Test
    void anEmptyNodeBeingRebuiltShowsHowFarItIs() throws IOException {
        Sample s = Sample.standby();
        s.postmaster = Postmaster.NO_DATA;
        s.local = new Probed.Refused<>("connection refused", Sample.AT);
        s.lagBytes = Optional.empty();
        s.vetoes = List.of("REBUILD NEEDED: there is no data directory", "PostgreSQL does not run");
        s.running = Optional.of(new Status.Running(
                "i-12ab",
                "initialize as standby",
                3,
                9,
                "copy the database of node1",
                1_395_864_371L,
                3_113_851_289L,
                102_760_448L,
                Duration.ofSeconds(14)));
        s.situation = "being rebuilt from node1";
        s.problems = List.of("no standby could take over until the rebuild is done");
        s.exitCode = 3;

        Golden.assertSame("status-rebuild.txt", page(s));
    }

    @Test
    void aGateThatIsWhereItShouldNotBeIsMarked() throws IOException {
        Sample s = Sample.primary();
        s.gate = new Probed.Answered<>(GateState.DAMAGED, Sample.AT);
        s.gateHold = Optional.of("maintenance of the pooler");
        s.ended =
                Optional.of(new Status.Ended("f-1", "failover", 0, "node1 is primary at epoch 3"));
        s.problems = List.of("the gate's rules were changed by somebody: they are being put back");
        s.exitCode = 4;

        Golden.assertSame("status-damaged-gate.txt", page(s));
    }

    @Test
    void aConflictAsksForAPerson() throws IOException {
        Sample s = Sample.primary();
        s.state = NodeState.CONFLICT;
        s.gate = new Probed.Answered<>(GateState.CLOSED, Sample.AT);
        s.peerView = Sample.view(
                Optional.of(Sample.message(Sample.NODE2, NodeState.CONFLICT, false)), "", true);
        s.situation = "both nodes hold client commits that the other lacks: 12 here, 3 there";
        s.problems =
                List.of("choose which copy stays, then type pgha initialize on the other node");
        s.exitCode = 4;

        Golden.assertSame("status-conflict.txt", page(s));
    }

    @Test
    void whatCouldNotBeReadIsSaidAndNotGuessed() throws IOException {
        Sample s = Sample.primary();
        s.gate = new Probed.Silent<>("nft gave no answer in 2.0 s", Sample.AT);
        s.local = new Probed.Silent<>("no answer on 127.0.0.1:5432 in 1.0 s", Sample.AT);
        s.postmaster = Postmaster.UNKNOWN;
        s.peerView = Sample.view(Optional.empty(), "never heard since the start", false);
        s.peerAge = Optional.empty();
        s.exitCode = 4;

        Golden.assertSame("status-unknown.txt", page(s));
    }

    @Test
    void anOldStatusSaysThatItIsOld() {
        String page = StatusText.of(
                Sample.primary().status(), Sample.AT.plus(Duration.ofMinutes(3)), Call.Form.TEXT);

        assertTrue(page.contains("This is 3 min 0 s old"), page);
    }

    @Test
    void coloursAreAddedOnlyWhereAskedFor() {
        Status s = Sample.primary().status();

        assertFalse(StatusText.of(s, Sample.NOW, Call.Form.TEXT).contains("\u001b"));
        assertTrue(StatusText.of(s, Sample.NOW, Call.Form.COLOR).contains("\u001b[32m"));
    }
}
