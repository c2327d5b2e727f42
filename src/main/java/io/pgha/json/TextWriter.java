package io.pgha.json;

import java.io.Writer;

/** A text in memory, for one thread: java's own StringWriter takes a lock for each of the many small pieces. */
final class TextWriter extends Writer {

    private static final int USUAL_LENGTH = 1024;

    private final StringBuilder text = new StringBuilder(USUAL_LENGTH);

    @Override
    public void write(int c) {
        text.append((char) c);
    }

    @Override
    public void write(char[] piece, int offset, int length) {
        text.append(piece, offset, length);
    }

    @Override
    public void write(String piece) {
        text.append(piece);
    }

    @Override
    public void write(String piece, int offset, int length) {
        // A builder copies a whole text at once, and a part of one character by character.
        text.append(piece.substring(offset, offset + length));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
        return text.toString();
    }
}
