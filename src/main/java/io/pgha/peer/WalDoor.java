package io.pgha.peer;

import io.pgha.model.Lsn;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.zip.CRC32C;

/**
 * Gives WAL out to the peer that has taken over, each visit on a thread of its own: disks may be slow, and the link must not
 * wait for them. What cannot be read is said, never left out.
 */
final class WalDoor {

    private static final Logger LOG = LoggerFactory.getLogger(WalDoor.class);
    private static final int VISITS = 2;
    private static final int STACK = 256 * 1024;
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final WalShelf shelf;
    private final Semaphore room = new Semaphore(VISITS);

    WalDoor(WalShelf shelf) {
        this.shelf = shelf;
    }

    /** Takes a connection over whose other side has proven who it is. */
    void admit(SocketChannel channel, TlsChannel tls, List<byte[]> asked, String address) {
        if (!room.tryAcquire()) {
            Connection.closeQuietly(channel);
            return;
        }
        Thread thread = new Thread(
                null,
                () -> {
                    try (WalStream stream = new WalStream(channel, tls, SILENCE)) {
                        serve(stream, asked);
                    } catch (IOException | RuntimeException e) {
                        LOG.warn("giving WAL out to {} ended: {}", address, e.toString());
                    } finally {
                        Connection.closeQuietly(channel);
                        room.release();
                    }
                },
                "wal-door",
                STACK);
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // The link's own thread must live on; the peer tries again.
            LOG.warn("no WAL is given out to {}: {}", address, e.getMessage());
            Connection.closeQuietly(channel);
            room.release();
        }
    }

    private void serve(WalStream stream, List<byte[]> asked) throws IOException {
        List<byte[]> lines = asked.isEmpty() ? stream.lines() : asked;
        try {
            WalQuestion question = WalQuestion.parse(lines.get(0));
            try (WalShelf.Reading reading = shelf.open(
                    question.cede(), question.timeline(), question.from(), question.to())) {
                stream.send(before(reading, question.from()).encoded());
                give(stream, reading, question);
            }
        } catch (WalShelf.Closed e) {
            stream.send(WalFrame.words(String.valueOf(e.getMessage())).encoded());
        }
        stream.send(new WalFrame(WalFrame.END, ByteBuffer.allocate(0)).encoded());
    }

    private static WalFrame before(WalShelf.Reading reading, Lsn from) throws WalShelf.Closed {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(4 * WalFrame.LONGEST);
        long at = from.value() - from.value() % reading.segmentSize();
        while (at < from.value()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), from.value() - at));
            read(reading, at, buffer);
            at = at + buffer.flip().remaining();
            crc.update(buffer);
        }
        return WalFrame.before(crc.getValue());
    }

    private static void give(WalStream stream, WalShelf.Reading reading, WalQuestion question)
            throws IOException, WalShelf.Closed {
        ByteBuffer buffer = ByteBuffer.allocate(WalFrame.LONGEST);
        long at = question.from().value();
        long to = question.to().value();
        while (at < to) {
            long rest = reading.segmentSize() - at % reading.segmentSize();
            buffer.clear().limit((int) Math.min(Math.min(buffer.capacity(), rest), to - at));
            read(reading, at, buffer);
            at = at + buffer.flip().remaining();
            stream.send(new WalFrame(WalFrame.WAL, buffer).encoded());
        }
    }

    private static void read(WalShelf.Reading reading, long at, ByteBuffer into)
            throws WalShelf.Closed {
        try {
            reading.read(new Lsn(at), into);
        } catch (IOException e) {
            throw new WalShelf.Closed(
                    "WAL at " + new Lsn(at) + " cannot be read: " + e.getMessage());
        }
    }
}
