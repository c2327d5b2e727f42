package io.pgha.peer;

import io.pgha.model.Lsn;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What the peer may read of this node's WAL, and when. Asked on the thread of a visit. */
public interface WalShelf {

    /**
     * Opens WAL of that timeline for that cede.
     *
     * @throws Closed when nothing is given out now, or not that
     */
    Reading open(String cede, int timeline, Lsn from, Lsn to) throws Closed;

    /** WAL that is given out. */
    interface Reading extends AutoCloseable {

        /** How large a segment is. */
        long segmentSize();

        /**
         * Fills the buffer with what stands there; stays within a segment.
         *
         * @throws Closed when nothing is given out any more
         * @throws IOException what the disk says
         */
        void read(Lsn position, ByteBuffer into) throws Closed, IOException;

        @Override
        void close();
    }

    /** Nothing is given out, and why. */
    final class Closed extends Exception {
        private static final long serialVersionUID = 1L;

        public Closed(String why) {
            super(why);
        }
    }
}
