package io.pgha.postgres;

import io.pgha.model.Lsn;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The WAL of the old primary, read by its daemon. */
public interface PeerWal {

    /**
     * Brings what is there from {@code from} to {@code to}, in order.
     *
     * @throws Unfetched when not all of it came: why, in the peer's words where it had any
     * @throws IOException when the taker could not keep it
     */
    void fetch(int timeline, Lsn from, Lsn to, Taker taker)
            throws Unfetched, IOException, InterruptedException;

    /** Who takes it. */
    interface Taker {

        /** CRC-32C of what stands in the first segment before the first byte; comes first. */
        void before(long checksum) throws IOException;

        /** The next bytes. */
        void bytes(ByteBuffer bytes) throws IOException;
    }

    /** The peer is gone, refuses, or cannot read its disk. */
    final class Unfetched extends Exception {
        private static final long serialVersionUID = 1L;

        public Unfetched(String why) {
            super(why);
        }
    }
}
