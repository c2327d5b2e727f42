package io.pgha.postgres;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Writes a tar file in the POSIX ustar format (pax(1), "ustar Interchange Format"), which every tar reads. Knows files and
 * directories, which is all a database consists of once its links have been followed.
 */
final class TarWriter implements Closeable {

    static final int BLOCK = 512;
    static final char FILE = '0';
    static final char DIRECTORY = '5';
    static final int NAME_BYTES = 100;
    static final int PREFIX_BYTES = 155;
    static final int PREFIX_AT = 345;

    /** The largest size that twelve octal digits, the last a blank, can say. */
    static final long OCTAL_LIMIT = 1L << 33;

    private final OutputStream out;
    private long offset;

    TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Where the next entry begins. */
    long offset() {
        return offset;
    }

    void directory(String name, int mode) throws IOException {
        header(name + "/", DIRECTORY, mode, 0);
    }

    /**
     * Writes one file.
     *
     * @param content read to its end, which must come after {@code size} bytes
     */
    void file(String name, int mode, long size, InputStream content) throws IOException {
        header(name, FILE, mode, size);
        long copied = content.transferTo(out);
        if (copied != size) {
            throw new IOException(name + " had " + size + " bytes when it was listed and " + copied
                    + " when it was read: something writes to the database");
        }
        offset += size;
        int rest = (int) (size % BLOCK);
        if (rest > 0) {
            out.write(new byte[BLOCK - rest]);
            offset += BLOCK - rest;
        }
    }

    private void header(String name, char type, int mode, long size) throws IOException {
        byte[] block = new byte[BLOCK];
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int split = split(bytes, name);
        int from = split == 0 ? 0 : split + 1;
        System.arraycopy(bytes, from, block, 0, bytes.length - from);
        System.arraycopy(bytes, 0, block, PREFIX_AT, split);
        octal(block, 100, 8, mode);
        octal(block, 108, 8, 0);
        octal(block, 116, 8, 0);
        size(block, size);
        octal(block, 136, 12, 0);
        block[156] = (byte) type;
        text(block, 257, "ustar");
        text(block, 263, "00");
        text(block, 148, "        ");
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xFF;
        }
        text(block, 148, String.format(Locale.ROOT, "%06o", sum));
        block[154] = 0;
        out.write(block);
        offset += BLOCK;
    }

    /** Where a long name is cut into prefix and name; 0 when it need not be. */
    private static int split(byte[] name, String words) throws IOException {
        if (name.length <= NAME_BYTES) {
            return 0;
        }
        for (int i = Math.min(PREFIX_BYTES, name.length - 2); i > 0; i--) {
            if (name[i] == '/' && name.length - i - 1 <= NAME_BYTES) {
                return i;
            }
        }
        throw new IOException("the name " + words + " is too long for an archive");
    }

    private static void size(byte[] block, long size) {
        if (size < OCTAL_LIMIT) {
            octal(block, 124, 12, size);
            return;
        }
        // GNU's way, which all tars in use read: the first bit set, then the number in binary.
        block[124] = (byte) 0x80;
        for (int i = 0; i < Long.BYTES; i++) {
            block[135 - i] = (byte) (size >>> (8 * i));
        }
    }

    private static void octal(byte[] block, int at, int width, long value) {
        text(block, at, String.format(Locale.ROOT, "%0" + (width - 1) + "o", value));
    }

    private static void text(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    /** Writes the two empty blocks that end an archive. */
    void finish() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
