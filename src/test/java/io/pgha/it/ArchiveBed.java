package io.pgha.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** One running primary with a few finished segments, and the archive programs beside it. */
final class ArchiveBed implements AutoCloseable {

    /** A whole segment, not the first. */
    static final String SEGMENT = "000000010000000000000002";

    private final PgInstance postgres;
    private final ArchivePrograms programs;

    ArchiveBed() {
        // Archiving fails on purpose: nothing is recycled, and the tests call the program
        // themselves.
        postgres = PgInstance.started("archive_mode = on", "archive_command = 'false'");
        programs = new ArchivePrograms(postgres);
        postgres.sql(
                "create table t as select g, repeat('x', 500) from generate_series(1, 5000) g",
                "select pg_switch_wal()",
                "insert into t select g, repeat('y', 500) from generate_series(1, 5000) g",
                "select pg_switch_wal()",
                "insert into t values (0, 'z')");
    }

    PgInstance postgres() {
        return postgres;
    }

    ArchivePrograms programs() {
        return programs;
    }

    /** {@link #SEGMENT} in pg_wal. */
    Path segmentFile() {
        return postgres.data().resolve("pg_wal").resolve(SEGMENT);
    }

    /** Settings with one location, on any file system. */
    Path simple(Path archive) {
        return programs.settings(archive.getFileName() + ".env", archive, archive, "off");
    }

    /** Just what the program reads of a data directory, in the given state. */
    Path fakeData(String name, int state) throws IOException {
        Path data = programs.directory(name);
        postgres.run("mkdir", "-p", data.resolve("global").toString());
        postgres.run("mkdir", "-p", data.resolve("pg_wal").toString());
        Path control = data.resolve("global/pg_control");
        copy(postgres.data().resolve("global/pg_control"), control);
        copy(segmentFile(), data.resolve("pg_wal").resolve(SEGMENT));
        try (RandomAccessFile file = new RandomAccessFile(control.toFile(), "rw")) {
            // ControlFileData: system identifier (8 bytes), two versions (4 each), state, in the
            // machine's byte order.
            byte[] word = ByteBuffer.allocate(4)
                    .order(ByteOrder.nativeOrder())
                    .putInt(state)
                    .array();
            file.seek(16);
            file.write(word);
        }
        return data;
    }

    /** The segment with one byte in its middle changed: valid for every cheap check. */
    Path otherContent(String name, int at) throws IOException {
        Path file = postgres.base().resolve(name + ".content");
        copy(segmentFile(), file);
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            content.seek(at);
            int before = content.read();
            content.seek(at);
            content.write(before ^ 0x55);
        }
        return file;
    }

    /** As postgres, so that the program may read it. */
    void copy(Path from, Path to) {
        postgres.run("cp", from.toString(), to.toString());
    }

    @Override
    public void close() {
        postgres.close();
    }
}
