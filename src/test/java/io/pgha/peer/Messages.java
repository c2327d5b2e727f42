package io.pgha.peer;

import io.pgha.model.Cede;
import io.pgha.model.CedeAnswer;
import io.pgha.model.Epoch;
import io.pgha.model.Fork;
import io.pgha.model.LeaseGrant;
import io.pgha.model.LeaseRequest;
import io.pgha.model.Lsn;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Postmaster;
import io.pgha.model.ReleaseToken;
import io.pgha.model.Votes;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Messages for tests. */
final class Messages {

    private Messages() {}

    static PeerMessage of(NodeId node, String incarnation, int protocol, long millis) {
        return new PeerMessage(
                protocol,
                "0." + protocol + ".0",
                node,
                incarnation,
                "digest",
                NodeState.STANDBY,
                new Epoch(3),
                Optional.empty(),
                Optional.of(false),
                Optional.empty(),
                Postmaster.RUNNING,
                Optional.of(true),
                Optional.of("7311111111111111111"),
                Optional.of(2),
                Optional.of(Lsn.parse("16/B374D848")),
                true,
                List.of(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                millis);
    }

    static PeerMessage full() {
        NodeId a = new NodeId("a");
        NodeId b = new NodeId("b");
        Lsn end = Lsn.parse("FFFFFFFF/FFFFFFFE");
        return new PeerMessage(
                1,
                "0.1.0",
                a,
                "i1",
                "digest",
                NodeState.CEDED,
                new Epoch(Long.MAX_VALUE),
                Optional.of(a),
                Optional.of(true),
                Optional.of("nftables table inet pgha, port 5432"),
                Postmaster.CRASHED,
                Optional.of(false),
                Optional.of("7311111111111111111"),
                Optional.of(9),
                Optional.of(end),
                false,
                List.of("paused", "lag \"1\" GB\n"),
                "ceding",
                Optional.of(new Cede(
                        "c1", new Epoch(4), b, "i2", end, Optional.empty(), "it died", false)),
                Optional.of(new CedeAnswer("c0", true, "")),
                Optional.of(new ReleaseToken("r1", "73", new Epoch(4), b, end, 9)),
                Optional.of("r0"),
                Optional.of("w1"),
                Optional.of("q1"),
                Optional.of("q0"),
                List.of(new Fork(1, Lsn.parse("0/3000000")), new Fork(2, end)),
                Optional.of(0L),
                Optional.of("paused by eve: upgrade"),
                Optional.of("power loss"),
                Optional.of(new LeaseRequest(8, new Epoch(4), Duration.ofSeconds(3))),
                Optional.of(new LeaseGrant(7, new Epoch(4), Duration.ofMillis(2500))),
                Optional.of(new Votes(
                        2,
                        Votes.Own.ASKED_BACK,
                        "its daemon was stopped",
                        Optional.of("vouched"),
                        7)),
                Optional.of(true),
                1L << 41);
    }
}
