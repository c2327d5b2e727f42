package io.pgha.decision;

import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;

import java.util.Optional;

/**
 * How the primary and its standby stand, as far as this start of the daemon knows; forgotten at a restart, and then proven
 * anew before anybody is told.
 *
 * @param stage of the way between alone and synchronous
 * @param epoch in which this holds, and with stage NONE the one that this node served in last; empty: it has served in none
 * @param since when the stage began
 * @param wasTold the standby may still believe, from before the stage, that it has everything
 * @param barrier restoring: the standby has everything when it has this
 * @param lackingSince since when COMMIT has been waiting for a standby that is not there
 * @param expected a position that the standby is to confirm; empty: none was seen yet
 * @param expectedAt when that was seen here
 * @param reached COMMIT has waited for the standby in this epoch: a strict primary does not go back on that
 */
public record Sync(
        Stage stage,
        Optional<Epoch> epoch,
        MonoTime since,
        boolean wasTold,
        Optional<Lsn> barrier,
        Optional<MonoTime> lackingSince,
        Optional<Lsn> expected,
        MonoTime expectedAt,
        boolean reached) {

    /** The way between alone and synchronous. */
    public enum Stage {
        /** Not the owner, or nothing is to be waited for. */
        NONE,
        /** COMMIT waits for nobody, and the standby knows, or must know by now. */
        ALONE,
        /** COMMIT waits again; the standby may still lack what was acknowledged before. */
        RESTORING,
        /** The standby has all that was ever acknowledged. */
        SYNCHRONOUS,
        /** COMMIT waits for a standby that is gone; it is told, and what it was told before runs out. */
        PARTING
    }

    /** Knowing nothing. */
    public static Sync none(MonoTime now) {
        return new Sync(
                Stage.NONE,
                Optional.empty(),
                now,
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                false);
    }

    /** Of an epoch in which this start has served, if any, and may have told the standby something. */
    Sync servedIn(Optional<Epoch> last) {
        return new Sync(
                stage, last, since, wasTold, barrier, lackingSince, expected, expectedAt, reached);
    }

    /** The next stage; who was told before may still believe it. */
    Sync to(Stage next, MonoTime now) {
        boolean synchronous = next == Stage.SYNCHRONOUS;
        return new Sync(
                next,
                epoch,
                now,
                synchronous || (next != Stage.ALONE && wasTold),
                Optional.empty(),
                lackingSince,
                expected,
                expectedAt,
                reached || synchronous);
    }

    Sync withBarrier(Lsn position) {
        return new Sync(
                stage,
                epoch,
                since,
                wasTold,
                Optional.of(position),
                lackingSince,
                expected,
                expectedAt,
                reached);
    }

    Sync lacking(Optional<MonoTime> moment) {
        return new Sync(
                stage, epoch, since, wasTold, barrier, moment, expected, expectedAt, reached);
    }

    Sync expecting(Lsn position, MonoTime at) {
        return new Sync(
                stage,
                epoch,
                since,
                wasTold,
                barrier,
                lackingSince,
                Optional.of(position),
                at,
                reached);
    }
}
