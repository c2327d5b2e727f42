package io.pgha.sim;

import java.util.List;
import java.util.Optional;

/** The WAL receiver of one standby: it fetches what its upstream has, as far as the network and a lag let it. */
final class SimStream {

    private static final long RETRY = 500 * Agenda.MS;
    private static final long KEEPALIVE = 400 * Agenda.MS;
    private static final long SENDER_TIMEOUT = 60 * Agenda.SECOND;
    private static final long RECEIVER_TIMEOUT = 20 * Agenda.SECOND;

    private final Universe universe;
    private final SimHost host;
    private final SimPostgres postgres;
    private boolean up;
    private long lostAt;
    private int upstreamLife;
    private Optional<WalRecord> confirmed = Optional.empty();
    private boolean pumping;
    private long heardAt;
    private long lagBytes;
    private Optional<String> complaint = Optional.empty();

    SimStream(Universe universe, SimHost host, SimPostgres postgres) {
        this.universe = universe;
        this.host = host;
        this.postgres = postgres;
    }

    boolean isUp() {
        return up;
    }

    boolean isFrom(SimHost upstream) {
        return up && host.peer() == upstream;
    }

    /** The upstream still shows it: it is there, or its machine went without a word a while ago. */
    boolean isSeenFrom(SimHost upstream) {
        boolean stale = lostAt > 0
                && upstream.postgres().life() == upstreamLife
                && universe.now() - lostAt < SENDER_TIMEOUT;
        return isFrom(upstream) || (host.peer() == upstream && stale);
    }

    /** What the upstream knows to be flushed here. */
    WalRecord confirmed() {
        return up ? postgres.data().end : confirmed.orElse(postgres.data().end);
    }

    /** The machine went, and no socket was closed. */
    void lost() {
        if (up) {
            lostAt = universe.now();
            upstreamLife = host.peer().postgres().life();
            confirmed = Optional.of(postgres.data().end);
        }
        end();
    }

    /** Nanoseconds since the upstream's last message. */
    long silence() {
        return universe.now() - heardAt;
    }

    /** True time of the last message that reached this standby over the stream. */
    long heardAt() {
        return heardAt;
    }

    /** What PostgreSQL's log says of the last attempt. */
    List<String> log() {
        return complaint.map(List::of).orElse(List.of());
    }

    /** The standby stays this far behind. */
    void lag(long bytes) {
        lagBytes = bytes;
    }

    /** PostgreSQL is up in recovery: from now on it tries. */
    void begin(int life) {
        host.after(20 * Agenda.MS, () -> turn(life));
    }

    private void turn(int life) {
        if (postgres.life() != life || !postgres.isInRecovery()) {
            return;
        }
        if (!postgres.isHung()) {
            if (up) {
                pump();
                if (silence() > RECEIVER_TIMEOUT) {
                    end();
                }
            } else {
                connect();
            }
        }
        host.after(up ? KEEPALIVE : RETRY, () -> turn(life));
    }

    private void connect() {
        SimHost upstream = host.peer();
        SimPostgres source = upstream.postgres();
        if (!reaches() || !source.isUp() || source.isHung()) {
            return;
        }
        DataCopy mine = postgres.data();
        DataCopy theirs = source.data();
        complaint = obstacle(mine, theirs);
        if (complaint.isEmpty() && theirs.end.holds(mine.end)) {
            up = true;
            lostAt = 0;
            heardAt = universe.now();
            host.trace("streams from " + upstream);
            pump();
        }
    }

    private static Optional<String> obstacle(DataCopy mine, DataCopy theirs) {
        if (!mine.systemId.equals(theirs.systemId)) {
            return Optional.of(
                    "FATAL:  database system identifier differs between the primary and standby");
        }
        boolean forked = theirs.end.forks().stream()
                .anyMatch(f -> f.timeline() == mine.end.timeline()
                        && Long.compareUnsigned(mine.end.end(), f.at().value()) > 0);
        return forked
                ? Optional.of(
                        "FATAL:  requested starting point " + mine.end.position() + " on timeline "
                                + mine.end.timeline() + " is not in this server's history")
                : Optional.empty();
    }

    private boolean reaches() {
        SimHost upstream = host.peer();
        return upstream.isRunning()
                && universe.network().isConnected(host.place(), upstream.place());
    }

    /** Takes what there is. */
    private void pump() {
        SimPostgres source = host.peer().postgres();
        if (!up || !reaches() || source.isHung() || source.phase() == SimPostgres.Phase.DOWN) {
            return;
        }
        heardAt = universe.now();
        WalRecord theirs = source.data().end;
        WalRecord mine = postgres.data().end;
        if (!theirs.holds(mine)) {
            end();
            return;
        }
        WalRecord reached =
                lagBytes == 0 ? theirs : theirs.upTo(Math.max(mine.end(), theirs.end() - lagBytes));
        if (reached != mine && reached.holds(mine)) {
            postgres.data().end = reached;
            universe.clients().replicated(reached);
        }
    }

    /** The upstream wrote something: it will be here in a moment. */
    void wroteUpstream() {
        if (up && !pumping) {
            pumping = true;
            SimHost upstream = host.peer();
            long delay = universe.network().delay(upstream.place(), host.place());
            host.after(delay, () -> {
                pumping = false;
                if (!postgres.isHung()) {
                    pump();
                }
            });
        }
    }

    /** A fast stop waits until the standby has everything, as far as it can be reached. */
    void lastWords() {
        if (up && host.isRunning() && !postgres.isHung() && lagBytes == 0) {
            pump();
        }
    }

    /** The upstream's socket was closed. */
    void upstreamEnded() {
        if (up && reaches()) {
            end();
        }
    }

    void end() {
        up = false;
    }
}
