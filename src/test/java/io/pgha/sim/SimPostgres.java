package io.pgha.sim;

import io.pgha.model.ControlData;
import io.pgha.model.Lsn;
import io.pgha.model.PortAnswer;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Receiver;
import io.pgha.model.StandbyView;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One PostgreSQL: a process over a data directory, that writes, streams, stops, crashes, hangs and is promoted. */
final class SimPostgres {

    /** What the process is at. */
    enum Phase {
        DOWN,
        STARTING,
        UP,
        STOPPING
    }

    private static final long COMMIT_BYTES = 800;
    private static final long PROBE_BYTES = 100;
    private static final long CHECKPOINT_BYTES = 120;

    private final Universe universe;
    private final SimHost host;
    private final SimStream stream;
    private DataCopy data;
    private Optional<DataCopy> aside = Optional.empty();
    private Optional<DataCopy> fresh = Optional.empty();
    private Phase phase = Phase.DOWN;
    private boolean inRecovery;
    private boolean replayPaused;
    private long replayPausedAt;
    private long hungUntil;
    private int life;
    private Consumer<Boolean> onStarted = ok -> {};

    SimPostgres(Universe universe, SimHost host, DataCopy data) {
        this.universe = universe;
        this.host = host;
        this.data = data;
        this.stream = new SimStream(universe, host, this);
    }

    DataCopy data() {
        return data;
    }

    Optional<DataCopy> aside() {
        return aside;
    }

    Optional<DataCopy> fresh() {
        return fresh;
    }

    SimStream stream() {
        return stream;
    }

    Phase phase() {
        return phase;
    }

    boolean isUp() {
        return phase == Phase.UP;
    }

    boolean isInRecovery() {
        return inRecovery;
    }

    boolean isHung() {
        return universe.now() < hungUntil;
    }

    /** A client that reaches the port can commit. */
    boolean isWritable() {
        return phase == Phase.UP && !inRecovery && !isHung();
    }

    boolean isReplayPaused() {
        return replayPaused;
    }

    /** True time at which replay was paused last. */
    long replayPausedAt() {
        return replayPausedAt;
    }

    void pauseReplay(boolean paused) {
        replayPausedAt = replayPaused ? replayPausedAt : universe.now();
        replayPaused = paused;
    }

    /** SIGSTOP of every process until then. */
    void hang(long until) {
        hungUntil = until;
    }

    Postmaster postmaster() {
        if (phase != Phase.DOWN) {
            return Postmaster.RUNNING;
        }
        if (!data.complete) {
            return Postmaster.NO_DATA;
        }
        return data.cleanlyStopped ? Postmaster.STOPPED : Postmaster.CRASHED;
    }

    ControlData control() {
        return data.control();
    }

    /** What a fresh connection meets, apart from the network. */
    PortAnswer answer() {
        return switch (phase) {
            case DOWN -> PortAnswer.REFUSED;
            case STARTING, STOPPING -> PortAnswer.STARTING;
            case UP ->
                isHung()
                        ? PortAnswer.TIMEOUT
                        : inRecovery ? PortAnswer.READ_ONLY : PortAnswer.READY;
        };
    }

    PostgresView view() {
        Lsn position = data.end.position();
        Optional<Receiver> receiver = inRecovery
                ? Optional.of(new Receiver(
                        stream.isUp() ? "streaming" : "waiting",
                        position,
                        Duration.ofNanos(stream.silence()),
                        "peer:5432"))
                : Optional.empty();
        List<StandbyView> standbys = host.peer().postgres().stream().isSeenFrom(host)
                ? List.of(new StandbyView(
                        host.peer().id().name(),
                        "192.0.2.1",
                        "streaming",
                        data.synchronousNames.isEmpty() ? "async" : "sync",
                        host.peer().postgres().stream().confirmed().position()))
                : List.of();
        return new PostgresView(
                inRecovery,
                150000,
                data.systemId,
                data.end.timeline(),
                position,
                position,
                replayPaused,
                receiver,
                standbys,
                List.of(),
                0,
                List.of(),
                data.synchronousNames);
    }

    /** Starts the server; {@code started} hears whether it came up. */
    void start(Consumer<Boolean> started) {
        // Whoever starts it asks first whether the copy is whole, as the unit does.
        if (phase != Phase.DOWN || !data.complete || data.torn || !host.isPowered()) {
            started.accept(phase != Phase.DOWN);
            return;
        }
        phase = Phase.STARTING;
        life = life + 1;
        int mine = life;
        onStarted = started;
        boolean clean = data.cleanlyStopped;
        data.cleanlyStopped = false;
        data.recovering = data.standbySignal;
        hungUntil = 0;
        replayPaused = false;
        host.trace("postgres starts");
        long spell = universe.chance().between(50, clean ? 300 : 1500) * Agenda.MS;
        host.after(spell, () -> {
            if (life == mine && phase == Phase.STARTING) {
                up(clean);
            }
        });
    }

    private void up(boolean clean) {
        phase = Phase.UP;
        inRecovery = data.standbySignal;
        data.proven = true;
        if (!inRecovery && !clean) {
            write(WalRecord.Kind.CHECKPOINT, CHECKPOINT_BYTES);
        }
        host.trace(inRecovery ? "postgres is up, in recovery" : "postgres is up, read-write");
        Consumer<Boolean> waiting = onStarted;
        onStarted = ok -> {};
        waiting.accept(true);
        host.postmasterFound();
        if (inRecovery) {
            stream.begin(life);
        }
    }

    int life() {
        return life;
    }

    /** Adds a record to the log of a primary and wakes whoever streams it. */
    WalRecord write(WalRecord.Kind kind, long bytes) {
        data.end = data.end.next(kind, bytes);
        host.peer().postgres().stream.wroteUpstream();
        return data.end;
    }

    /** A client's commit, in the log and flushed. */
    WalRecord commit(long moreBytes) {
        return write(WalRecord.Kind.CLIENT, COMMIT_BYTES + moreBytes);
    }

    void writeProbe() {
        if (isWritable()) {
            write(WalRecord.Kind.PROBE, PROBE_BYTES);
        }
    }

    void checkpoint() {
        if (isWritable()) {
            write(WalRecord.Kind.CHECKPOINT, CHECKPOINT_BYTES);
        }
    }

    /** A fast stop; {@code stopped} hears false when the server hangs and does not react. */
    void stopFast(Consumer<Boolean> stopped) {
        if (phase == Phase.DOWN) {
            stopped.accept(true);
            return;
        }
        if (isHung()) {
            stopped.accept(false);
            return;
        }
        boolean wasUp = phase == Phase.UP;
        phase = Phase.STOPPING;
        int mine = life;
        host.after(universe.chance().between(20, 300) * Agenda.MS, () -> {
            if (life == mine && phase == Phase.STOPPING) {
                if (wasUp && !inRecovery) {
                    write(WalRecord.Kind.CHECKPOINT, CHECKPOINT_BYTES);
                    host.peer().postgres().stream.lastWords();
                }
                data.cleanlyStopped = wasUp;
                ended("postgres is stopped");
            }
            stopped.accept(phase == Phase.DOWN);
        });
    }

    /** SIGKILL of every process, or a crash. */
    void kill() {
        if (phase != Phase.DOWN) {
            data.cleanlyStopped = false;
            ended("postgres is killed");
        }
    }

    /** The machine lost its power. */
    void powerLost() {
        data.cleanlyStopped = data.cleanlyStopped && phase == Phase.DOWN;
        phase = Phase.DOWN;
        life = life + 1;
        stream.lost();
        onStarted = ok -> {};
    }

    private void ended(String words) {
        phase = Phase.DOWN;
        life = life + 1;
        hungUntil = 0;
        host.trace(words);
        stream.end();
        host.peer().postgres().stream.upstreamEnded();
        Consumer<Boolean> waiting = onStarted;
        onStarted = ok -> {};
        waiting.accept(false);
        host.postmasterEnded();
    }

    /** Leaves recovery on a new timeline; false when there is nothing that could. */
    boolean promote() {
        if (phase != Phase.UP || isHung()) {
            return false;
        }
        if (inRecovery) {
            stream.end();
            inRecovery = false;
            replayPaused = false;
            data.standbySignal = false;
            data.recovering = false;
            data.end = data.end.promoted();
            host.trace("postgres is promoted to timeline " + data.end.timeline());
            host.universe().laws().promoted(host);
        }
        return true;
    }

    /** A complete copy of the source as it is now lies beside the data directory, or over it. */
    void copied(DataCopy source, String attempt, boolean inPlace) {
        DataCopy copy = new DataCopy(source.systemId, source.end, true);
        copy.attempt = attempt;
        if (inPlace) {
            data = copy;
        } else {
            fresh = Optional.of(copy);
        }
    }

    /** The copy over the old one has begun: what was there is gone. */
    void wiped() {
        data.complete = false;
    }

    /** False when there is no such copy. */
    boolean swapIn(String attempt) {
        if (data.attempt.equals(attempt)) {
            return true;
        }
        if (fresh.filter(f -> f.attempt.equals(attempt) && f.complete).isEmpty()) {
            return false;
        }
        aside = Optional.of(data);
        data = fresh.orElseThrow();
        fresh = Optional.empty();
        return true;
    }

    void dropAside() {
        aside = Optional.empty();
    }
}
