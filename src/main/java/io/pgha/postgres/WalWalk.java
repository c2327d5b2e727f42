package io.pgha.postgres;

import io.pgha.os.Deadline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Walks WAL record by record, over pages and segments, and finds where it ends: WAL has no end mark, it ends before the first
 * record that is not whole. Every record is held to its CRC, its length and its link to the one before; every page to its
 * address, timeline and version (PostgreSQL 13 to 18, access/xlog_internal.h and access/xlogrecord.h).
 */
final class WalWalk {

    static final int PAGE = 8192;

    /** XLOG_PAGE_MAGIC of PostgreSQL 13, 14, 15, 16, 17 and 18. */
    private static final Set<Integer> MAGICS =
            Set.of(0xD106, 0xD10D, 0xD110, 0xD113, 0xD116, 0xD118);

    private static final int SHORT_HEADER = 24;
    private static final int LONG_HEADER = 40;
    private static final int CONTINUES = 0x0001;
    private static final int LONG = 0x0002;
    private static final int KNOWN_FLAGS = 0x000F;
    private static final int RECORD_HEADER = 24;
    private static final int CRC_AT = 20;
    private static final int LONGEST_RECORD = 1 << 30;
    private static final int XLOG_MANAGER = 0;
    private static final int SWITCH = 0x40;
    private static final int KIND = 0xF0;

    private final WalPages pages;
    private final int timeline;
    private final long segmentSize;
    private final ByteBuffer page = ByteBuffer.allocate(PAGE).order(ByteOrder.nativeOrder());
    private final ByteBuffer header =
            ByteBuffer.allocate(RECORD_HEADER).order(ByteOrder.nativeOrder());
    private long pageAt = -1;
    private int magic;
    private long cursor;
    private OptionalLong before = OptionalLong.empty();
    private Optional<Deadline> deadline = Optional.empty();

    /**
     * A walk.
     *
     * @param timeline of the segments' names; a page may be of an earlier one, where the timeline begins within a segment
     */
    WalWalk(WalPages pages, int timeline, long segmentSize) {
        this.pages = pages;
        this.timeline = timeline;
        this.segmentSize = segmentSize;
    }

    /** From now on the walk stops where it is when the time is over. */
    WalWalk until(Deadline limit) {
        deadline = Optional.of(limit);
        return this;
    }

    /**
     * The first place at or after the beginning of {@code position}'s page where a record starts, or would; empty when the
     * pages there are not of this WAL. What a record from before leaves on the page is stepped over unread.
     */
    OptionalLong firstRecord(long position) throws IOException {
        long at = position - position % PAGE;
        while (load(at)) {
            long rest = continues() ? aligned(page.getInt(16)) : 0;
            if (rest < PAGE - headerLength()) {
                return rest < 0
                        ? OptionalLong.empty()
                        : OptionalLong.of(at + headerLength() + rest);
            }
            at = at + PAGE;
        }
        return OptionalLong.empty();
    }

    /**
     * The end of the last whole record from {@code start} on, which is where a record starts or would start; {@code start}
     * itself when not even the first is whole.
     */
    long end(long start) throws IOException {
        before = OptionalLong.empty();
        long at = start;
        OptionalLong next = record(at);
        while (next.isPresent() && deadline.filter(Deadline::hasPassed).isEmpty()) {
            at = next.getAsLong();
            next = record(at);
        }
        return next.orElse(at);
    }

    /** Where the record ends that starts there; empty when it is not whole. */
    private OptionalLong record(long start) throws IOException {
        cursor = start;
        if (!load(start - start % PAGE)) {
            return OptionalLong.empty();
        }
        if (start % PAGE == 0) {
            if (continues()) {
                return OptionalLong.empty();
            }
            cursor = start + headerLength();
        }
        long begin = cursor;
        if (begin % PAGE < headerLength()) {
            return OptionalLong.empty();
        }
        int length = page.getInt((int) (begin % PAGE));
        if (length < RECORD_HEADER || length > LONGEST_RECORD) {
            return OptionalLong.empty();
        }
        header.clear();
        if (!take(RECORD_HEADER, length, Optional.empty())) {
            return OptionalLong.empty();
        }
        long linked = header.getLong(8);
        boolean isLinked = before.isPresent() ? linked == before.getAsLong() : linked < begin;
        CRC32C crc = new CRC32C();
        if (!isLinked || !take(length - RECORD_HEADER, length - RECORD_HEADER, Optional.of(crc))) {
            return OptionalLong.empty();
        }
        crc.update(header.array(), 0, CRC_AT);
        if ((int) crc.getValue() != header.getInt(CRC_AT)) {
            return OptionalLong.empty();
        }
        before = OptionalLong.of(begin);
        return OptionalLong.of(afterSwitch(aligned(cursor)));
    }

    /** A segment switch fills the rest of its segment. */
    private long afterSwitch(long end) {
        boolean isSwitch = header.get(17) == XLOG_MANAGER && (header.get(16) & KIND) == SWITCH;
        return isSwitch ? (end + segmentSize - 1) / segmentSize * segmentSize : end;
    }

    /**
     * Takes the next bytes of a record, over as many pages as they are on.
     *
     * @param left bytes of the record from the cursor on, which each further page must agree to
     * @param crc to be updated; empty: the bytes go into the record's header
     */
    private boolean take(int count, int left, Optional<CRC32C> crc) throws IOException {
        int wanted = count;
        int rest = left;
        while (wanted > 0) {
            if (cursor % PAGE == 0) {
                if (!load(cursor) || !continues() || page.getInt(16) != rest) {
                    return false;
                }
                cursor = cursor + headerLength();
            }
            int offset = (int) (cursor % PAGE);
            int part = Math.min(wanted, PAGE - offset);
            if (crc.isPresent()) {
                crc.get().update(page.array(), offset, part);
            } else {
                header.put(page.array(), offset, part);
            }
            cursor = cursor + part;
            wanted = wanted - part;
            rest = rest - part;
        }
        return true;
    }

    private boolean continues() {
        return (page.getShort(2) & CONTINUES) != 0;
    }

    private int headerLength() {
        return (page.getShort(2) & LONG) != 0 ? LONG_HEADER : SHORT_HEADER;
    }

    private static long aligned(long position) {
        return (position + 7) & ~7L;
    }

    /** Makes that page the one that is looked at; false when it is not there or not this WAL's. */
    private boolean load(long at) throws IOException {
        if (at == pageAt) {
            return true;
        }
        pageAt = -1;
        page.clear();
        if (!pages.read(at, page) || !isSound(at)) {
            return false;
        }
        pageAt = at;
        magic = page.getShort(0) & 0xFFFF;
        return true;
    }

    private boolean isSound(long at) {
        int mark = page.getShort(0) & 0xFFFF;
        int flags = page.getShort(2) & 0xFFFF;
        int written = page.getInt(4);
        boolean first = at % segmentSize == 0;
        return MAGICS.contains(mark)
                && (magic == 0 || magic == mark)
                && (flags & ~KNOWN_FLAGS) == 0
                && written > 0
                && written <= timeline
                && page.getLong(8) == at
                && first == ((flags & LONG) != 0)
                && (!first || (page.getInt(32) == (int) segmentSize && page.getInt(36) == PAGE));
    }
}
