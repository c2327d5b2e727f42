package io.pgha.postgres;

import io.pgha.model.Lsn;
import io.pgha.model.Postmaster;
import io.pgha.os.Deadline;
import io.pgha.plan.StopMode;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Takes PostgreSQL out of recovery, and leaves nothing under way: a server that stands still is stopped, so that a promotion
 * that was given up never comes late. Can be begun again after a crash at any point.
 */
public final class Promotion {

    private static final String WHAT = "promoting";
    private static final Duration LOOK = Duration.ofMillis(5);

    /** Replay that stands still for so long is looked into. */
    private static final Duration STILL = Duration.ofMillis(500);

    private final DataDirectory directory;
    private final LocalPostgres postgres;
    private final PostgresControl control;
    private final RecoveryOverride receiver;
    private final Duration limit;

    /**
     * A promotion on this node.
     *
     * @param receiver continues a WAL receiver that is frozen, for which recovery would wait
     * @param limit of the whole, begun anew by each record that is replayed
     */
    public Promotion(
            DataDirectory directory,
            LocalPostgres postgres,
            PostgresControl control,
            RecoveryOverride receiver,
            Duration limit) {
        this.directory = directory;
        this.postgres = postgres;
        this.control = control;
        this.receiver = receiver;
        this.limit = limit;
    }

    /**
     * Returns when PostgreSQL takes writes; asks every few milliseconds, since pg_ctl looks only ten times a second.
     *
     * @return how many sessions of this standby were ended, since replay waited for them
     * @throws ControlFailed when it does not: then it is down, and still a standby
     */
    public int run(LongStep progress)
            throws ControlFailed, DataDirectoryException, SQLException, IOException {
        requireServer();
        if (postgres.isReadWrite()) {
            return 0;
        }
        int ended = 0;
        control.promote(limit);
        Deadline deadline = Deadline.in(limit);
        Deadline still = Deadline.in(STILL);
        Optional<Lsn> reached = Optional.empty();
        LocalPostgres.Leaving now = look();
        while (!now.left()) {
            if (!now.replayed().equals(reached)) {
                reached = now.replayed();
                deadline = Deadline.in(limit);
                still = Deadline.in(STILL);
            }
            if (deadline.hasPassed()) {
                giveUp(now);
                return ended;
            }
            if (still.hasPassed()) {
                still = Deadline.in(STILL);
                progress.report("replay stands" + at(now));
                receiver.continueFrozen();
                ended = ended + endWhoHoldsReplay();
            }
            Waiting.pause(LOOK, WHAT);
            now = look();
        }
        return ended;
    }

    /** One that does not answer, and runs, has not left recovery as far as anybody knows. */
    private LocalPostgres.Leaving look() throws ControlFailed {
        try {
            return postgres.leaving();
        } catch (SQLException e) {
            requireServer();
            return new LocalPostgres.Leaving(false, Optional.empty());
        }
    }

    private void requireServer() throws ControlFailed {
        PostmasterLook look = control.postmaster();
        if (look.state() == Postmaster.STOPPED || look.state() == Postmaster.CRASHED) {
            throw new ControlFailed("PostgreSQL ended: see its log, which says why");
        }
    }

    private int endWhoHoldsReplay() {
        try {
            return postgres.endWhoHoldsReplay();
        } catch (SQLException e) {
            return 0; // Not known who: asked again, until the time is over.
        }
    }

    private static String at(LocalPostgres.Leaving now) {
        return now.replayed().map(replayed -> " at " + replayed).orElse("");
    }

    /** Asked for, a promotion is taken back only by the end of its server. */
    private void giveUp(LocalPostgres.Leaving now) throws ControlFailed, DataDirectoryException {
        control.stop(StopMode.KILL, limit);
        if (directory.isStandby()) {
            throw new ControlFailed(
                    "PostgreSQL stood still" + at(now) + " for "
                            + Waiting.words(limit)
                            + " after it was told to leave recovery; it was stopped, so that it cannot leave it later");
        }
        // It left in the last moment: what is there is a primary's copy.
        control.start(limit);
    }
}
