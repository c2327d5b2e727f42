package io.pgha.store;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.engine.Journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The journal in one text file, one checked line a fact. A fact is durable when its line has been forced to the disk; a torn
 * last line (no end, or a wrong checksum) was never acknowledged and is cut off; anything else that does not check, a whole
 * line that this version does not know among it, is reported, never guessed.
 *
 * <p>Appends run on a thread of their own, so that a hanging disk never holds a turn. One process at a time holds the lock.
 */
public final class FileJournal implements Journal, AutoCloseable {

    private static final String HEADER = "pgha-journal 1\n";
    /** Above this the journal is rewritten as one snapshot when it is next opened. */
    private static final long COMPACT_BYTES = 1L << 20;
    /** Appends that may wait for the disk; the engine sends one at a time. */
    private static final int QUEUE = 8;

    private final Path file;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final FileChannel channel;
    private final ExecutorService writer;
    private Memory memory = Memory.BLANK;
    private long written;
    private long number;

    private FileJournal(Path file, FileChannel lockChannel, FileLock lock, FileChannel channel) {
        this.file = file;
        this.lockChannel = lockChannel;
        this.lock = lock;
        this.channel = channel;
        this.writer = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE), body -> {
                    Thread thread = new Thread(null, body, "journal", 256 << 10);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Opens or creates the journal in a directory, and takes its lock.
     *
     * @throws IOException when the directory cannot be used, or another daemon holds it
     * @throws JournalDamaged when a line that was acknowledged cannot be read
     */
    public static FileJournal open(Path directory) throws IOException, JournalDamaged {
        try {
            return openHere(directory);
        } catch (FileSystemException e) {
            throw unusable(
                    directory,
                    e.getClass().getSimpleName().replace("Exception", "") + " " + e.getMessage(),
                    e);
        } catch (AlreadyHeld e) {
            throw e;
        } catch (IOException e) {
            throw unusable(directory, String.valueOf(e.getMessage()), e);
        }
    }

    private static IOException unusable(Path directory, String why, IOException cause) {
        return new IOException(
                "the journal in the state directory " + directory + " cannot be opened: " + why
                        + ". It needs a little space and must belong to PostgreSQL's owner; type: df "
                        + directory + "; ls -ld " + directory,
                cause);
    }

    /** Somebody else has the journal; nothing is wrong with the directory. */
    private static final class AlreadyHeld extends IOException {
        private static final long serialVersionUID = 1L;

        AlreadyHeld(String message) {
            super(message);
        }
    }

    private static FileJournal openHere(Path directory) throws IOException, JournalDamaged {
        Files.createDirectories(directory);
        Path file = directory.resolve("journal");
        FileChannel lockChannel = FileChannel.open(
                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(lockChannel);
        if (lock == null) {
            lockChannel.close();
            throw new AlreadyHeld("another pgha daemon uses the state directory " + directory
                    + ": stop it, or give this node its own state_directory");
        }
        FileJournal journal = load(file, lockChannel, lock);
        if (journal.written > COMPACT_BYTES) {
            // Under the lock: whoever came in between would write into a file that is replaced.
            journal.channel.close();
            compact(directory, file, journal.memory);
            return load(file, lockChannel, lock);
        }
        return journal;
    }

    private static FileJournal load(Path file, FileChannel lockChannel, FileLock lock)
            throws IOException, JournalDamaged {
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileJournal journal = new FileJournal(file, lockChannel, lock, channel);
        journal.load();
        return journal;
    }

    @SuppressWarnings("NullAway") // FileChannel.tryLock says "held by another process" by null
    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static void compact(Path directory, Path file, Memory memory) throws IOException {
        Path aside = directory.resolve("journal.new");
        String text = HEADER + FactLine.write(1, new Fact.Snapshot(memory));
        try (FileChannel out = FileChannel.open(
                aside,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            writeFully(out, text, 0);
            out.force(true);
        }
        Files.move(
                aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory(directory);
    }

    private void load() throws IOException, JournalDamaged {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        if (HEADER.startsWith(text)) {
            writeFully(channel, HEADER, 0);
            channel.truncate(HEADER.length());
            channel.force(true);
            Path parent = file.getParent();
            if (parent != null) {
                forceDirectory(parent);
            }
            written = HEADER.length();
            return;
        }
        if (!text.startsWith(HEADER)) {
            throw damaged(1, "it does not begin with '" + HEADER.strip() + "'");
        }
        int at = HEADER.length();
        int line = 2;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            if (end < 0) {
                break;
            }
            try {
                memory = memory.with(FactLine.read(text.substring(at, end), number + 1));
            } catch (FactLine.Unreadable e) {
                if (e.fault() == FactLine.Fault.TORN && end == text.length() - 1) {
                    break;
                }
                throw e.fault() == FactLine.Fault.FOREIGN
                        ? foreign(line, e.why())
                        : damaged(line, e.why());
            }
            number = number + 1;
            line = line + 1;
            at = end + 1;
        }
        written = text.substring(0, at).getBytes(StandardCharsets.UTF_8).length;
        channel.truncate(written);
    }

    private JournalDamaged damaged(int line, String why) {
        return new JournalDamaged("the journal " + file + " is damaged at line " + line + ": " + why
                + ". Nothing was changed. Find out the roles of both nodes (pgha status on the other one), then move the file"
                + " aside and start pgha: it begins undecided, with the gate closed");
    }

    /** Nothing is lost yet, as long as nobody throws it away: a vote, a cede or a release may stand there. */
    private JournalDamaged foreign(int line, String why) {
        return new JournalDamaged("the journal " + file + " cannot be read at line " + line
                + ": the line is whole, but was written by another version of pgha: " + why
                + ". Nothing was changed. Install the version that ran on this node before, and start pgha; the file holds what"
                + " this node has promised, so do not move it aside");
    }

    @Override
    public Memory replay() {
        return memory;
    }

    @Override
    public void append(List<Fact> facts, Consumer<Optional<String>> done) {
        List<Fact> copy = List.copyOf(facts);
        try {
            writer.execute(() -> done.accept(write(copy)));
        } catch (RejectedExecutionException e) {
            done.accept(Optional.of("the disk under " + file + " does not answer"));
        }
    }

    /** On the writer's thread. A failed write is cut off again, so that the next one finds a clean end. */
    private Optional<String> write(List<Fact> facts) {
        StringBuilder text = new StringBuilder();
        long next = number;
        for (Fact fact : facts) {
            next = next + 1;
            text.append(FactLine.write(next, fact));
        }
        try {
            int bytes = writeFully(channel, text.toString(), written);
            channel.force(false);
            written = written + bytes;
            number = next;
            return Optional.empty();
        } catch (IOException e) {
            String why = file + ": " + e.getMessage();
            try {
                channel.truncate(written);
            } catch (IOException again) {
                why = why + "; and its end could not be cut off: " + again.getMessage();
            }
            return Optional.of(why);
        }
    }

    private static int writeFully(FileChannel out, String text, long position) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        int length = bytes.remaining();
        long at = position;
        while (bytes.hasRemaining()) {
            at = at + out.write(bytes, at);
        }
        return length;
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel dir = FileChannel.open(directory, StandardOpenOption.READ)) {
            dir.force(true);
        }
    }

    /** Waits up to two seconds for what is on its way to the disk, then lets the lock go. */
    @Override
    public void close() throws IOException {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(2, TimeUnit.SECONDS)) {
                writer.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        channel.close();
        lock.close();
        lockChannel.close();
    }
}
