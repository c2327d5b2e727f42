package io.pgha.postgres;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads what {@link TarWriter} wrote, and nothing else: whatever is cut off, damaged or of another kind is an exception that
 * names the entry and the offset.
 */
final class TarReader {

    private final InputStream in;
    private long offset;
    private long left;
    private String current = "the first header";

    TarReader(InputStream in) {
        this.in = in;
    }

    /**
     * An entry.
     *
     * @param name path in the archive
     * @param directory a directory, not a file
     * @param mode permission bits
     * @param size bytes of content
     * @param offset where its header begins
     */
    record Entry(String name, boolean directory, int mode, long size, long offset) {}

    /** The next entry, when the content of the one before has been read; empty at the end mark. */
    Optional<Entry> next() throws IOException {
        long at = offset;
        byte[] block = block("the header after " + current);
        if (isEmpty(block)) {
            return Optional.empty();
        }
        check(block, at);
        String prefix = text(block, TarWriter.PREFIX_AT, TarWriter.PREFIX_BYTES);
        String name = text(block, 0, TarWriter.NAME_BYTES);
        String whole = prefix.isEmpty() ? name : prefix + "/" + name;
        boolean directory = block[156] == TarWriter.DIRECTORY;
        if ((!directory && block[156] != TarWriter.FILE) || !isSafe(whole)) {
            throw new IOException(
                    "the entry '" + whole + "' at offset " + at + " is none that pgha writes");
        }
        current = whole;
        try {
            left = size(block, at);
            int mode = Integer.parseInt(text(block, 100, 8), 8);
            String bare = whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole;
            return Optional.of(new Entry(bare, directory, mode, left, at));
        } catch (NumberFormatException e) {
            throw new IOException("the header at offset " + at + " is none that pgha writes", e);
        }
    }

    /** Reads on in the current entry; -1 at its end. */
    int read(byte[] buffer) throws IOException {
        if (left == 0) {
            return -1;
        }
        int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (got < 0) {
            throw cut(current);
        }
        left -= got;
        offset += got;
        if (left == 0 && offset % TarWriter.BLOCK > 0) {
            skipTo(offset + TarWriter.BLOCK - offset % TarWriter.BLOCK);
        }
        return got;
    }

    /** The whole content of the current entry, which must be small. */
    String readText(int limit) throws IOException {
        if (left > limit) {
            throw new IOException(
                    current + " has " + left + " bytes, more than any that pgha writes");
        }
        byte[] all = new byte[(int) left];
        int at = 0;
        byte[] buffer = new byte[1 << 16];
        for (int got = read(buffer); got >= 0; got = read(buffer)) {
            System.arraycopy(buffer, 0, all, at, got);
            at += got;
        }
        return new String(all, StandardCharsets.UTF_8);
    }

    private void skipTo(long end) throws IOException {
        while (offset < end) {
            if (in.read() < 0) {
                throw cut(current);
            }
            offset++;
        }
    }

    private byte[] block(String what) throws IOException {
        byte[] block = in.readNBytes(TarWriter.BLOCK);
        offset += block.length;
        if (block.length < TarWriter.BLOCK) {
            throw cut(what);
        }
        return block;
    }

    private EOFException cut(String what) {
        return new EOFException("the file is cut off at offset " + offset + ", within " + what);
    }

    private static boolean isEmpty(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private void check(byte[] block, long at) throws IOException {
        int sum = 0;
        for (int i = 0; i < block.length; i++) {
            sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xFF;
        }
        String said = text(block, 148, 7).strip();
        if (!said.matches("[0-7]{6}") || Integer.parseInt(said, 8) != sum) {
            throw new IOException("the header at offset " + at + ", after " + current
                    + ", is damaged, or this is not an archive of pgha");
        }
    }

    private static long size(byte[] block, long at) throws IOException {
        if ((block[124] & 0x80) == 0) {
            return Long.parseLong(text(block, 124, 12), 8);
        }
        long size = 0;
        for (int i = 128; i < 136; i++) {
            size = (size << 8) | (block[i] & 0xFF);
        }
        if (size < 0) {
            throw new IOException("the header at offset " + at + " states a negative size");
        }
        return size;
    }

    /** No name may lead out of the directory it is unpacked into. */
    private static boolean isSafe(String name) {
        return !name.isEmpty()
                && !name.startsWith("/")
                && !("/" + name + "/").contains("/../")
                && name.indexOf('\0') < 0;
    }

    private static String text(byte[] block, int at, int width) {
        int end = at;
        while (end < at + width && block[end] != 0) {
            end++;
        }
        return new String(block, at, end - at, StandardCharsets.UTF_8).strip();
    }
}
