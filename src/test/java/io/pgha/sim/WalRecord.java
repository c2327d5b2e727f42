package io.pgha.sim;

import io.pgha.model.Fork;
import io.pgha.model.Lsn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One record of write-ahead log and, by what went before it, the whole history up to it. */
final class WalRecord {

    /** What a record says. */
    enum Kind {
        START,
        CLIENT,
        PROBE,
        CHECKPOINT,
        TIMELINE
    }

    private static final long FIRST = 0x3000000L;

    private final Optional<WalRecord> before;
    private final int depth;
    private final int timeline;
    private final long from;
    private final long end;
    private final Kind kind;
    private final List<Fork> forks;
    private boolean acknowledged;
    private boolean synchronous;

    private WalRecord(
            Optional<WalRecord> before, int timeline, long bytes, Kind kind, List<Fork> forks) {
        this.before = before;
        this.depth = before.map(b -> b.depth + 1).orElse(0);
        this.timeline = timeline;
        this.from = before.map(b -> b.end).orElse(FIRST);
        this.end = from + bytes;
        this.kind = kind;
        this.forks = forks;
    }

    static WalRecord first() {
        return new WalRecord(Optional.empty(), 1, 100, Kind.START, List.of());
    }

    WalRecord next(Kind what, long bytes) {
        return new WalRecord(Optional.of(this), timeline, bytes, what, forks);
    }

    /** The first record of the timeline that a promotion here begins. */
    WalRecord promoted() {
        List<Fork> history = new ArrayList<>(forks);
        history.add(new Fork(timeline, new Lsn(end)));
        return new WalRecord(
                Optional.of(this), timeline + 1, 100, Kind.TIMELINE, List.copyOf(history));
    }

    /** True when {@code other} is this record or lies in its past. */
    boolean holds(WalRecord other) {
        WalRecord at = this;
        while (at.depth > other.depth) {
            at = at.before.orElseThrow();
        }
        return at == other;
    }

    /** The newest record of this history that ends at or before {@code lsn}. */
    WalRecord upTo(long lsn) {
        WalRecord at = this;
        while (at.end > lsn && at.before.isPresent()) {
            at = at.before.get();
        }
        return at;
    }

    /** Clients' commits that begin at or after {@code lsn}. */
    long commitsSince(long lsn) {
        long count = 0;
        WalRecord at = this;
        while (at.from >= lsn && at.before.isPresent()) {
            count = count + (at.kind == Kind.CLIENT ? 1 : 0);
            at = at.before.get();
        }
        return count;
    }

    /** The newest checkpoint of this history. */
    WalRecord checkpoint() {
        WalRecord at = this;
        while (at.kind != Kind.CHECKPOINT && at.before.isPresent()) {
            at = at.before.get();
        }
        return at;
    }

    void acknowledge(boolean sync) {
        acknowledged = true;
        synchronous = sync;
    }

    boolean isAcknowledged() {
        return acknowledged;
    }

    boolean isSynchronous() {
        return synchronous;
    }

    Optional<WalRecord> before() {
        return before;
    }

    int depth() {
        return depth;
    }

    int timeline() {
        return timeline;
    }

    long from() {
        return from;
    }

    long end() {
        return end;
    }

    Lsn position() {
        return new Lsn(end);
    }

    Kind kind() {
        return kind;
    }

    List<Fork> forks() {
        return forks;
    }
}
