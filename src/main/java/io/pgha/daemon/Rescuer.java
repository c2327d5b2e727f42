package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.model.Cede;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.os.AddressBook;
import io.pgha.peer.PairKey;
import io.pgha.peer.WalVisit;
import io.pgha.postgres.ControlFailed;
import io.pgha.postgres.DataDirectory;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.LongStep;
import io.pgha.postgres.PeerWal;
import io.pgha.postgres.PostgresControl;
import io.pgha.postgres.Promotion;
import io.pgha.postgres.RecoveryOverride;
import io.pgha.postgres.WalRescue;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** The rescue of WAL on this host: where the files are, and how the peer is reached. */
final class Rescuer {

    private static final Logger LOG = LoggerFactory.getLogger(Rescuer.class);

    private final Settings settings;
    private final LocalPostgres postgres;
    private final WalVisit visit;

    /** @param names where the peer's lead, as its link knows */
    Rescuer(Settings settings, LocalPostgres postgres, PairKey pair, AddressBook names) {
        this.settings = settings;
        this.postgres = postgres;
        this.visit = new WalVisit(
                pair, PeerAddresses.of(settings), settings.policy().walRescueTimeout(), names);
    }

    /** Brings what the peer holds and this node does not, for the workflow that runs. */
    List<Fact> run(Memory memory, Observation now, LongStep progress)
            throws DataDirectoryException, ControlFailed, SQLException, InterruptedException {
        Cede cede = now.peer()
                .last()
                .flatMap(PeerMessage::cede)
                .orElseThrow(() -> new SQLException("the cede is not repeated any more"));
        int timeline = now.timeline()
                .orElseThrow(() -> new SQLException("the local timeline is not known"));
        String attempt = memory.running().orElseThrow().plan().id();
        WalRescue rescue = rescue(cede.id());
        WalRescue.Rescued rescued = rescue.run(attempt, timeline, cede.end(), progress);
        sayEnded(rescue.endedSessions());
        return List.of(new Fact.WalRescued(
                rescued.bytes(), rescued.lost(), rescued.trouble(), cede.unread()));
    }

    /** Only makes the promotion quicker (the 5 s trap), so a failure does not stop it. */
    List<Fact> shortenRetryInterval() {
        try {
            postgres.shortenRetryInterval();
        } catch (SQLException e) {
            LOG.debug("wal_retrieve_retry_interval stays: {}", e.getMessage());
        }
        return List.of();
    }

    /** Recovery is told what it was told before a rescue; without one nothing happens. */
    List<Fact> end() throws DataDirectoryException {
        rescue("").end();
        return List.of();
    }

    /** After a restart of the daemon: a takeover that goes on begins its rescue anew. */
    void resume() {
        try {
            end();
        } catch (DataDirectoryException e) {
            LOG.warn("what a rescue of WAL left behind stays: {}", e.getMessage());
        }
    }

    /** The promotion that follows; also of a node that fetched nothing. */
    void promote(DataDirectory directory, PostgresControl control, LongStep progress)
            throws ControlFailed, DataDirectoryException, SQLException, IOException {
        Duration limit = settings.policy().promoteTimeout();
        sayEnded(new Promotion(directory, postgres, control, override(), limit).run(progress));
    }

    private static void sayEnded(int sessions) {
        if (sessions > 0) {
            LOG.warn("ended {} sessions here, for which replay waited", sessions);
        }
    }

    private RecoveryOverride override() {
        return new RecoveryOverride(settings.postgres().dataDirectory(), settings.stateDirectory());
    }

    private WalRescue rescue(String cede) {
        Path data = settings.postgres().dataDirectory();
        PeerWal peer = (timeline, from, to, taker) -> {
            try {
                visit.fetch(cede, timeline, from, to, new Into(taker));
            } catch (WalVisit.CutOff e) {
                throw new PeerWal.Unfetched(settings.peer().id() + ": " + e.getMessage());
            }
        };
        return new WalRescue(
                data,
                postgres,
                override(),
                peer,
                settings.policy().walRescueTimeout(),
                settings.policy().promoteTimeout());
    }

    /** What the visit brings goes to who keeps it. */
    private record Into(PeerWal.Taker taker) implements WalVisit.Taker {
        @Override
        public void before(long checksum) throws IOException {
            taker.before(checksum);
        }

        @Override
        public void bytes(ByteBuffer bytes) throws IOException {
            taker.bytes(bytes);
        }
    }
}
