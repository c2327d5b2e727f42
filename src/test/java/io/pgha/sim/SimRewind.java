package io.pgha.sim;

import io.pgha.model.Fork;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Rejoin;
import io.pgha.model.Rejoin.Way;
import io.pgha.postgres.Ancestry;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What a stopped copy is found to need, and pg_rewind over it. */
final class SimRewind {

    private final SimHost host;
    private final SimPostgres postgres;

    SimRewind(SimHost host) {
        this.host = host;
        this.postgres = host.postgres();
    }

    /** As the real assessment says it, of what the peer's daemon last told. */
    Optional<Rejoin> view(Optional<PeerMessage> peer) {
        Optional<PeerMessage> primary = peer.filter(p -> p.state() == NodeState.PRIMARY
                && p.systemId().isPresent()
                && p.timeline().isPresent()
                && p.position().isPresent());
        boolean stopped = postgres.phase() == SimPostgres.Phase.DOWN && postgres.data().complete;
        return primary.filter(p -> stopped).map(this::assess);
    }

    private Rejoin assess(PeerMessage peer) {
        DataCopy data = postgres.data();
        if (data.torn) {
            return Rejoin.of(Way.RECLONE, "pg_rewind was interrupted");
        }
        if (!data.systemId.equals(peer.systemId().orElseThrow())) {
            return Rejoin.of(Way.RECLONE, "it is no copy of the same database");
        }
        int mine = data.end.timeline();
        int theirs = peer.timeline().orElseThrow();
        Optional<Fork> parted = Ancestry.parted(data.end.forks(), mine, peer.forks(), theirs);
        if (parted.isEmpty()) {
            return Rejoin.of(Way.RECLONE, "no timeline in common");
        }
        Fork fork = parted.get();
        long at = fork.at().equals(Ancestry.NOT_LEFT)
                ? data.end.end()
                : Math.min(fork.at().value(), data.end.end());
        WalRecord here = data.end.upTo(at);
        if (fork.timeline() != 1 && !host.peer().postgres().data().end.holds(here)) {
            return Rejoin.of(Way.RECLONE, "two promotions apart went to the same number");
        }
        if (fork.at().equals(Ancestry.NOT_LEFT)) {
            return data.recovering
                            && data.end.position().compareTo(peer.position().orElseThrow()) <= 0
                    ? Rejoin.of(Way.START, "it followed to its last moment")
                    : Rejoin.of(Way.RECLONE, "nothing tells whose WAL is whose");
        }
        if (data.end.end() <= fork.at().value() && mine == fork.timeline()) {
            return Rejoin.of(Way.START, "its WAL ends before the fork");
        }
        long commits = data.end.commitsSince(fork.at().value());
        Rejoin rewind = new Rejoin(
                Way.REWIND,
                "its WAL goes on with " + commits + " commits",
                parted,
                mine,
                data.end.end() - fork.at().value(),
                commits,
                commits,
                List.of());
        return rewind.hindered(mine == theirs ? List.of("equal numbers") : List.of());
    }

    /** Tears the copy, and makes it whole again if it comes to its end; {@code later} runs what takes a while. */
    void run(Consumer<Runnable> later, Runnable done, Consumer<String> failed) {
        DataCopy data = postgres.data();
        SimPostgres source = host.peer().postgres();
        if (postgres.phase() != SimPostgres.Phase.DOWN) {
            failed.accept("PostgreSQL runs");
        } else if (data.torn) {
            failed.accept("an earlier one was interrupted");
        } else if (!isSourceThere()) {
            failed.accept("the peer's PostgreSQL cannot be reached");
        } else if (source.data().end.holds(data.end)) {
            done.run();
        } else {
            host.universe().laws().rewinding(host);
            data.torn = true;
            data.standbySignal = false;
            int life = source.life();
            later.accept(() -> {
                if (!isSourceThere() || source.life() != life || !data.torn) {
                    failed.accept("it broke off");
                    return;
                }
                data.end = source.data().end;
                data.standbySignal = true;
                data.recovering = true;
                data.cleanlyStopped = false;
                data.torn = false;
                done.run();
            });
        }
    }

    private boolean isSourceThere() {
        SimHost peer = host.peer();
        return peer.isRunning()
                && host.universe().network().isConnected(host.place(), peer.place())
                && peer.postgres().isWritable();
    }
}
