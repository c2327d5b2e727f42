package io.pgha.engine;

import io.pgha.plan.TargetWal;

import java.nio.file.Path;
import java.util.Optional;

/** What an operator asks the daemon to do. With {@code dryRun} the answer is the plan, and nothing happens. */
public sealed interface Request {

    boolean dryRun();

    /** Take the primary role now. {@code acceptLoss}: above the lag limit; {@code force}: without knowing the peer. */
    record Promote(boolean acceptLoss, boolean force, boolean dryRun) implements Request {}

    /** Change roles with the peer, which follows and would take over. */
    record Switchover(boolean dryRun) implements Request {}

    /** Hand the role back: online, or into {@code archive}. */
    record Release(Optional<Path> archive, boolean dryRun) implements Request {}

    /** Take a release back; {@code force} where the peer cannot confirm that it will not use it. */
    record CancelRelease(boolean force, boolean dryRun) implements Request {}

    /** Become primary by a release, or be rebuilt as standby. */
    record Initialize(As as, Optional<Path> from, boolean inPlace, boolean dryRun)
            implements Request {}

    /** Follow the node that replaced this one as primary, by what it takes short of a copy. */
    record Rejoin(TargetWal wal, boolean dryRun) implements Request {}

    /** Close the gate until {@link GateOpen}, over restarts and reboots. */
    record GateClose(String why, boolean dryRun) implements Request {}

    /** End a {@link GateClose}; refused unless this node owns the epoch. */
    record GateOpen(boolean dryRun) implements Request {}

    /** Nothing automatic on either node. {@code forMillis}: ends by itself after this long; zero: never. */
    record Pause(String by, String why, long forMillis, boolean dryRun) implements Request {}

    /** End a {@link Pause}. */
    record Resume(String by, boolean dryRun) implements Request {}

    /** This node must not take over. */
    record Standby(String why, boolean dryRun) implements Request {}

    /** End a {@link Standby}. */
    record Unstandby(boolean dryRun) implements Request {}

    /** The automatic failover has been seen: the next one need not wait. */
    record Acknowledge(String by, boolean dryRun) implements Request {}

    /** The boot hook: may PostgreSQL start here, and as what? Starts it. */
    record CheckStart(boolean dryRun) implements Request {}

    /** The boot hook of the seed's second node: may the running PostgreSQL be opened? Opens it. */
    record CheckAccess(boolean dryRun) implements Request {}

    /** What {@code initialize} makes of this node. */
    enum As {
        /** Whatever the verdict says. */
        VERDICT,
        PRIMARY,
        STANDBY
    }
}
