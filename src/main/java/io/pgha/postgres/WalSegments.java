package io.pgha.postgres;

import io.pgha.model.Lsn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The segments of one timeline in a directory, read by position. For reading only; holds one file open at a time. For one
 * thread.
 */
public final class WalSegments implements WalPages, AutoCloseable {

    private static final int SMALLEST = 1 << 20;
    private static final int LARGEST = 1 << 30;

    private final Path directory;
    private final int timeline;
    private final long size;
    private final String suffix;
    private long number = -1;
    private Optional<FileChannel> file = Optional.empty();

    /** @param suffix of the files' names */
    WalSegments(Path directory, int timeline, long size, String suffix) {
        this.directory = directory;
        this.timeline = timeline;
        this.size = size;
        this.suffix = suffix;
    }

    /**
     * Those of a data directory.
     *
     * @throws IOException also when no segment of that timeline tells how large they are
     */
    public static WalSegments of(Path dataDirectory, int timeline) throws IOException {
        Path wal = dataDirectory.resolve("pg_wal");
        String prefix = String.format("%08X", timeline);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(
                wal,
                prefix + "[0-9A-F][0-9A-F][0-9A-F][0-9A-F][0-9A-F][0-9A-F][0-9A-F][0-9A-F]*")) {
            for (Path entry : entries) {
                if (entry.getFileName().toString().length() == 24) {
                    long bytes = Files.size(entry);
                    if (Long.bitCount(bytes) == 1 && bytes >= SMALLEST && bytes <= LARGEST) {
                        return new WalSegments(wal, timeline, bytes, "");
                    }
                }
            }
        }
        throw new IOException("there is no WAL of timeline " + timeline + " in " + wal);
    }

    /** How large each is. */
    public long size() {
        return size;
    }

    /** The name of the segment that {@code position} lies in. */
    String name(long position) {
        long segment = Long.divideUnsigned(position, size);
        long perFile = (1L << 32) / size;
        return String.format("%08X%08X%08X", timeline, segment / perFile, segment % perFile);
    }

    /** Where that segment's file is, or would be. */
    Path path(long position) {
        return directory.resolve(name(position) + suffix);
    }

    @Override
    public boolean read(long position, ByteBuffer into) throws IOException {
        long segment = position / size;
        if (segment != number) {
            close();
            try {
                file = Optional.of(FileChannel.open(path(position), StandardOpenOption.READ));
            } catch (NoSuchFileException e) {
                return false;
            }
            number = segment;
        }
        long offset = position % size;
        FileChannel channel = file.orElseThrow();
        while (into.hasRemaining()) {
            int count = channel.read(into, offset);
            if (count < 0) {
                return false;
            }
            offset = offset + count;
        }
        return true;
    }

    /** The same for what is served to the peer. */
    public boolean read(Lsn position, ByteBuffer into) throws IOException {
        return read(position.value(), into);
    }

    @Override
    public void close() throws IOException {
        number = -1;
        if (file.isPresent()) {
            file.get().close();
            file = Optional.empty();
        }
    }
}
