package io.pgha.decision;

import io.pgha.decision.Sync.Stage;
import io.pgha.model.Epoch;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.model.Policy;
import io.pgha.model.PostgresView;
import io.pgha.model.Probed;
import io.pgha.model.StandbyView;
import io.pgha.model.SyncPolicy.Mode;

import java.util.Optional;

/**
 * Synchronous replication between two nodes (protocol section 8). The primary alone decides whether COMMIT waits, and tells
 * the standby with every message whether it has all that was ever acknowledged. It goes on alone only when the standby has
 * said that it knows, or when what it was told before has surely run out; a standby that was not told so does not take over
 * by itself. So nothing acknowledged is lost by an automatic takeover, and no COMMIT waits longer than {@code sync_timeout}.
 */
public final class SyncRules {

    /** A standby less than this behind has the rest in a moment: COMMIT may wait for it again. */
    private static final long CAUGHT_UP_BYTES = 1L << 20;

    /** How the veto begins that a complete rescue of WAL heals. */
    static final String LOST = "sync lost: ";

    private SyncRules() {}

    /** Where the primary stands after this turn's look; only with a synchronous mode. */
    public static Sync next(World w, Epoch atStart) {
        Sync before = w.tally().sync();
        NodeState state = w.memory().state();
        boolean ceding = state == NodeState.RELEASING || state == NodeState.CEDED;
        if (!(state == NodeState.PRIMARY || ceding)) {
            return Sync.none(w.now().at()).servedIn(before.epoch());
        }
        Optional<PostgresView> view = w.now().local().answer();
        if (ceding || !w.now().isReadWrite() || view.isEmpty()) {
            return before;
        }
        boolean served = before.epoch().equals(Optional.of(w.memory().epoch()));
        Sync known = served && before.stage() != Stage.NONE
                ? before
                : begun(w, !served && w.memory().epoch().isAfter(atStart), view.get());
        Sync looked = expecting(w, view.get(), known);
        return lacking(w, view.get(), step(w, view.get(), looked));
    }

    /**
     * A new epoch begins alone, and nobody was told anything in it; of an older one nothing is taken for granted, be it that this
     * start found it or that it served in it before it was isolated.
     */
    private static Sync begun(World w, boolean isNew, PostgresView view) {
        boolean waits = view.synchronousNames().equals(names(w.now().peerId()));
        boolean alone = isNew || !waits;
        return new Sync(
                alone ? Stage.ALONE : Stage.RESTORING,
                Optional.of(w.memory().epoch()),
                w.now().at(),
                !isNew,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                w.now().at(),
                !isNew && waits);
    }

    private static Sync step(World w, PostgresView view, Sync sync) {
        MonoTime now = w.now().at();
        Optional<StandbyView> standby = standby(w, view);
        boolean waits = view.synchronousNames().equals(names(w.now().peerId()));
        boolean synchronous = waits
                && standby.filter(SyncRules::isSynchronous).isPresent()
                && !isStalled(w, sync);
        return switch (sync.stage()) {
            case NONE, ALONE ->
                standby.filter(s -> isCaughtUp(s, view)).isPresent()
                                && w.peerIn(NodeState.STANDBY).isPresent()
                        ? sync.to(Stage.RESTORING, now)
                        : sync;
            case RESTORING -> restoring(w, view, sync, standby, synchronous);
            case SYNCHRONOUS -> {
                // Strict: a standby that is gone still has everything, as long as COMMIT waits for
                // it.
                boolean holds = synchronous || (waits && w.policy().sync().mode() == Mode.STRICT);
                yield holds ? sync : sync.to(Stage.PARTING, now);
            }
            case PARTING -> {
                if (synchronous || !waits || w.policy().sync().mode() == Mode.STRICT) {
                    yield sync.to(Stage.RESTORING, sync.since());
                }
                yield knows(w, sync) ? sync.to(Stage.ALONE, now) : sync;
            }
        };
    }

    private static Sync restoring(
            World w,
            PostgresView view,
            Sync sync,
            Optional<StandbyView> standby,
            boolean synchronous) {
        if (synchronous) {
            Sync barred = sync.barrier().isPresent() ? sync : sync.withBarrier(view.position());
            boolean has =
                    standby.orElseThrow().flushed().compareTo(barred.barrier().orElseThrow()) >= 0;
            return has ? barred.to(Stage.SYNCHRONOUS, w.now().at()) : barred;
        }
        boolean mayGoBack = w.policy().sync().mode() == Mode.PREFERRED || !sync.reached();
        return standby.isEmpty() && mayGoBack && knows(w, sync)
                ? sync.to(Stage.ALONE, w.now().at())
                : sync.barrier().isPresent() ? sync.to(Stage.RESTORING, sync.since()) : sync;
    }

    /**
     * The standby has said that it was told, or has given up its vote, or must have ceased to believe what it was told before. With
     * a lease guard only a holder of the lease may conclude so: without one the standby may have taken over long ago, and a COMMIT
     * that waits here would be let through.
     */
    private static boolean knows(World w, Sync sync) {
        if (w.policy().guard().isLease()
                && w.tally().leases().heldAt(w.now().at()).isEmpty()) {
            return false;
        }
        boolean said = w.peer()
                .filter(p -> p.epoch().equals(w.memory().epoch()))
                .flatMap(PeerMessage::synchronous)
                .filter(believes -> !believes)
                .isPresent();
        return !sync.wasTold()
                || said
                || w.memory().votes().alone().isPresent()
                || w.now().at().isPast(sync.since(), w.policy().aloneAfter());
    }

    /**
     * Each confirmed position is followed by the newest one. A standby whose machine lost power stays in pg_stat_replication
     * for wal_sender_timeout, a minute by default, and confirms nothing; pgha's own probe writes once an interval, so that there
     * always is something to confirm.
     */
    private static Sync expecting(World w, PostgresView view, Sync sync) {
        Optional<StandbyView> standby = standby(w, view);
        boolean confirmed = standby.isEmpty()
                || sync.expected()
                        .filter(lsn -> standby.get().flushed().compareTo(lsn) < 0)
                        .isEmpty();
        return confirmed ? sync.expecting(view.position(), w.now().at()) : sync;
    }

    private static boolean isStalled(World w, Sync sync) {
        return w.now().at().isPast(sync.expectedAt(), w.policy().interval().multipliedBy(2))
                && sync.expected().isPresent()
                && w.now().local() instanceof Probed.Answered<PostgresView> look
                && look.at().isAfter(sync.expectedAt().plus(w.policy().interval()));
    }

    private static Sync lacking(World w, PostgresView view, Sync sync) {
        boolean gone = standby(w, view).filter(SyncRules::isSynchronous).isEmpty();
        boolean waits = sync.stage() != Stage.ALONE
                && !view.synchronousNames().isEmpty()
                && (gone || isStalled(w, sync));
        MonoTime since = gone ? w.now().at() : sync.expectedAt();
        return sync.lacking(
                waits ? Optional.of(sync.lackingSince().orElse(since)) : Optional.empty());
    }

    private static Optional<StandbyView> standby(World w, PostgresView view) {
        return standby(w.now().peerId(), view);
    }

    /** That node, if it streams from here. */
    static Optional<StandbyView> standby(NodeId node, PostgresView view) {
        return view.standbys().stream()
                .filter(s -> s.name().equals(node.name()) && s.state().equals("streaming"))
                .findFirst();
    }

    private static boolean isSynchronous(StandbyView standby) {
        return standby.syncState().equals("sync") || standby.syncState().equals("quorum");
    }

    private static boolean isCaughtUp(StandbyView standby, PostgresView view) {
        return standby.flushed().bytesBehind(view.position()) < CAUGHT_UP_BYTES;
    }

    /** synchronous_standby_names for one standby. */
    public static String names(NodeId standby) {
        return "FIRST 1 (\"" + standby.name() + "\")";
    }

    /** What synchronous_standby_names must become; empty: it is right, or not pgha's to change. */
    public static Optional<String> wanted(World w) {
        Optional<PostgresView> view = w.now().local().answer();
        if (view.isEmpty()) {
            return Optional.empty();
        }
        String ours = names(w.now().peerId());
        boolean waits = w.memory().state() == NodeState.PRIMARY
                && w.tally().sync().stage() != Stage.ALONE
                && w.tally().sync().stage() != Stage.NONE;
        boolean leftover =
                w.memory().state() == NodeState.STANDBY || w.tally().sync().stage() == Stage.ALONE;
        Optional<String> wanted =
                waits ? Optional.of(ours) : leftover ? Optional.of("") : Optional.empty();
        return wanted.filter(names -> !names.equals(view.get().synchronousNames()));
    }

    /** Strict: COMMIT has waited for too long; clients find nobody rather than a wait. */
    public static boolean keepsClosed(World w, Memory memory) {
        Sync sync = w.tally().sync();
        boolean strict = w.policy().sync().mode() == Mode.STRICT
                && memory.state() == NodeState.PRIMARY
                && memory.stillness().isEmpty();
        boolean tooLong = sync.lackingSince()
                .filter(since -> w.now().at().isPast(since, w.policy().sync().timeout()))
                .isPresent();
        return strict && tooLong;
    }

    /** A strict primary that serves nobody but for want of a standby; it says how the two stand only while it is read-write. */
    static boolean awaitsStandby(Policy policy, PeerMessage primary) {
        return policy.sync().mode() == Mode.STRICT && primary.synchronous().isPresent();
    }

    /** What the peer is told: of the own copy as primary, of what was heard as standby. */
    public static Optional<Boolean> told(World w) {
        if (!w.policy().sync().isOn()) {
            return Optional.empty();
        }
        if (w.tally().sync().stage() != Stage.NONE) {
            return Optional.of(w.tally().sync().stage() == Stage.SYNCHRONOUS);
        }
        return w.memory().state() == NodeState.STANDBY ? believed(w) : Optional.empty();
    }

    private static Optional<Boolean> believed(World w) {
        return w.now()
                .peer()
                .last()
                .filter(p -> p.epoch().equals(w.memory().epoch()) && w.memory().isOwner(p.node()))
                .flatMap(PeerMessage::synchronous);
    }

    /** Why this standby might lack what was acknowledged; empty: it has everything, or nothing was promised. */
    static Optional<String> veto(World w) {
        if (!w.policy().sync().isOn() || w.memory().state() != NodeState.STANDBY) {
            return Optional.empty();
        }
        Optional<Boolean> believed = believed(w);
        String mode =
                "(sync = " + w.policy().sync().mode().toString().toLowerCase(java.util.Locale.ROOT)
                        + "): pgha promote --accept-loss";
        if (believed.isEmpty()) {
            return Optional.of("sync not known: " + w.now().peerId()
                    + " has not said that this copy has everything " + mode);
        }
        if (!believed.get()) {
            return Optional.of(LOST + w.now().peerId()
                    + " may have acknowledged what this copy lacks " + mode);
        }
        return isFresh(w.now(), w)
                ? Optional.empty()
                : Optional.of("sync not known any more: " + w.now().peerId()
                        + " may have gone on alone since it was heard " + mode);
    }

    /** Strict: nobody goes on alone once this copy had everything, however long ago that was said. */
    private static boolean isFresh(Observation now, World w) {
        return w.policy().sync().mode() == Mode.STRICT
                || now.peer()
                        .contactAt()
                        .filter(at -> !now.at().isPast(at, w.policy().synchronousFor()))
                        .isPresent();
    }
}
