package io.pgha.model;

/**
 * A position in the write-ahead log, PostgreSQL's {@code pg_lsn}: an unsigned 64-bit byte offset.
 *
 * @param value the offset; compared unsigned, as PostgreSQL does
 */
public record Lsn(long value) implements Comparable<Lsn> {

    /**
     * Reads PostgreSQL's form {@code 16/B374D848}.
     *
     * @throws IllegalArgumentException when the text is not of that form; there is no value for "could not read"
     */
    public static Lsn parse(String text) {
        int slash = text.indexOf('/');
        try {
            if (slash < 1 || slash > 8 || text.length() - slash - 1 > 8) {
                throw new NumberFormatException(text);
            }
            long high = Long.parseLong(text.substring(0, slash), 16);
            long low = Long.parseLong(text.substring(slash + 1), 16);
            return new Lsn(high << 32 | low);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an LSN (expected X/Y in hexadecimal)", e);
        }
    }

    /** Bytes of WAL that {@code ahead} holds and this position does not; 0 when this is not behind. */
    public long bytesBehind(Lsn ahead) {
        return compareTo(ahead) >= 0 ? 0 : ahead.value - value;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toHexString(value >>> 32).toUpperCase(java.util.Locale.ROOT)
                + "/"
                + Long.toHexString(value & 0xFFFFFFFFL).toUpperCase(java.util.Locale.ROOT);
    }
}
