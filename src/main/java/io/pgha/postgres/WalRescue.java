package io.pgha.postgres;

import io.pgha.model.Lsn;
import io.pgha.os.Deadline;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Brings this standby level with an old primary whose daemon lives, before it is promoted: the receiver goes off, what it had
 * flushed is read, the rest is fetched, proven, and handed to recovery through the restore command. Can be begun again after a
 * crash at any point; nothing that is here is changed.
 */
public final class WalRescue {

    /** From here on restore_command may be changed while PostgreSQL runs. */
    private static final int RELOADS_RESTORE_COMMAND = 140_000;

    private static final Duration RECEIVER_LIMIT = Duration.ofSeconds(3);
    private static final Duration RECEIVER_FROZEN = Duration.ofMillis(50);
    private static final Duration REPLAY_STILL = Duration.ofMillis(500);
    private static final Duration LOOK = Duration.ofMillis(2);

    private final Path dataDirectory;
    private final LocalPostgres postgres;
    private final RecoveryOverride override;
    private final PeerWal peer;
    private final Duration limit;
    private final Duration replayLimit;
    private int endedSessions;

    /**
     * What came of it.
     *
     * @param bytes that were fetched and replayed
     * @param lost what the old primary holds and this node does not
     * @param trouble why something was lost; empty otherwise
     */
    public record Rescued(long bytes, long lost, String trouble) {}

    /**
     * A rescue for this node.
     *
     * @param limit of the fetching, and of replay that does not advance
     * @param replayLimit of replay in all
     */
    public WalRescue(
            Path dataDirectory,
            LocalPostgres postgres,
            RecoveryOverride override,
            PeerWal peer,
            Duration limit,
            Duration replayLimit) {
        this.dataDirectory = dataDirectory;
        this.postgres = postgres;
        this.override = override;
        this.peer = peer;
        this.limit = limit;
        this.replayLimit = replayLimit;
    }

    /**
     * Fetches and replays what lacks up to {@code end}.
     *
     * @param attempt unique; names the directory
     * @throws DataDirectoryException when it is this node that cannot: it should not be promoted then
     * @throws SQLException the same, when its PostgreSQL does not answer
     */
    public Rescued run(String attempt, int timeline, Lsn end, LongStep progress)
            throws DataDirectoryException, ControlFailed, SQLException, InterruptedException {
        LocalPostgres.Recovery before = postgres.recovery();
        if (furthest(before).compareTo(end) >= 0) {
            return new Rescued(0, 0, "");
        }
        try (WalSegments own = WalSegments.of(dataDirectory, timeline)) {
            RescuedWal.clear(dataDirectory);
            if (before.version() < RELOADS_RESTORE_COMMAND) {
                return lost(
                        furthest(before),
                        end,
                        "PostgreSQL 13 reads restore_command only when it starts, so that nothing can be handed to it");
            }
            return rescue(own, attempt, timeline, end, before.restoreCommand(), progress);
        } catch (RescuedWal.Differs e) {
            throw DataDirectoryException.refused(
                    e.getMessage() + ": this standby does not follow that primary");
        } catch (IOException e) {
            throw DataDirectoryException.failed("rescuing WAL", e);
        }
    }

    private Rescued rescue(
            WalSegments own,
            String attempt,
            int timeline,
            Lsn end,
            String restoreCommand,
            LongStep progress)
            throws DataDirectoryException, ControlFailed, SQLException, IOException,
                    InterruptedException {
        override.begin(
                RestoreLine.of(RescuedWal.directory(dataDirectory, attempt), restoreCommand));
        LocalPostgres.Recovery now = awaitReceiverOff();
        Lsn held = held(own, timeline, now);
        if (held.compareTo(end) >= 0) {
            return new Rescued(0, 0, "");
        }
        long bytes = held.bytesBehind(end);
        try (RescuedWal wal =
                new RescuedWal(dataDirectory, own, timeline, attempt, held.value(), end.value())) {
            wal.begin();
            progress.report("fetching " + bytes + " bytes of WAL from the old primary");
            peer.fetch(timeline, new Lsn(wal.from()), end, wal);
            Optional<String> unfit = wal.serve(now.replayed().value());
            if (unfit.isPresent()) {
                return lost(held, end, unfit.get());
            }
        } catch (PeerWal.Unfetched e) {
            return lost(held, end, String.valueOf(e.getMessage()));
        }
        override.wake();
        awaitReplay(end, progress);
        return new Rescued(bytes, 0, "");
    }

    private static Rescued lost(Lsn held, Lsn end, String why) {
        return new Rescued(0, held.bytesBehind(end), why);
    }

    private static Lsn furthest(LocalPostgres.Recovery now) {
        return now.received()
                .filter(received -> received.compareTo(now.replayed()) > 0)
                .orElse(now.replayed());
    }

    /** What is flushed here: told by the receiver, or, when there was none since the start, found in the WAL itself. */
    private static Lsn held(WalSegments own, int timeline, LocalPostgres.Recovery now)
            throws IOException {
        Lsn furthest = furthest(now);
        if (!furthest.equals(now.replayed())) {
            return furthest;
        }
        long end = new WalWalk(own, timeline, own.size()).end(furthest.value());
        return new Lsn(end);
    }

    /** Without it what this node holds cannot change any more; the old primary's PostgreSQL is dead besides. */
    private LocalPostgres.Recovery awaitReceiverOff()
            throws DataDirectoryException, ControlFailed, SQLException, IOException {
        Deadline deadline = Deadline.in(RECEIVER_LIMIT);
        Deadline frozen = Deadline.in(RECEIVER_FROZEN);
        LocalPostgres.Recovery now = postgres.recovery();
        while (now.receiving()) {
            if (deadline.hasPassed()) {
                throw DataDirectoryException.failed("the WAL receiver does not end");
            }
            if (frozen.hasPassed()) {
                override.continueFrozen();
                frozen = Deadline.in(RECEIVER_FROZEN);
            }
            Waiting.pause(LOOK, "rescuing WAL");
            now = postgres.recovery();
        }
        return now;
    }

    private void awaitReplay(Lsn end, LongStep progress)
            throws DataDirectoryException, ControlFailed, SQLException {
        Deadline all = Deadline.in(replayLimit);
        Deadline still = Deadline.in(limit);
        Deadline looks = Deadline.in(REPLAY_STILL);
        LocalPostgres.Recovery now = postgres.recovery();
        Lsn reached = now.replayed();
        while (now.replayed().compareTo(end) < 0) {
            if (now.paused()) {
                throw DataDirectoryException.refused(
                        "replay is paused: select pg_wal_replay_resume()");
            }
            if (still.hasPassed() || all.hasPassed()) {
                throw DataDirectoryException.failed("replay stands at " + now.replayed()
                        + ", short of the old primary's end of WAL " + end);
            }
            if (!now.replayed().equals(reached)) {
                reached = now.replayed();
                still = Deadline.in(limit);
                looks = Deadline.in(REPLAY_STILL);
                progress.report("replaying the old primary's WAL up to " + end);
            }
            if (looks.hasPassed()) {
                looks = Deadline.in(REPLAY_STILL);
                endedSessions = endedSessions + postgres.endWhoHoldsReplay();
            }
            Waiting.pause(LOOK, "rescuing WAL");
            now = postgres.recovery();
        }
    }

    /** How many sessions of this standby were ended, since replay waited for them. */
    public int endedSessions() {
        return endedSessions;
    }

    /** Everything that a rescue left behind is gone, and recovery is told what it was told before. */
    public void end() throws DataDirectoryException {
        try {
            override.end();
            RescuedWal.clear(dataDirectory);
        } catch (IOException e) {
            throw DataDirectoryException.failed("ending the rescue of WAL", e);
        }
    }
}
