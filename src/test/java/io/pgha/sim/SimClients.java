package io.pgha.sim;

import java.util.ArrayList;
import java.util.List;

/** Clients that write wherever a gate lets them, and remember what was acknowledged. */
final class SimClients {

    private static final long PACE = 700 * Agenda.MS;

    private final Universe universe;
    private final List<WalRecord> waiting = new ArrayList<>();
    private WalRecord newestSynchronous;
    private long moreBytes;

    SimClients(Universe universe) {
        this.universe = universe;
        this.newestSynchronous = universe.a().postgres().data().end;
    }

    void begin() {
        universe.hosts().forEach(this::write);
    }

    private void write(SimHost host) {
        universe.agenda().in(universe.chance().between(PACE / 2, PACE), () -> {
            if (host.isOpenPrimary()
                    && universe.network().isConnected(Place.CLIENTS, host.place())) {
                WalRecord commit = host.postgres().commit(moreBytes);
                moreBytes = 0;
                if (universe.isSynchronous()) {
                    waiting.add(commit);
                } else {
                    commit.acknowledge(false);
                }
            }
            write(host);
        });
    }

    /** The next commit is a big one. */
    void bulk(long bytes) {
        moreBytes = bytes;
    }

    /** The standby has flushed everything up to here: whoever waited for it is answered, if its server can still answer. */
    void replicated(WalRecord reached) {
        if (waiting.isEmpty()) {
            return;
        }
        waiting.removeIf(commit -> {
            boolean flushed = reached.holds(commit);
            if (flushed) {
                commit.acknowledge(true);
                newestSynchronous = commit;
            }
            return flushed;
        });
    }

    /** The last commit that was acknowledged after both nodes had it. */
    WalRecord newestSynchronous() {
        return newestSynchronous;
    }
}
