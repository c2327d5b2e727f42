package io.pgha.daemon;

import io.pgha.model.Cede;
import io.pgha.model.Lsn;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Postmaster;
import io.pgha.peer.WalShelf;
import io.pgha.postgres.WalSegments;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * This node's WAL for the peer that takes over: given out while this node has ceded and no PostgreSQL runs here, of the ceded
 * timeline and up to the end that the cede names, and of nothing else.
 */
final class CededWal implements WalShelf {

    private final Path dataDirectory;
    private final Supplier<PeerMessage> newest;

    /** @param newest what this node says of itself */
    CededWal(Path dataDirectory, Supplier<PeerMessage> newest) {
        this.dataDirectory = dataDirectory;
        this.newest = newest;
    }

    @Override
    public Reading open(String cede, int timeline, Lsn from, Lsn to) throws Closed {
        PeerMessage now = requireCeded(cede);
        if (now.timeline().filter(ceded -> ceded == timeline).isEmpty()) {
            throw new Closed("the ceded timeline is "
                    + now.timeline().map(String::valueOf).orElse("not known") + ", not "
                    + timeline);
        }
        Lsn end = now.cede().map(Cede::end).orElseThrow();
        if (to.compareTo(end) > 0) {
            throw new Closed("WAL ends at " + end + " here");
        }
        try {
            return new Open(cede, WalSegments.of(dataDirectory, timeline));
        } catch (IOException e) {
            throw new Closed("WAL cannot be read here: " + e.getMessage());
        }
    }

    private PeerMessage requireCeded(String cede) throws Closed {
        PeerMessage now = newest.get();
        Optional<Cede> held = now.cede().filter(c -> c.id().equals(cede));
        if (now.state() != NodeState.CEDED || held.isEmpty()) {
            throw new Closed("this node is " + now.state() + ", and that cede is not in force");
        }
        if (now.postmaster() == Postmaster.RUNNING) {
            throw new Closed("PostgreSQL was started here, so that its WAL is not final");
        }
        return now;
    }

    private final class Open implements Reading {
        private final String cede;
        private final WalSegments segments;

        Open(String cede, WalSegments segments) {
            this.cede = cede;
            this.segments = segments;
        }

        @Override
        public long segmentSize() {
            return segments.size();
        }

        @Override
        public void read(Lsn position, ByteBuffer into) throws Closed, IOException {
            requireCeded(cede);
            if (!segments.read(position, into)) {
                throw new IOException("its segment is not there any more");
            }
        }

        @Override
        public void close() {
            try {
                segments.close();
            } catch (IOException ignored) {
                // It was only read: the descriptor is gone either way (close(2)).
            }
        }
    }
}
