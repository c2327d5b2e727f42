package io.pgha.sim;

import java.util.ArrayList;
import java.util.List;

/** Clients that write wherever a gate lets them, and remember what was acknowledged. */
final class SimClients {

    private static final long PACE = 700 * Agenda.MS;

    private final Universe universe;
    private final List<WalRecord> waiting = new ArrayList<>();
    private WalRecord newestSynchronous;
    private WalRecord newestAcknowledged;
    private long moreBytes;

    SimClients(Universe universe) {
        this.universe = universe;
        this.newestSynchronous = universe.a().postgres().data().end;
        this.newestAcknowledged = newestSynchronous;
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
                if (universe.isSynchronous()
                        || !host.postgres().data().synchronousNames.isEmpty()) {
                    waiting.add(commit);
                } else {
                    acknowledged(commit, false);
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
                acknowledged(commit, true);
            }
            return flushed;
        });
    }

    /** Nobody is waited for any more: every COMMIT that waited there is answered. */
    void namesChanged(SimHost host) {
        if (host.postgres().data().synchronousNames.isEmpty()) {
            waiting.removeIf(commit -> {
                boolean here = host.postgres().data().end.holds(commit);
                if (here && host.postgres().isWritable()) {
                    acknowledged(commit, false);
                }
                return here;
            });
        }
    }

    /** Who waited there hears nothing any more. */
    void ended(SimHost host) {
        waiting.removeIf(commit -> host.postgres().data().end.holds(commit));
    }

    private void acknowledged(WalRecord commit, boolean sync) {
        commit.acknowledge(sync);
        newestAcknowledged = commit;
        newestSynchronous = sync ? commit : newestSynchronous;
    }

    /** The last commit that was acknowledged at all. */
    WalRecord newestAcknowledged() {
        return newestAcknowledged;
    }

    /** The last commit that was acknowledged after both nodes had it. */
    WalRecord newestSynchronous() {
        return newestSynchronous;
    }
}
