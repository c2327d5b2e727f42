package io.pgha.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;

/** WAL by position, wherever its bytes lie. */
interface WalPages {

    /**
     * Fills the buffer with what stands at and after {@code position}, never beyond that segment.
     *
     * @return false when there is no such segment, or it ends before the buffer is full
     * @throws IOException when it cannot be read: that is not the same as its not being there
     */
    boolean read(long position, ByteBuffer into) throws IOException;
}
