package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.PeerDatabase;
import io.pgha.postgres.PeerSlot;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The WAL that this node keeps for its peer, in the peer's slot. The slot is here before a promotion, since PostgreSQL's own
 * checkpoint at the end of recovery may already remove what an old primary needs in order to follow. Nothing rests on any
 * call: without the slot the peer may have to be copied anew, and max_slot_wal_keep_size bounds one that stays. Used by one
 * thread at a time.
 */
final class KeptWal {

    private static final Logger LOG = LoggerFactory.getLogger(KeptWal.class);

    /** Clients wait meanwhile. */
    private static final Duration KEEP_LIMIT = Duration.ofSeconds(1);

    private static final Duration DROP_LIMIT = Duration.ofSeconds(5);

    private final Settings settings;
    private Optional<CompletableFuture<Void>> begun = Optional.empty();

    KeptWal(Settings settings) {
        this.settings = settings;
    }

    /** Begins {@link #keep()} beside the steps before a promotion: the login alone takes as long as some of them. */
    void begin() {
        begun = Optional.of(CompletableFuture.runAsync(this::make, KeptWal::start));
    }

    private static void start(Runnable body) {
        Thread thread = new Thread(null, body, "slot", 1 << 20);
        thread.setDaemon(true);
        thread.start();
    }

    /** From the newest restart point on; durable on return. */
    void keep() {
        begun.ifPresentOrElse(CompletableFuture::join, this::make);
        begun = Optional.empty();
    }

    /** A standby that kept WAL for its primary would fill its disk. */
    void drop() {
        begun.ifPresent(CompletableFuture::join);
        begun = Optional.empty();
        try (Connection here = PeerDatabase.here(settings, DROP_LIMIT).open()) {
            PeerSlot.drop(here, settings.peer().slot());
        } catch (SQLException | DataDirectoryException e) {
            LOG.warn(
                    "slot {} could not be dropped here: {}",
                    settings.peer().slot(),
                    e.getMessage());
        }
    }

    private void make() {
        try (Connection here = PeerDatabase.here(settings, KEEP_LIMIT).open()) {
            PeerSlot.ensure(
                    here, settings.peer().slot(), settings.postgres().maxSlotWalKeepBytes());
        } catch (SQLException | DataDirectoryException e) {
            LOG.warn(
                    "slot {}, which keeps WAL for {}, could not be made here ({}): if it cannot follow when it comes back, type"
                            + " pgha initialize there",
                    settings.peer().slot(),
                    settings.peer().id(),
                    e.getMessage());
        }
    }
}
