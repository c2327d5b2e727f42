package io.pgha.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One frame of an answer: what kind it is, how long, and a checksum, then so many bytes.
 *
 * @param kind see the constants
 * @param bytes its content
 */
record WalFrame(byte kind, ByteBuffer bytes) {

    /** CRC-32C of what stands before the first byte in its segment: eight bytes. */
    static final byte BEFORE = 'B';

    /** The next bytes of WAL. */
    static final byte WAL = 'W';

    /** Why there is no more, in words. */
    static final byte WHY = 'E';

    /** That was all. */
    static final byte END = 'Z';

    static final int HEADER = 9;
    static final int LONGEST = 48 * 1024;

    static WalFrame words(String why) {
        byte[] text = why.getBytes(StandardCharsets.UTF_8);
        return new WalFrame(WHY, ByteBuffer.wrap(text, 0, Math.min(text.length, LONGEST)));
    }

    static WalFrame before(long checksum) {
        return new WalFrame(BEFORE, ByteBuffer.allocate(Long.BYTES).putLong(0, checksum));
    }

    /** As it is sent. */
    ByteBuffer encoded() {
        ByteBuffer all = ByteBuffer.allocate(HEADER + bytes.remaining());
        return all.put(kind)
                .putInt(bytes.remaining())
                .putInt(checksum(bytes))
                .put(bytes.duplicate())
                .flip();
    }

    /**
     * Takes the next whole frame out of what came.
     *
     * @param came ready to be read; left where the next frame begins
     * @return nothing while it is not whole
     */
    static Optional<WalFrame> next(ByteBuffer came) throws IOException {
        if (came.remaining() < HEADER) {
            return Optional.empty();
        }
        int start = came.position();
        int length = came.getInt(start + 1);
        if (length < 0 || length > LONGEST) {
            throw new IOException("sent a frame of " + length + " bytes");
        }
        if (came.remaining() < HEADER + length) {
            return Optional.empty();
        }
        ByteBuffer bytes = came.slice(start + HEADER, length);
        if (checksum(bytes) != came.getInt(start + 5)) {
            throw new IOException("sent a frame whose checksum does not fit");
        }
        came.position(start + HEADER + length);
        return Optional.of(new WalFrame(came.get(start), bytes));
    }

    String text() {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }
}
