package io.pgha.sim;

import io.pgha.model.GateState;
import io.pgha.model.NodeState;
import io.pgha.model.SyncPolicy;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A copy is rewound only to the open owner, never over a client's commit unless a person said so, and nobody starts one that
 * was left half rewound.
 */
final class RejoinLaw {

    private final Universe universe;
    private final Person person;
    private final Map<SimHost, Long> openAt = new HashMap<>();
    private final Set<SimHost> told = new HashSet<>();

    RejoinLaw(Universe universe, Person person) {
        this.universe = universe;
        this.person = person;
    }

    /** A person typed pgha rejoin there. */
    void told(SimHost host) {
        told.add(host);
    }

    /** What this node is, while it tells its peer. */
    void announcing(SimHost host, NodeState state) {
        if (state == NodeState.PRIMARY
                && (host.gate().look() != GateState.CLOSED
                        || universe.policy().sync().mode() == SyncPolicy.Mode.STRICT)
                && host.postgres().isUp()
                && !host.postgres().isInRecovery()) {
            openAt.put(host, universe.now());
        }
    }

    /** pg_rewind begins to write. */
    void rewinding(SimHost host) {
        SimHost peer = host.peer();
        long since = universe.now() - openAt.getOrDefault(peer, Long.MIN_VALUE / 2);
        long believed = universe.policy().heartbeats(3).toNanos() + 5 * Agenda.SECOND;
        if (since > believed) {
            throw new LawBroken(
                    "rejoin", host + " is rewound to " + peer + ", which is no open primary");
        }
        if (peer.disk().durable().epoch().compareTo(host.disk().durable().epoch()) < 0) {
            throw new LawBroken(
                    "rejoin", host + " is rewound to " + peer + ", whose epoch is older");
        }
        long commits = commitsOfItsOwn(host);
        if (commits > 0 && !told.contains(host)) {
            throw new LawBroken(
                    "rejoin", host + " is rewound over " + commits + " commits of clients");
        }
    }

    private static boolean isDiverged(SimHost host) {
        DataCopy mine = host.postgres().data();
        WalRecord theirs = host.peer().postgres().data().end;
        return !mine.torn && !theirs.upTo(mine.end.end()).holds(mine.end);
    }

    private static long commitsOfItsOwn(SimHost host) {
        WalRecord theirs = host.peer().postgres().data().end;
        WalRecord mine = host.postgres().data().end;
        long commits = 0;
        while (!theirs.upTo(mine.end()).holds(mine)) {
            commits = commits + (mine.kind() == WalRecord.Kind.CLIENT ? 1 : 0);
            mine = mine.before().orElseThrow();
        }
        return commits;
    }

    /** A step is begun. */
    void began(SimHost host, Step step) {
        boolean starts = step instanceof Step.StartPostgres && isRejoining(host);
        if (starts && !person.hasHandled() && isDiverged(host)) {
            throw new LawBroken("rejoin", host + " starts a copy that has diverged");
        }
        if (step instanceof Step.StartPostgres
                && host.postgres().data().torn
                && isRejoining(host)) {
            throw new LawBroken("P4", host + " starts a copy that is half rewound");
        }
    }

    private static boolean isRejoining(SimHost host) {
        return host.disk()
                .durable()
                .running()
                .filter(r -> r.plan().kind() == PlanKind.REJOIN)
                .isPresent();
    }
}
