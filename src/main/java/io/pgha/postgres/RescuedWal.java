package io.pgha.postgres;

import io.pgha.model.Lsn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * Whole segments made of this standby's own bytes and, after them, the old primary's. Recovery replaces its own segment by one
 * that is served to it, so nothing is served that lacks or changes a byte that is here: what both hold is compared, every
 * record is checked up to the old primary's end of WAL, and only then the files get names under which they are found.
 */
final class RescuedWal implements PeerWal.Taker, AutoCloseable {

    /** In pg_wal: on the disk that recovery needs anyway, and left out by base backups. */
    private static final String DIRECTORY = "pgha_rescue";

    private static final String UNPROVEN = ".part";
    private static final int CHUNK = 256 << 10;

    /** Replay that is closer than this is walked from; else the walk begins with the segment. */
    private static final long NEAR = 64L << 20;

    private final WalSegments own;
    private final int timeline;
    private final Path directory;
    private final long held;
    private final long end;
    private final List<Path> made = new ArrayList<>();
    private long at;
    private Optional<FileChannel> file = Optional.empty();

    /** What both nodes hold is not the same: the histories are two. */
    static final class Differs extends IOException {
        private static final long serialVersionUID = 1L;

        Differs(String why) {
            super(why);
        }
    }

    /**
     * A rescue that has not begun.
     *
     * @param own this standby's segments
     * @param attempt names the directory
     * @param held up to where this standby's own bytes are flushed; no receiver writes any more
     * @param end the old primary's end of WAL
     */
    RescuedWal(
            Path dataDirectory,
            WalSegments own,
            int timeline,
            String attempt,
            long held,
            long end) {
        this.own = own;
        this.timeline = timeline;
        this.directory = directory(dataDirectory, attempt);
        this.held = held;
        this.end = end;
        this.at = from();
    }

    private static Path place(Path dataDirectory) {
        return dataDirectory.resolve("pg_wal").resolve(DIRECTORY);
    }

    /** Removes what earlier attempts left. */
    static void clear(Path dataDirectory) throws IOException {
        DurableFiles.deleteTree(place(dataDirectory));
    }

    /** Where the segments of that attempt are found. */
    static Path directory(Path dataDirectory, String attempt) {
        return place(dataDirectory).resolve(attempt);
    }

    /** Where to fetch from: the page that this standby has a part of comes once more, to be compared. */
    long from() {
        return held - held % WalWalk.PAGE;
    }

    /** Makes the directory. */
    void begin() throws IOException {
        Path wal = DurableFiles.parent(DurableFiles.parent(directory));
        Files.createDirectories(directory);
        DurableFiles.giveTo(DurableFiles.parent(directory), wal);
        DurableFiles.giveTo(directory, wal);
    }

    @Override
    public void before(long checksum) throws IOException {
        long start = at - at % own.size();
        if (start == at) {
            return;
        }
        FileChannel into = open(start);
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
        for (long from = start; from < at; from += buffer.capacity()) {
            buffer.clear().limit((int) Math.min(CHUNK, at - from));
            if (!own.read(from, buffer)) {
                throw new IOException(own.path(from) + " is not whole");
            }
            crc.update(buffer.flip());
            write(into, buffer.rewind());
        }
        if (crc.getValue() != checksum) {
            throw new Differs("WAL before " + new Lsn(at) + " is not the same here and there");
        }
    }

    @Override
    public void bytes(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (at >= end) {
                throw new IOException("more came than was asked for");
            }
            FileChannel into = at % own.size() == 0 ? open(at) : file.orElseThrow();
            int rest = (int) Math.min(bytes.remaining(), own.size() - at % own.size());
            ByteBuffer part = bytes.slice(bytes.position(), rest);
            compare(part.duplicate());
            write(into, part);
            bytes.position(bytes.position() + rest);
            at = at + rest;
            if (at % own.size() == 0) {
                close();
            }
        }
    }

    /** What is here already must come again as it is. */
    private void compare(ByteBuffer part) throws IOException {
        if (at >= held) {
            return;
        }
        ByteBuffer mine = ByteBuffer.allocate((int) Math.min(part.remaining(), held - at));
        if (!own.read(at, mine)) {
            throw new IOException(own.path(at) + " is not whole");
        }
        if (!mine.flip().equals(part.limit(mine.remaining()))) {
            throw new Differs("WAL after " + new Lsn(at) + " is not the same here and there");
        }
    }

    private FileChannel open(long position) throws IOException {
        close();
        Path part = directory.resolve(own.name(position) + UNPROVEN);
        FileChannel channel = FileChannel.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        file = Optional.of(channel);
        made.add(part);
        DurableFiles.giveTo(part, directory);
        return channel;
    }

    private static void write(FileChannel into, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            into.write(bytes);
        }
    }

    /**
     * Everything has come: the segments are made whole, walked, and given their names. What the last one holds after the old
     * primary's end of WAL is zero.
     *
     * @param replayed where a record begins that is here already
     * @return why they must not be served; empty: they can be found
     */
    Optional<String> serve(long replayed) throws IOException {
        if (at != end) {
            return Optional.of("only the WAL up to " + new Lsn(at) + " came");
        }
        if (file.isPresent()) {
            write(file.get().position(own.size() - 1), ByteBuffer.wrap(new byte[1]));
            close();
        }
        long whole = wholeUntil(replayed);
        if (whole != end) {
            return Optional.of("the WAL that came is whole up to " + new Lsn(whole)
                    + " only, not up to " + new Lsn(end));
        }
        for (Path part : made) {
            String name = String.valueOf(part.getFileName());
            Files.move(
                    part,
                    part.resolveSibling(name.substring(0, name.length() - UNPROVEN.length())));
        }
        return Optional.empty();
    }

    /** This standby's segments, and from the first that was made on, those. */
    private long wholeUntil(long replayed) throws IOException {
        long first = from() - from() % own.size();
        try (WalSegments parts = new WalSegments(directory, timeline, own.size(), UNPROVEN)) {
            WalPages both = (position, into) ->
                    position < first ? own.read(position, into) : parts.read(position, into);
            WalWalk walk = new WalWalk(both, timeline, own.size());
            OptionalLong start = replayed >= first - NEAR && replayed <= held
                    ? OptionalLong.of(replayed)
                    : walk.firstRecord(first);
            return start.isPresent() ? walk.end(start.getAsLong()) : 0;
        }
    }

    @Override
    public void close() throws IOException {
        if (file.isPresent()) {
            file.get().close();
            file = Optional.empty();
        }
    }
}
