package io.pgha.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.engine.EventLine;
import io.pgha.model.GateState;
import io.pgha.model.Postmaster;
import io.pgha.model.Probed;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Optional;

class StatusJsonTest {

    @Test
    void theShapeOfAHealthyPrimaryStays() throws IOException {
        Golden.assertSame(
                "status-primary.json",
                new StatusJson().status(Sample.primary().status(), Sample.NOW) + "\n");
    }

    @Test
    void refusalsAndSilencesKeepTheirReason() throws IOException {
        Sample s = Sample.standby();
        s.gate = new Probed.Silent<GateState>("nft gave no answer in 2.0 s", Sample.AT);
        s.local = new Probed.Refused<>("connection refused", Sample.AT);
        s.postmaster = Postmaster.UNKNOWN;
        s.peerView = Sample.view(Optional.empty(), "never heard", false);
        s.peerAge = Optional.empty();
        s.lagBytes = Optional.empty();

        Golden.assertSame(
                "status-unknown.json", new StatusJson().status(s.status(), Sample.NOW) + "\n");
    }

    @Test
    void anEventIsOneLine() {
        assertEquals(
                "{\"number\":7,\"at\":\"2026-11-21T04:12:00.123+01:00\",\"severity\":\"WARN\",\"code\":\"x\","
                        + "\"sentence\":\"a \\\"b\\\"\",\"node\":\"node1\"}",
                new StatusJson()
                        .event(new EventLine(
                                7,
                                "2026-11-21T04:12:00.123+01:00",
                                EventLine.Severity.WARN,
                                "x",
                                "a \"b\"",
                                "node1")));
    }
}
