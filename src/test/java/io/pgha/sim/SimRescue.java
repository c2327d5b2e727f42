package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.model.Cede;
import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;

import java.util.Optional;
import java.util.function.Consumer;

/** WAL fetched from the old primary's disk by way of its daemon: as long as that lives, the link holds and the disk can be read. */
final class SimRescue {

    private SimRescue() {}

    /** What it says when some WAL could not be had: the law looks at it. */
    static final String UNREADABLE = "Input/output error";

    static boolean run(
            Universe universe,
            SimHost host,
            Observation now,
            SimActuator.SimRun run,
            Consumer<String> failed,
            Consumer<Fact> done) {
        boolean readable = !universe.chance().of(0.1);
        host.after(universe.chance().between(5, 400) * Agenda.MS, () -> {
            if (run.isAbandoned()) {
                return;
            }
            SimPostgres postgres = host.postgres();
            Optional<Cede> cede = now.peer().last().flatMap(PeerMessage::cede);
            if (cede.isEmpty() || !postgres.isUp() || postgres.isHung()) {
                failed.accept("the local PostgreSQL does not answer");
                return;
            }
            WalRecord mine = postgres.data().end;
            long missing = cede.get().end().value() - mine.end();
            if (missing <= 0) {
                done.accept(new Fact.WalRescued(0, 0, "", Optional.empty()));
            } else if (postgres.isReplayPaused()) {
                failed.accept("replay is paused");
            } else if (!readable || !isGiven(universe, host, cede.get())) {
                done.accept(new Fact.WalRescued(
                        0,
                        missing,
                        readable ? "the peer is not reached" : UNREADABLE,
                        cede.get().unread()));
            } else {
                fetch(universe, host, cede.get(), failed, done);
            }
        });
        return true;
    }

    private static boolean isGiven(Universe universe, SimHost host, Cede cede) {
        SimHost peer = host.peer();
        return peer.isRunning()
                && peer.daemon().isPresent()
                && universe.network().isConnected(host.place(), peer.place())
                && peer.postgres().phase() == SimPostgres.Phase.DOWN
                && peer.disk().durable().state() == NodeState.CEDED
                && peer.disk().durable().cede().filter(cede::equals).isPresent();
    }

    private static void fetch(
            Universe universe,
            SimHost host,
            Cede cede,
            Consumer<String> failed,
            Consumer<Fact> done) {
        DataCopy data = host.postgres().data();
        WalRecord mine = data.end;
        WalRecord reached = host.peer().postgres().data().end.upTo(cede.end().value());
        if (!reached.holds(mine)) {
            failed.accept("the histories differ");
            return;
        }
        host.postgres().stream().end();
        data.end = reached;
        universe.clients().replicated(reached);
        host.trace("has rescued " + (reached.end() - mine.end()) + " bytes");
        done.accept(new Fact.WalRescued(reached.end() - mine.end(), 0, "", Optional.empty()));
    }
}
