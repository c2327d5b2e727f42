package io.pgha.sim;

import io.pgha.engine.Request;
import io.pgha.engine.Status;
import io.pgha.model.NodeState;
import io.pgha.model.Postmaster;
import io.pgha.plan.TargetWal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A person who knows nothing but what pgha status says, and types what it tells to type. */
final class SimOperator {

    private static final long PATIENCE = 8 * Agenda.SECOND;

    private final Universe universe;
    private final Map<SimHost, String> read = new HashMap<>();
    private final Map<SimHost, Long> since = new HashMap<>();

    SimOperator(Universe universe) {
        this.universe = universe;
    }

    /** Looks at both nodes; acts where the same problem has stood for a while. */
    void look() {
        for (SimHost host : universe.hosts()) {
            host.daemon().flatMap(SimDaemon::status).ifPresent(s -> look(host, s));
        }
    }

    private void look(SimHost host, Status status) {
        String words = status.state() + " " + String.join(" | ", status.problems());
        if (!withoutNumbers(words).equals(read.get(host))) {
            read.put(host, withoutNumbers(words));
            since.put(host, universe.now());
            return;
        }
        if (universe.now() - since.getOrDefault(host, universe.now()) >= PATIENCE) {
            since.put(host, universe.now());
            act(host, status, words);
        }
    }

    private static String withoutNumbers(String words) {
        return words.replaceAll("[0-9]+", "#");
    }

    private void act(SimHost host, Status status, String words) {
        if (status.running().isPresent() || status.problems().isEmpty()) {
            return;
        }
        universe.trace().say("op", () -> "reads on " + host + ": " + words);
        if (words.contains("pg_wal_replay_resume")) {
            universe.hosts().forEach(h -> h.postgres().pauseReplay(false));
        }
        if (words.contains("chronyc")) {
            universe.hosts().forEach(h -> h.clock().setRight());
        }
        if (words.contains("or pgha release --cancel there")) {
            host.peer().ask(new Request.CancelRelease(false, false));
        }
        if (words.contains("pgha acknowledge")) {
            host.ask(new Request.Acknowledge("operator", false));
        } else if (words.contains("pgha resume")) {
            host.ask(new Request.Resume("operator", false));
        } else if (words.contains("pgha unstandby")) {
            host.ask(new Request.Unstandby(false));
        } else if (words.contains("pgha gate open")) {
            host.ask(new Request.GateOpen(false));
        } else if (words.contains("Choose:")) {
            if (isBetter(host)) {
                universe.laws().person().forced();
                host.ask(new Request.Promote(true, true, false));
            }
        } else if (words.contains("pgha promote on the one to keep")) {
            if (isFurther(host)) {
                host.ask(new Request.Promote(true, false, false));
            }
        } else if (words.contains("pgha check-start")
                || words.contains("then start it")
                || words.contains("start it, the rest follows")) {
            host.ask(new Request.CheckStart(false));
            startByHand(host, status);
        } else if (words.contains("pgha rejoin here") && universe.chance().of(0.5)) {
            universe.laws().toldToRejoin(host);
            host.ask(new Request.Rejoin(TargetWal.LOCAL, false));
        } else if (words.contains("pgha initialize here")
                || words.contains("is the one to keep, pgha initialize on " + host.id())
                || words.contains("released the role to this node")
                || words.contains(": pgha initialize")
                || words.contains("pgha initialize copies")) {
            initialize(host);
        } else if (words.contains("remove standby.signal and restart it")) {
            host.postgres().data().standbySignal = false;
            host.postgres().stopFast(ok -> host.postgres().start(up -> {}));
        } else if (words.contains("pgha release --cancel")
                && status.state() == NodeState.RELEASED) {
            host.ask(new Request.CancelRelease(false, false));
        } else if (words.contains("pgha initialize on " + host.id() + " rebuilds it")) {
            initialize(host);
        }
    }

    private static void initialize(SimHost host) {
        host.ask(new Request.Initialize(Request.As.VERDICT, Optional.empty(), false, false));
    }

    /** "Start it": the server is started as a person starts it. */
    private static void startByHand(SimHost host, Status status) {
        boolean down = status.postmaster() == Postmaster.STOPPED
                || status.postmaster() == Postmaster.CRASHED;
        boolean undecided = status.state() == NodeState.UNDECIDED;
        if (down && !undecided) {
            host.postgres().start(up -> {});
        }
    }

    /** The person keeps the node with more of it; the first one where both have the same. */
    private boolean isBetter(SimHost host) {
        boolean onlyHere = host.peer().disk().durable().state() != NodeState.CONFLICT;
        return onlyHere || isFurther(host);
    }

    private boolean isFurther(SimHost host) {
        long mine = host.postgres().data().end.end();
        long theirs = host.peer().postgres().data().end.end();
        return mine > theirs || (mine == theirs && host == universe.a());
    }

    /** Both nodes' last words, for the report. */
    String lastWords() {
        StringBuilder words = new StringBuilder("not well within the bound;");
        for (SimHost host : universe.hosts()) {
            List<String> problems = host.daemon()
                    .flatMap(SimDaemon::status)
                    .map(Status::problems)
                    .orElse(List.of("no daemon"));
            words.append(' ')
                    .append(host)
                    .append(" is ")
                    .append(host.disk().durable().state())
                    .append(" (")
                    .append(host.postgres().phase())
                    .append(host.postgres().isInRecovery() ? ", in recovery" : "")
                    .append(host.postgres().stream().isUp() ? ", streams" : "")
                    .append("): ")
                    .append(String.join("; ", problems))
                    .append('.');
        }
        return words.toString();
    }
}
